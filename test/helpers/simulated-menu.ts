import { setTimeout as sleep } from 'node:timers/promises';
import { BootError } from '../../src/boot/failures.ts';
import type { Guest } from '../../src/boot/guest.ts';
import { terminalScreen } from '../../src/boot/terminal-screen.ts';
import { plainTexter } from '../../src/boot/terminal-text.ts';

export interface MenuTroubles {
  /** The keys, counted from 1, that are lost. */
  readonly lost?: readonly number[];
  /** Milliseconds after which a key arrives, by its number; what is pressed later waits behind it. */
  readonly late?: Readonly<Record<number, number>>;
  /** Milliseconds after which the menu goes away by itself. */
  readonly leaves?: number;
}

export interface SimulatedMenu {
  readonly guest: Guest;
  /** The title of the entry that was started. */
  started(): string | undefined;
  /** How many keys were pressed. */
  pressed(): number;
}

const height = 12;

/**
 * A menu that draws, scrolls and hears keys as GRUB's does, on a machine that loses keys or hears them late: real ones do
 * so only when nobody looks.
 */
export function simulatedMenu(entries: readonly string[], troubles: MenuTroubles = {}): SimulatedMenu {
  const screen = terminalScreen();
  const plain = plainTexter();
  let [text, heard, pressed, top, marked] = ['', performance.now(), 0, 0, 0];
  let started: string | undefined;
  let gone = false;
  let queue: Promise<unknown> = Promise.resolve();

  const say = (raw: string): void => {
    screen.write(raw);
    text += plain(raw);
    heard = performance.now();
  };
  const put = (entry: number): string => {
    const [row, mark, colour] = [
      5 + entry - top,
      entry === marked ? '*' : ' ',
      entry === marked ? '\x1b[7m' : '',
    ];
    const title = entries[entry]!;
    const shown = title.length > 74 ? `${title.slice(0, 74)}>` : title.padEnd(74);
    return `\x1b[m${colour}\x1b[${row};3H${mark}${shown}\x1b[m\x1b[${row};78H`;
  };
  const scrolled = (): string => {
    const shown = entries.map((_, entry) => entry).slice(top, top + height);
    const arrows = [top > 0 ? '^' : ' ', top + height < entries.length ? 'v' : ' '];
    return `\x1b[5;80H${arrows[0]}${shown.map(put).join('')}\x1b[${4 + height};80H${arrows[1]}\x1b[${5 + marked - top};78H`;
  };
  const draw = (): void => {
    const sides = Array.from({ length: height }, (_, at) => `\x1b[${5 + at};2H|\x1b[${5 + at};79H|`).join('');
    const edge = `+${'-'.repeat(76)}+`;
    say(
      `\x1b[H\x1b[J\x1b[1;1H\x1b[2;25HGNU GRUB  version 2.12\x1b[4;2H${edge}${sides}\x1b[17;2H${edge}${scrolled()}`,
    );
  };
  const move = (to: number): void => {
    if (to < 0 || to >= entries.length) return;
    const before = marked;
    marked = to;
    if (to >= top && to < top + height) {
      say(put(before) + put(to));
      return;
    }
    top += to < top ? -1 : 1;
    say(scrolled());
  };
  const leave = (title: string): void => {
    if (gone) return;
    gone = true;
    started = title;
    say(`\x1b[H\x1b[J\x1b[1;1HLoading ${title} ...\r\n`);
  };
  const hear = (key: string): void => {
    if (gone) return;
    if (key === '\r') leave(entries[marked]!);
    else if (key === '\x1b[A') move(marked - 1);
    else if (key === '\x1b[B') move(marked + 1);
  };
  const send = (key: string): void => {
    pressed += 1;
    const number = pressed;
    if (troubles.lost?.includes(number) === true) return;
    queue = queue.then(() => sleep(troubles.late?.[number] ?? 1)).then(() => hear(key));
  };
  setTimeout(draw, 5);
  if (troubles.leaves !== undefined) setTimeout(() => leave(entries[0]!), troubles.leaves);

  const guest: Pick<Guest, 'command' | 'serial' | 'skip' | 'waitUntil'> = {
    command: 'qemu',
    serial: {
      text: () => text,
      screen,
      send,
      lastHeard: () => heard,
      onText: () => () => undefined,
    },
    skip: () => undefined,
    waitUntil: async (what, done, { within = 60_000 } = {}) => {
      const limit = performance.now() + within;
      for (;;) {
        const result = done();
        if (result !== undefined) return result;
        if (performance.now() > limit) {
          throw new BootError({ failure: 'too-slow', message: `no sign of ${what}`, line: '' }, [], 'qemu');
        }
        await sleep(5);
      }
    },
  };
  return { guest: guest as Guest, started: () => started, pressed: () => pressed };
}
