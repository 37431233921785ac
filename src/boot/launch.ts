import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Monitor } from '../base/events.ts';
import { shellLine } from '../sys/run.ts';
import { withScratch } from '../sys/scratch.ts';
import { type Running, start } from '../sys/start.ts';
import { qemuArguments } from './args.ts';
import { BootError } from './failures.ts';
import { connectQmp, type Qmp, type QmpEvent } from './qmp.ts';
import { type SharedFolder, shareCommand, startShare } from './share.ts';
import type { GuestSpec, Serial } from './spec.ts';
import type { QemuTools } from './tools.ts';

/** What a caller says of a guest; sockets, logs and copies are the launcher's. */
export type GuestRequest = Omit<
  GuestSpec,
  'serial' | 'qmp' | 'agent' | 'firmwareLog' | 'paused' | 'share'
> & {
  /** A folder of this machine that it finds by virtiofs. */
  readonly share?: SharedFolder | undefined;
};

export interface LaunchOptions {
  readonly signal?: AbortSignal | undefined;
  readonly monitor?: Monitor | undefined;
  /** Gives it the agent's port; the socket is `folder.agent`. */
  readonly agent?: boolean | undefined;
}

/** The files of one running guest, in a folder that goes with it. */
export interface GuestFolder {
  readonly dir: string;
  readonly qmp: string;
  readonly serial: string;
  readonly serialLog: string;
  /** For `connectAgent`; there where the guest has the agent's port. */
  readonly agent: string;
  readonly firmwareLog: string;
  /** Where a folder is served to it. */
  readonly share: string;
}

/** A QEMU process and the conversation with it. The guest has not run an instruction yet if it was asked to wait. */
export interface Launched {
  readonly process: Running;
  readonly qmp: Qmp;
}

export interface GuestEnd {
  /** `power-off`: the guest switched itself off; `stopped`: we or somebody ended QEMU; `failed`: QEMU failed. */
  readonly how: 'power-off' | 'stopped' | 'failed';
  readonly exitCode: number | undefined;
  /** The signal that ended QEMU, unless it was ours. */
  readonly signal: string | undefined;
  /** What QEMU said on standard error. */
  readonly stderr: string;
}

/** The path of a Unix socket has at most 107 bytes, and a folder's name of ours some 30. */
const longestParent = 60;

/** Makes a folder for a guest; it is gone after `work`, whatever happens. */
export function withGuestFolder<T>(work: (folder: GuestFolder) => Promise<T>): Promise<T> {
  const parent = Buffer.byteLength(tmpdir()) <= longestParent ? tmpdir() : '/tmp';
  return withScratch(parent, (dir) => work(guestFolder(dir)));
}

/** Where a guest's files are in a folder. */
export function guestFolder(dir: string): GuestFolder {
  return {
    dir,
    qmp: join(dir, 'qmp'),
    serial: join(dir, 'serial'),
    serialLog: join(dir, 'serial.log'),
    agent: join(dir, 'agent'),
    firmwareLog: join(dir, 'firmware.log'),
    share: join(dir, 'share'),
  };
}

/** Starts QEMU and says hello to it; throws QEMU's own words where it does not start. */
export async function launch(
  tools: QemuTools,
  request: GuestRequest,
  how: { folder: GuestFolder; serial: Serial; paused: boolean; terminal?: boolean },
  options: LaunchOptions = {},
): Promise<Launched> {
  options.signal?.throwIfAborted();
  const { folder } = how;
  const spec: GuestSpec = {
    ...request,
    serial: how.serial,
    paused: how.paused,
    qmp: folder.qmp,
    agent: options.agent === true ? folder.agent : undefined,
    firmwareLog: folder.firmwareLog,
    share: request.share && { tag: request.share.tag, socket: folder.share },
  };
  const server =
    request.share === undefined ? undefined : await startShare(tools, request.share, folder.share);
  const process = start(tools.argv(...qemuArguments(spec, tools.uefi)), {
    env: { ...tools.env, TMPDIR: folder.dir },
    monitor: options.monitor,
    signal: options.signal,
    terminal: how.terminal === true,
  });
  void process.ended.then(() => server?.kill());
  try {
    return { process, qmp: await greet(process, folder.qmp, commandByHand(tools, request)) };
  } catch (error) {
    process.kill('SIGKILL');
    await process.ended;
    options.signal?.throwIfAborted();
    throw error;
  }
}

/** Name of the socket of a shared folder where somebody starts the guest by hand. */
const shareByHand = 'share.socket';

/** The command that repeats a boot by hand, with the serial console in the terminal (Ctrl-A X ends it). */
export function commandByHand(tools: QemuTools, request: GuestRequest): string {
  const { share } = request;
  const serial = { kind: 'terminal', log: undefined } as const;
  const spec = {
    ...request,
    serial,
    paused: false,
    qmp: undefined,
    agent: undefined,
    firmwareLog: undefined,
    share: share && { tag: share.tag, socket: shareByHand },
  };
  const qemu = shellLine(tools.argv(...qemuArguments(spec, tools.uefi)), { env: tools.env });
  if (share === undefined) return qemu;
  const serve = shellLine(shareCommand(tools, share, shareByHand));
  return `${serve} & until [ -S ${shareByHand} ]; do sleep 0.1; done; ${qemu}`;
}

async function greet(process: Running, path: string, command: string): Promise<Qmp> {
  const end = { at: undefined as string | undefined };
  void process.ended.then(({ stderr, exitCode, signal }) => {
    end.at = stderr.trim() || `it ended with ${signal ?? `exit code ${exitCode ?? '?'}`}`;
  });
  for (;;) {
    if (end.at !== undefined) {
      const words = end.at.split('\n');
      const line = words.findLast((text) => !text.includes('warning:')) ?? end.at;
      throw new BootError({ failure: 'qemu-failed', message: 'QEMU did not start', line }, words, command);
    }
    if (existsSync(path)) {
      const qmp = await connectQmp(path).catch(() => undefined);
      if (qmp !== undefined) return qmp;
    }
    await sleep(10);
  }
}

/** How a guest ended, from QEMU's last words and its exit. */
export async function guestEnd({ process, qmp }: Launched): Promise<GuestEnd> {
  const reasons: QmpEvent[] = [];
  qmp.onEvent((event) => {
    if (event.event === 'SHUTDOWN') reasons.push(event);
  });
  const { exitCode, signal, killed, stderr } = await process.ended;
  const failed = !killed && exitCode !== 0;
  const byGuest = reasons.at(-1)?.data['guest'] === true;
  return {
    how: byGuest && !failed ? 'power-off' : failed ? 'failed' : 'stopped',
    exitCode,
    signal: killed ? undefined : signal,
    stderr,
  };
}
