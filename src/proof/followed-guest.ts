import { type BootTimes, trackBootTimes } from '../boot/boot-times.ts';
import type { Machine } from '../boot/machine.ts';
import type { GuestResult } from './result.ts';
import type { CaseGuest } from './steps/types.ts';

/** A machine of a case, followed over its power-ons: what its steps must know of each other, and what is reported of it. */
export interface FollowedGuest extends CaseGuest {
  readonly powerOn: () => Promise<void>;
  readonly startsAnew: () => void;
  /** What its serial console said since it was switched on or reset last. */
  readonly console: () => string;
  readonly boots: () => readonly BootTimes[];
  readonly saveScreen: (title: string, file: string) => Promise<void>;
  readonly noteScreen: (title: string, file: string) => void;
  readonly screens: () => GuestResult['screenshots'];
}

export interface FollowOptions {
  readonly hasAgent: boolean;
  /** A file as reports name it. */
  readonly nameOf: (file: string) => string;
}

export function followGuest(machine: Machine, { hasAgent, nameOf }: FollowOptions): FollowedGuest {
  const trackers: ReturnType<typeof trackBootTimes>[] = [];
  const screens: { title: string; file: string }[] = [];
  let console = (): string => '';
  const guest: FollowedGuest = {
    ...{ machine, hasAgent, menuPassed: false, bootStart: 0 },
    letIn: new Set<string>(),
    powerOn: async () => {
      const started = await machine.powerOn();
      trackers.push(trackBootTimes(started));
      // The guest is gone when it has ended, its words must not be.
      const { serial } = started;
      console = () => serial.text().slice(guest.bootStart);
      freshBoot(0);
    },
    startsAnew: () => {
      const running = machine.guest();
      if (hasAgent) machine.agent().lost();
      running.skip();
      freshBoot(running.serial.text().length);
    },
    console: () => console(),
    boots: () => trackers.flatMap((tracker) => seen(tracker.boots())),
    saveScreen: async (title, file) => {
      await machine.screenshot(file);
      guest.noteScreen(title, file);
    },
    noteScreen: (title, file) => void screens.push({ title, file: nameOf(file) }),
    screens: () => screens,
  };
  const freshBoot = (start: number): void => {
    guest.menuPassed = false;
    guest.letIn.clear();
    guest.bootStart = start;
  };
  return guest;
}

/** QEMU tells some resets twice; of the first nothing is ever seen. */
function seen(boots: readonly BootTimes[]): BootTimes[] {
  const nothing = ({ grub, kernel, init, ready }: BootTimes): boolean =>
    [grub, kernel, init, ready].every((stage) => stage === undefined);
  return boots.filter((boot, n) => n === boots.length - 1 || !nothing(boot));
}
