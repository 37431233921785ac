import { dirname } from 'node:path';
import { InterruptedError } from '../base/errors.ts';
import { BootError, type BootFailure, type Finding } from './failures.ts';
import type { GuestEnd } from './launch.ts';
import { keepLookOut } from './look-out.ts';
import { feelPulse } from './pulse.ts';
import type { Qmp } from './qmp.ts';
import type { SerialLine } from './serial.ts';

/** How long to wait. Times are for a machine of ordinary speed; the guest's patience stretches them. */
export interface Expectation {
  /** What is awaited, for a person; default: the pattern. */
  readonly what?: string;
  /** Milliseconds until it is too slow; default 120 s. */
  readonly within?: number;
  /**
   * Milliseconds without a sign of life that count as a hang; default 60 s. Signs are: words on the serial line, bytes to or
   * from a disk, a picture on the screen that was not there before, and what comes through the agent.
   */
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
  readonly startsFromNetwork: boolean;
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
  /**
   * Lets some work with the guest go on for as long as the guest is well; gives what it gives. The work has its own time
   * limit: without an expectation neither its length nor silence counts.
   */
  readonly during: <T>(what: string, work: Promise<T>, expectation?: Expectation) => Promise<T>;
  /** What was said so far counts as read: `waitFor` looks behind it. */
  readonly skip: () => void;
  /** A sign of life on a channel of the caller's, such as `the agent`. */
  readonly felt: (where: string) => void;
}

/** So many resets while one thing is awaited are a loop. */
const resetLoop = 3;
const patrolMs = 500;
/** What was said last may still be on its way through the socket. */
const lastWordsMs = 200;

/** Waiting for a guest, with an eye on everything that can go wrong meanwhile. */
export function watchGuest(watched: Watched, options: WatchOptions): Watch {
  const { serial, qmp } = watched;
  const lookOut = keepLookOut(watched);
  const pulse = feelPulse(qmp, serial, dirname(watched.firmwareLog));
  const attentive = new Set<() => void>();
  let position = 0;
  let scanned = 0;
  let end: GuestEnd | undefined;
  void watched.ended.then((how) => {
    end = how;
  });

  /**
   * Where to look for signs of failure from: behind the last match, and not in the same lines again and again. A line whose
   * end had not come yet is looked at again.
   */
  const unscanned = (): number =>
    Math.max(position, scanned === 0 ? 0 : serial.text().lastIndexOf('\n', scanned - 1) + 1);

  const attend = <T>(what: string, expectation: Expectation, done: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const patience = options.patience ?? 1;
      const within = (expectation.within ?? 120_000) * patience;
      const silence = (expectation.silence ?? 60_000) * patience;
      const started = performance.now();
      const resetsBefore = lookOut.resets();
      let settled = false;

      const settle = (act: () => void): void => {
        if (settled) return;
        settled = true;
        clearInterval(patrol);
        stopListening();
        attentive.delete(read);
        act();
      };
      const fail = (found: Finding | undefined): void => {
        if (found === undefined) return;
        const explained = lookOut.explain(found);
        if (expectation.despite?.includes(explained.failure) === true) return;
        settle(() => reject(new BootError(explained, lookOut.lastWords(), watched.command)));
      };
      const succeed = (): boolean => {
        const result = settled ? undefined : done();
        if (result !== undefined) settle(() => resolve(result));
        return settled;
      };
      const read = (): void => {
        const from = unscanned();
        fail(lookOut.services(from));
        if (succeed()) return;
        scanned = serial.text().length;
        const found = lookOut.spoken(from);
        if (found === undefined) return;
        // The line may not be complete yet, and the lines after it often say more.
        const resetsThen = lookOut.resets();
        setTimeout(() => {
          if (succeed()) return;
          fail(lookOut.resets() === resetsThen ? lookOut.spoken(Math.max(from, position)) : found);
        }, lastWordsMs);
      };
      const overdue = (): Finding | undefined => {
        const now = performance.now();
        const again = lookOut.resets() - resetsBefore;
        if (again >= resetLoop) {
          const message = `the machine reset itself ${again} times; awaited was ${what}. Its last words before that`;
          return { failure: 'reboot-loop', message, line: lookOut.lastBeforeReset() || '(none)' };
        }
        const quiet = now - Math.max(pulse.last(), started);
        if (quiet > silence)
          return finding(
            'hang',
            `the machine gave no sign of life for ${seconds(silence)}; awaited was ${what}`,
          );
        if (now - started > within) {
          const life = `the last sign of life came from ${pulse.where()}, ${seconds(quiet)} ago`;
          return finding('too-slow', `no sign of ${what} within ${seconds(within)}; ${life}`);
        }
        return undefined;
      };

      attentive.add(read);
      const stopListening = serial.onText(read);
      const patrol = setInterval(() => {
        pulse.feel();
        if (options.signal?.aborted === true) settle(() => reject(new InterruptedError()));
        else if (!succeed()) fail(lookOut.shown() ?? overdue());
      }, patrolMs);
      void watched.ended.then((how) => {
        if (succeed()) return;
        setTimeout(() => {
          if (!succeed()) fail(lookOut.spoken(unscanned()) ?? endFinding(what, how));
        }, lastWordsMs);
      });
      read();
    });

  return {
    waitFor: (pattern, expectation = {}) => {
      const regex = typeof pattern === 'string' ? new RegExp(escapeRegExp(pattern)) : pattern;
      return attend(expectation.what ?? String(pattern), expectation, () => {
        const text = serial.text().slice(position);
        const groups = new RegExp(regex.source, regex.flags.replace(/[gy]/g, '')).exec(text);
        if (groups === null) return undefined;
        position += groups.index + groups[0].length;
        return { groups, before: text.slice(0, groups.index) };
      });
    },
    waitUntil: (what, done, expectation = {}) => attend(what, expectation, done),
    waitForPowerOff: (expectation = {}) =>
      attend('power-off', expectation, () => (end?.how === 'power-off' ? end : undefined)),
    during: async (what, work, expectation = {}) => {
      let outcome: PromiseSettledResult<Awaited<typeof work>> | undefined;
      void Promise.allSettled([work]).then(([result]) => {
        outcome = result;
        for (const look of [...attentive]) look();
      });
      const limits = { within: Infinity, silence: Infinity, ...expectation };
      const result = await attend(what, limits, () => outcome);
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    },
    skip: () => {
      position = serial.text().length;
    },
    felt: pulse.felt,
  };
}

function finding(failure: BootFailure, message: string): Finding {
  return { failure, message, line: '' };
}

function endFinding(what: string, end: GuestEnd): Finding {
  if (end.how === 'failed') {
    const line = end.stderr.trim().split('\n').at(-1) ?? '';
    const way =
      end.signal === undefined ? `ended with exit code ${end.exitCode ?? '?'}` : `was ended by ${end.signal}`;
    return { failure: 'qemu-failed', message: `QEMU ${way}`, line };
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
