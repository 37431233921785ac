import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError } from '../base/errors.ts';
import type { Running } from '../sys/start.ts';
import { makeFifoPair, openFifoPair } from './fifo-pair.ts';
import { chords } from './keys.ts';
import {
  commandByHand,
  type GuestEnd,
  type GuestFolder,
  type GuestRequest,
  guestEnd,
  type Launched,
  type LaunchOptions,
  launch,
  withGuestFolder,
} from './launch.ts';
import type { Qmp } from './qmp.ts';
import { type SerialLine, serialLine } from './serial.ts';
import type { Drive } from './spec.ts';
import type { QemuTools } from './tools.ts';
import { type Expectation, type Match, type WatchOptions, watchGuest } from './watch.ts';

/** A guest that runs, with its console in our hands. */
export interface Guest {
  /** What repeats this boot by hand. */
  readonly command: string;
  readonly pid: number;
  /** Folder of its sockets and logs; goes with it. */
  readonly folder: GuestFolder;
  readonly serial: SerialLine;
  readonly qmp: Qmp;
  /** What it can read from when it is switched on. */
  readonly drives: readonly Drive[];
  /** Milliseconds since its power was switched on. */
  uptime(): number;
  /**
   * Waits until the serial console says something, looking behind the last match. Fails at once, with a `BootError`, where
   * the guest ends, panics, falls into a rescue prompt, reboots again and again, or says nothing for long.
   */
  waitFor(pattern: RegExp | string, expectation?: Expectation): Promise<Match>;
  /**
   * Waits until `done` gives something; it is asked whenever the console says something, and twice a second. Fails as
   * `waitFor` does.
   */
  waitUntil<T>(what: string, done: () => T | undefined, expectation?: Expectation): Promise<T>;
  /** What the console said so far counts as read: `waitFor` looks behind it. */
  skip(): void;
  /** Waits for the guest to switch itself off; fails as `waitFor` does. */
  waitForPowerOff(expectation?: Expectation): Promise<GuestEnd>;
  /** Lets some work with it (a command through the agent, SSH) go on; fails as `waitFor` does where it falls ill meanwhile. */
  during<T>(what: string, work: Promise<T>, expectation?: Expectation): Promise<T>;
  /** Takes a sign of life on a channel of the caller's, such as `the agent`: it is no hang then. */
  felt(where: string): void;
  /** Presses the power button. */
  pressPowerButton(): Promise<void>;
  /** Types on its keyboard (not on the serial line). */
  type(text: string): Promise<void>;
  /** Presses keys together, as QEMU names them: `press('ctrl', 'alt', 'delete')`. */
  press(...keys: string[]): Promise<void>;
  /** Saves its screen as PNG. */
  screenshot(file: string): Promise<void>;
  /** Resolves when it has ended, however it ended. */
  readonly ended: Promise<GuestEnd>;
  /** Ends it: by the power button, and where it does not heed that in time, by pulling the plug. */
  stop(graceMs?: number): Promise<GuestEnd>;
  /** Pulls the plug. */
  kill(): Promise<GuestEnd>;
}

export interface GuestOptions extends LaunchOptions, WatchOptions {
  /** Keep the whole serial log here. */
  readonly keepLog?: string | undefined;
  /** What repeats the boot by hand, where that is more than QEMU's command line. */
  readonly command?: string | undefined;
}

/** Runs a guest for as long as `work` lasts. Nothing of it is left afterwards: no process, socket or folder. */
export function withGuest<T>(
  tools: QemuTools,
  request: GuestRequest,
  options: GuestOptions,
  work: (guest: Guest) => Promise<T>,
): Promise<T> {
  return withGuestFolder(async (folder) => {
    try {
      const guest = await startGuest(tools, request, folder, options);
      try {
        return await work(guest);
      } finally {
        await guest.kill();
        if (options.keepLog !== undefined) copyFileSync(folder.serialLog, options.keepLog);
      }
    } catch (error) {
      throw options.signal?.aborted === true ? new InterruptedError() : error;
    }
  });
}

/** Starts a guest whose sockets and logs are in `folder`. Who calls must see to it that it ends (`kill`). */
export async function startGuest(
  tools: QemuTools,
  request: GuestRequest,
  folder: GuestFolder,
  options: GuestOptions,
): Promise<Guest> {
  const serial = { kind: 'pipes', path: folder.serial, log: folder.serialLog } as const;
  await makeFifoPair(folder.serial);
  // It waits for `cont`, so that the console is heard from the first character on.
  const launched = await launch(tools, request, { folder, serial, paused: true }, options);
  const ended = guestEnd(launched);
  void ended.then(() => launched.qmp.close());
  try {
    const pipes = openFifoPair(folder.serial);
    void ended.then(() => pipes.say.destroy());
    const line = serialLine(pipes);
    const command = options.command ?? commandByHand(tools, request);
    const { drives } = request;
    const parts = { serial: line, ended, folder, command, drives };
    const guest = makeGuest(launched, parts, { ...options, startsFromNetwork: startsFromNetwork(request) });
    await launched.qmp.execute('cont');
    return guest;
  } catch (error) {
    await end(launched.process, ended);
    throw error;
  }
}

function startsFromNetwork({ networks }: GuestRequest): boolean {
  return networks.some((network) => network.kind !== 'link' && Boolean(network.start));
}

function makeGuest(
  { process, qmp }: Launched,
  parts: Pick<Guest, 'serial' | 'ended' | 'folder' | 'command' | 'drives'>,
  options: GuestOptions & { readonly startsFromNetwork: boolean },
): Guest {
  const { ended, folder } = parts;
  const switchedOn = performance.now();
  const { startsFromNetwork } = options;
  const watch = watchGuest({ ...parts, qmp, firmwareLog: folder.firmwareLog, startsFromNetwork }, options);
  const press = async (...keys: string[]): Promise<void> => {
    await qmp.execute('send-key', { keys: keys.map((data) => ({ type: 'qcode', data })) });
    // The keyboard's queue is short, and keys are held for 100 ms.
    await sleep(120);
  };
  const kill = (): Promise<GuestEnd> => end(process, ended);
  return {
    ...parts,
    pid: process.pid,
    qmp,
    uptime: () => performance.now() - switchedOn,
    waitFor: watch.waitFor,
    waitUntil: watch.waitUntil,
    skip: watch.skip,
    waitForPowerOff: watch.waitForPowerOff,
    during: watch.during,
    felt: watch.felt,
    pressPowerButton: async () => {
      await qmp.execute('system_powerdown');
    },
    press,
    type: async (text) => {
      for (const keys of chords(text)) await press(...keys);
    },
    screenshot: async (file) => {
      const shot = join(folder.dir, 'screen.png');
      await qmp.execute('screendump', { filename: shot, format: 'png' });
      copyFileSync(shot, file);
    },
    stop: async (graceMs = 20_000) => {
      await qmp.execute('system_powerdown').catch(() => undefined);
      const inTime = await Promise.race([
        ended,
        sleep(graceMs * (options.patience ?? 1), undefined, { ref: false }),
      ]);
      return inTime ?? kill();
    },
    kill,
  };
}

async function end(process: Running, ended: Promise<GuestEnd>): Promise<GuestEnd> {
  process.kill('SIGKILL');
  return ended;
}
