import { initPattern, readyPattern } from '../base/console-lines.ts';
import type { Guest } from './guest.ts';
import { grubSpeaks, sameReset } from './resets.ts';
import { kernelStamps } from './signs.ts';

/** Milliseconds since power-on (or reset) at which a stage was seen on the serial line; `undefined`: not seen. */
export interface BootTimes {
  /** GRUB's menu, or that it loads something. */
  readonly grub: number | undefined;
  /** The kernel's first instant: what the PE says later tells how long ago that was; else its first line. */
  readonly kernel: number | undefined;
  /** The start of the PE's supervisor. */
  readonly init: number | undefined;
  readonly ready: number | undefined;
}

/** Watches for the stages of one boot. */
interface StageClock {
  readonly heard: (ms: number, piece: string) => void;
  readonly times: () => BootTimes;
  readonly recent: () => string;
}

/** A sign is looked for within so many last characters: longer than any line that is one. */
const window = 4096;

function stageClock(): StageClock {
  let recent = '';
  let grub: number | undefined;
  let kernelLine: number | undefined;
  let kernelStart: number | undefined;
  let init: number | undefined;
  let ready: number | undefined;
  /** A line was said `up` seconds after the kernel's start, and is heard now. */
  const since = (ms: number, up: string | undefined): number => Math.max(grub ?? 0, ms - Number(up) * 1000);

  return {
    heard: (ms, piece) => {
      if (ready !== undefined) return;
      recent = (recent + piece).slice(-window - piece.length);
      if (kernelLine === undefined && grub === undefined && grubSpeaks.test(recent)) grub = ms;
      if (kernelLine === undefined && kernelStamps.test(recent)) kernelLine = ms;
      const started = init === undefined ? initPattern.exec(recent) : null;
      if (started !== null) {
        init = ms;
        kernelStart ??= since(ms, started[1]);
      }
      const up = readyPattern.exec(recent);
      if (up !== null) {
        ready = ms;
        kernelStart ??= since(ms, up[2]);
      }
    },
    recent: () => recent,
    times: () => {
      const kernel = Math.min(kernelStart ?? Infinity, kernelLine ?? Infinity);
      const whole = (ms: number | undefined): number | undefined =>
        ms === undefined || ms === Infinity ? undefined : Math.round(ms);
      return { grub: whole(grub), kernel: whole(kernel), init: whole(init), ready: whole(ready) };
    },
  };
}

/** What a boot clock is told, in milliseconds of one clock. Apart from the guest, so that recorded logs can be played to it. */
export interface BootClock {
  readonly heard: (at: number, piece: string) => void;
  readonly reset: (at: number) => void;
  readonly boots: () => BootTimes[];
}

/** Starts with the power-on at `poweredOn`. */
export function bootClock(poweredOn: number): BootClock {
  let boot = { from: poweredOn, clock: stageClock() };
  const boots = [boot];
  return {
    heard: (at, piece) => {
      boot.clock.heard(at - boot.from, piece);
    },
    reset: (at) => {
      if (boots.length > 1 && sameReset(at - boot.from, boot.clock.recent())) return;
      boot = { from: at, clock: stageClock() };
      boots.push(boot);
    },
    boots: () => boots.map(({ clock }) => clock.times()),
  };
}

export interface BootTimeTracker {
  readonly boots: () => readonly BootTimes[];
}

/** Takes the times of a guest's boots: the first from its power-on, one more for each reset. To be called right after its start. */
export function trackBootTimes(guest: Pick<Guest, 'serial' | 'qmp' | 'uptime'>): BootTimeTracker {
  const clock = bootClock(performance.now() - guest.uptime());
  clock.heard(performance.now(), guest.serial.text());
  guest.serial.onText((piece) => {
    clock.heard(performance.now(), piece);
  });
  guest.qmp.onEvent(({ event }) => {
    if (event === 'RESET') clock.reset(performance.now());
  });
  return { boots: clock.boots };
}
