import type { Mode } from '../../base/cmdline.ts';
import type { SlotState } from './boot-disk/slots.ts';

export const statePath = '/run/diskbios/services.json';
export const controlPath = '/run/diskbios/control';
export const replyFolder = '/run/diskbios/replies';

/** What this boot has become, in `/run/diskbios/status.json`. */
export const statusPath = '/run/diskbios/status.json';
export interface BootStatus {
  readonly mode: Mode;
  /** A line for each thing that is wrong, with what to do about it. */
  readonly problems: readonly string[];
  /** `undefined`: this boot was not started from a disk. */
  readonly bootDisk: BootDiskStatus | undefined;
}

export interface BootDiskStatus {
  /** `undefined`: the disk has not been found yet. */
  readonly slot: SlotState | undefined;
  /** What was not done with the disk, and why. */
  readonly note: string | undefined;
}

export type Phase = 'running' | 'waiting' | 'stopping' | 'stopped' | 'finished' | 'failed';

/** One service in `/run/diskbios/services.json`. */
export interface ServiceState {
  readonly phase: Phase;
  readonly pid: number | undefined;
  /** Start time of the process in the kernel's ticks, to know it again. */
  readonly ticks: number | undefined;
  /** Seconds of uptime when it came into this phase. */
  readonly since: number;
  /** How often it was started again by itself. */
  readonly restarts: number;
  /** How it ended last. */
  readonly ended: string | undefined;
}

export interface SupervisorState {
  readonly supervisor: number;
  readonly services: Readonly<Record<string, ServiceState>>;
}

export interface Reply {
  /** CONTRACTS: 0 done, 1 it failed, 2 the caller's mistake. */
  readonly code: 0 | 1 | 2;
  readonly message: string;
}

export const actions = ['start', 'stop', 'restart'] as const;
export type Action = (typeof actions)[number];

export type Request =
  | { readonly action: Action; readonly name: string; readonly reply: string | undefined }
  | { readonly action: 'shutdown' | 'rescan' | 'network'; readonly reply: string | undefined };

/** A line of the control FIFO: `start NAME [REPLY]`; `shutdown`, `rescan` or `network`, each with `[REPLY]`; REPLY is a file name in the replies' folder. */
export function parseRequest(line: string): Request | undefined {
  const [verb = '', ...rest] = line.trim().split(/\s+/);
  const reply = (word: string | undefined): string | undefined =>
    word !== undefined && /^[\w-]+$/.test(word) ? word : undefined;
  if (verb === 'shutdown' || verb === 'rescan' || verb === 'network')
    return { action: verb, reply: reply(rest[0]) };
  const action = actions.find((known) => known === verb);
  const name = rest[0];
  return action === undefined || name === undefined ? undefined : { action, name, reply: reply(rest[1]) };
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min`;
  return whole < 172_800 ? `${Math.floor(whole / 3600)} h` : `${Math.floor(whole / 86_400)} days`;
}

/** What `service NAME status` says. `uptime`: seconds. */
export function describe(name: string, state: ServiceState, uptime: number): string {
  const time = duration(uptime - state.since);
  const again =
    state.restarts === 0 ? '' : `, restarted ${state.restarts} ${state.restarts === 1 ? 'time' : 'times'}`;
  const last = state.ended === undefined ? '' : `, ${state.ended}`;
  switch (state.phase) {
    case 'running':
      return `${name} is running (pid ${state.pid ?? '?'}, for ${time}${again})`;
    case 'waiting':
      return `${name} is about to be started again (${time} ago${last}${again})`;
    case 'stopping':
      return `${name} is stopping`;
    case 'stopped':
      return `${name} is stopped`;
    case 'finished':
      return `${name} has finished (${time} ago${last})`;
    case 'failed':
      return `${name} has failed (${time} ago${last})`;
  }
}
