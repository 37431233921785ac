import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InterruptedError } from '../base/errors.ts';
import { BootError, type BootFailure, type Finding, recognise } from './failures.ts';
import type { GuestEnd } from './launch.ts';
import type { Qmp } from './qmp.ts';
import type { SerialLine } from './serial.ts';
import { lastLines } from './terminal-text.ts';
import { screenLines } from './vga-text.ts';

/** How long to wait. Times are for a machine of ordinary speed; the guest's patience stretches them. */
export interface Expectation {
  /** Milliseconds until it is too slow; default 120 s. */
  readonly within?: number;
  /** Milliseconds of silence on the serial line that count as a hang; default 60 s. */
  readonly silence?: number;
  /** Failures that are looked for (to test a broken image) and so do not count as such. */
  readonly despite?: readonly BootFailure[];
}

/** What matched, and the text between the last match and the end of this one. */
export interface Match {
  readonly groups: RegExpExecArray;
  readonly before: string;
}

interface Watched {
  /** What repeats the boot by hand. */
  readonly command: string;
  readonly qmp: Qmp;
  readonly serial: SerialLine;
  readonly ended: Promise<GuestEnd>;
  readonly firmwareLog: string;
}

export interface WatchOptions {
  /** Factor on all time limits, from the accelerator's probe; default 1. */
  readonly patience?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Watch {
  readonly waitFor: (pattern: RegExp | string, expectation?: Expectation) => Promise<Match>;
  /** Waits until `done` gives something; it is asked whenever the guest says something, and twice a second. */
  readonly waitUntil: <T>(what: string, done: () => T | undefined, expectation?: Expectation) => Promise<T>;
  readonly waitForPowerOff: (expectation?: Expectation) => Promise<GuestEnd>;
  /** What was said so far counts as read: `waitFor` looks behind it. */
  readonly skip: () => void;
}

/** So many resets while one thing is awaited are a loop. */
const resetLoop = 3;
const patrolMs = 500;
/** Silence on the serial line after which the screen is looked at. */
const screenAfterMs = 3000;
/** What was said last may still be on its way through the socket. */
const lastWordsMs = 200;

/** Waiting for a guest, with an eye on everything that can go wrong meanwhile. */
export function watchGuest(watched: Watched, options: WatchOptions): Watch {
  const { serial, qmp } = watched;
  let position = 0;
  let scanned = 0;
  let resets = 0;
  let screen: readonly string[] = [];
  let end: GuestEnd | undefined;
  void watched.ended.then((how) => {
    end = how;
  });
  qmp.onEvent(({ event }) => {
    if (event !== 'RESET') return;
    resets += 1;
    serial.screen.reset();
  });

  const firmwareFinding = (): Finding | undefined =>
    existsSync(watched.firmwareLog) ? recognise(readFileSync(watched.firmwareLog, 'latin1')) : undefined;

  const lastWords = (): readonly string[] => {
    const said = lastLines(serial.text(), 20);
    if (said.length > 0 || !existsSync(watched.firmwareLog)) return said;
    if (screen.length > 0) return screen.slice(-20).map((line) => `(screen) ${line}`);
    return lastLines(readFileSync(watched.firmwareLog, 'latin1'), 20).map((line) => `(BIOS) ${line}`);
  };

  /** A boot loader that finds no configuration speaks on the screen only; its prompt is the last thing there. */
  const screenFinding = (): Finding | undefined => {
    if (performance.now() - serial.lastHeard() < screenAfterMs) return undefined;
    void screenLines(qmp, dirname(watched.firmwareLog)).then(
      (lines) => {
        screen = lines;
      },
      () => undefined,
    );
    const found = recognise(screen.slice(-2).join('\n'));
    return found?.failure === 'grub-rescue' || found?.failure === 'grub-shell' ? found : undefined;
  };

  /** Where to look for signs of failure from: behind the last match, and not in the same lines again and again. */
  const unscanned = (): number => Math.max(position, serial.text().lastIndexOf('\n', scanned) + 1);

  const attend = <T>(what: string, expectation: Expectation, done: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const patience = options.patience ?? 1;
      const within = (expectation.within ?? 120_000) * patience;
      const silence = (expectation.silence ?? 60_000) * patience;
      const started = performance.now();
      const resetsBefore = resets;
      let settled = false;

      const settle = (act: () => void): void => {
        if (settled) return;
        settled = true;
        clearInterval(patrol);
        stopListening();
        act();
      };
      const fail = (found: Finding | undefined): void => {
        if (found === undefined || expectation.despite?.includes(found.failure) === true) return;
        settle(() => reject(new BootError(found, lastWords(), watched.command)));
      };
      const succeed = (): boolean => {
        const result = settled ? undefined : done();
        if (result !== undefined) settle(() => resolve(result));
        return settled;
      };
      const read = (): void => {
        if (succeed()) return;
        const from = unscanned();
        scanned = serial.text().length;
        if (recognise(serial.text().slice(from)) === undefined) return;
        // The line may not be complete yet, and the lines after it often say more.
        setTimeout(() => {
          if (!succeed()) fail(recognise(serial.text().slice(Math.max(from, position))));
        }, lastWordsMs);
      };
      const overdue = (): Finding | undefined => {
        const now = performance.now();
        if (resets - resetsBefore >= resetLoop)
          return finding('reboot-loop', `the machine started again ${resets - resetsBefore} times`);
        if (now - started > within)
          return finding('too-slow', `no sign of ${what} within ${seconds(within)}`);
        if (now - Math.max(serial.lastHeard(), started) > silence)
          return finding('hang', `the machine said nothing for ${seconds(silence)}; awaited was ${what}`);
        return undefined;
      };

      const stopListening = serial.onText(read);
      const patrol = setInterval(() => {
        if (options.signal?.aborted === true) settle(() => reject(new InterruptedError()));
        else if (!succeed()) fail(firmwareFinding() ?? screenFinding() ?? overdue());
      }, patrolMs);
      void watched.ended.then((end) => {
        setTimeout(() => {
          if (!succeed()) fail(endFinding(what, end));
        }, lastWordsMs);
      });
      read();
    });

  return {
    waitFor: (pattern, expectation = {}) => {
      const regex = typeof pattern === 'string' ? new RegExp(escapeRegExp(pattern)) : pattern;
      return attend(String(pattern), expectation, () => {
        const text = serial.text().slice(position);
        const groups = new RegExp(regex.source, regex.flags.replace(/[gy]/g, '')).exec(text);
        if (groups === null) return undefined;
        position += groups.index + groups[0].length;
        return { groups, before: text.slice(0, groups.index) };
      });
    },
    waitUntil: (what, done, expectation = {}) => attend(what, expectation, done),
    skip: () => {
      position = serial.text().length;
    },
    waitForPowerOff: (expectation = {}) =>
      attend('power-off', expectation, () => (end?.how === 'power-off' ? end : undefined)),
  };
}

function finding(failure: BootFailure, message: string): Finding {
  return { failure, message, line: '' };
}

function endFinding(what: string, end: GuestEnd): Finding {
  if (end.how === 'failed') {
    return {
      failure: 'qemu-failed',
      message: 'QEMU failed',
      line: end.stderr.trim().split('\n').at(-1) ?? '',
    };
  }
  const way = end.how === 'power-off' ? 'switched itself off' : 'was ended from outside';
  return finding('guest-ended', `the machine ${way}; awaited was ${what}`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}
