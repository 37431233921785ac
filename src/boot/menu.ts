import { setTimeout as sleep } from 'node:timers/promises';
import { BootError } from './failures.ts';
import type { Guest } from './guest.ts';
import { MenuList } from './menu-list.ts';
import { isEntry, type MenuView, movedBy, readMenu, sameView } from './menu-text.ts';
import { lastLines } from './terminal-text.ts';

/** How to choose; times are for a machine of ordinary speed. */
export interface ChooseOptions {
  /** Over the serial line, or with the machine's keyboard. Either way the menu is read off the serial line. */
  readonly by: 'serial' | 'keyboard';
  /** Milliseconds for the menu to come up; default 60 s. */
  readonly within?: number;
}

type Key = 'up' | 'down' | 'enter' | 'escape';

const keys: Readonly<Record<Key, { serial: string; keyboard: string }>> = {
  up: { serial: '\x1b[A', keyboard: 'up' },
  down: { serial: '\x1b[B', keyboard: 'down' },
  enter: { serial: '\r', keyboard: 'ret' },
  escape: { serial: '\x1b', keyboard: 'esc' },
};

const defaultWithin = 60_000;
/** A menu that is drawn says nothing for so long: it is whole. */
const drawnMs = 40;
/** A key that shows no effect within this time was lost, or waits in a queue. */
const lostMs = 1500;
const attempts = 6;
/** After a key was pressed twice: time for the first one to arrive after all. */
const strayMs = 500;

/** What GRUB does when it begins to use the serial line, some time before a menu could be drawn. */
const takesSerialLine = '\x1b[H\x1b[J\x1b[1;1H';
/** What comes where an entry was started without a menu. */
const started = /^Loading .*\.\.\.|^EFI stub: |Linux version \d|DISKBIOS-READY/m;

/**
 * Starts the entry of GRUB's menu that has exactly this title. Also where the image shows no menu (`boot.timeout: 0`), since
 * Escape is pressed in time. Afterwards `guest.waitFor` looks at what comes behind the menu. Throws `BootError`:
 * `menu-entry-missing`, which names the entries that are there; `too-slow` where no menu came or it does not heed its keys;
 * and what `guest.waitFor` throws.
 */
export async function chooseEntry(guest: Guest, title: string, options: ChooseOptions): Promise<void> {
  const press = presser(guest, options.by);
  let menu = await openMenu(guest, press, options.within ?? defaultWithin);
  if (menu === undefined) {
    throw failure(
      guest,
      'menu-entry-missing',
      `no menu was shown, and an entry was started at once; awaited was "${title}"`,
    );
  }
  const list = new MenuList(menu);
  for (;;) {
    const towards = list.towards(title);
    if (towards === 'here') break;
    if (towards === 'missing') {
      // Told only of a menu that stands still: a slow machine may have paused while it drew.
      await sleep(strayMs);
      const again = await drawn(guest);
      if (again === undefined || sameView(menu, again)) throw missing(guest, title, list.titles());
      list.moved('otherwise', again);
      menu = again;
      continue;
    }
    if (towards === 'several') throw ambiguous(guest, title);
    const next = await step(guest, press, menu, towards);
    list.moved(movedBy(menu, next), next);
    menu = next;
  }
  await enter(guest, press, (view) => isEntry(view.rows[view.marked] ?? { title: '', cut: false }, title));
}

/**
 * Starts the entry that GRUB's menu marks, at once. Returns without delay where there is no menu (`boot.timeout: 0`).
 * Afterwards `guest.waitFor` looks at what comes behind the menu, or at the first words of what was started without one.
 */
export async function passMenu(guest: Guest, options: { readonly within?: number } = {}): Promise<void> {
  const menu = await awaitMenu(guest, options.within ?? defaultWithin);
  if (menu !== undefined) await enter(guest, presser(guest, 'serial'), () => true);
}

type Press = (key: Key) => Promise<void>;

function presser(guest: Guest, by: ChooseOptions['by']): Press {
  return async (key) => {
    if (by === 'keyboard') await guest.press(keys[key].keyboard);
    else guest.serial.send(keys[key].serial);
  };
}

/** Waits for the menu to be drawn; `undefined`: an entry was started without one. */
async function awaitMenu(guest: Guest, within: number): Promise<MenuView | undefined> {
  const from = guest.serial.text().length;
  for (;;) {
    const seen = await guest.waitUntil(
      "GRUB's menu",
      () =>
        readMenu(guest.serial.screen) ??
        (started.test(guest.serial.text().slice(from)) ? 'started' : undefined),
      { within },
    );
    if (seen === 'started') return undefined;
    const menu = await drawn(guest);
    if (menu !== undefined) return menu;
  }
}

/** Waits for the menu, pressing Escape as soon as GRUB hears it: that shows a hidden menu and stops a countdown. */
async function openMenu(guest: Guest, press: Press, within: number): Promise<MenuView | undefined> {
  let heard = '';
  const stop = guest.serial.onText((_, raw) => {
    heard = (heard + raw).slice(-raw.length - takesSerialLine.length);
    if (!heard.includes(takesSerialLine)) return;
    stop();
    press('escape').catch(() => undefined);
  });
  try {
    return await awaitMenu(guest, within);
  } finally {
    stop();
  }
}

/** The menu, when no more of it is drawn; `undefined`: it went away. */
async function drawn(guest: Guest): Promise<MenuView | undefined> {
  for (;;) {
    // A machine may stop for long in the middle of drawing.
    const seen = await guest.waitUntil(
      "the rest of GRUB's menu",
      () => (menuIsGone(guest) ? 'gone' : readMenu(guest.serial.screen)),
      { within: defaultWithin },
    );
    if (seen === 'gone') return undefined;
    const quiet = performance.now() - guest.serial.lastHeard();
    if (quiet >= drawnMs) return seen;
    await sleep(drawnMs - quiet + 1);
  }
}

/** Moves the mark by one entry. A key without effect is pressed again. */
async function step(guest: Guest, press: Press, before: MenuView, key: 'up' | 'down'): Promise<MenuView> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    await press(key);
    const after = await changed(guest, () => {
      if (menuIsGone(guest)) return 'gone';
      const view = readMenu(guest.serial.screen);
      return view !== undefined && movedBy(before, view) !== 0 ? 'moved' : undefined;
    });
    if (after === undefined) continue;
    if (after === 'gone') break;
    if (attempt > 1) await sleep(strayMs);
    const menu = await drawn(guest);
    if (menu !== undefined) return menu;
    break;
  }
  throw menuIsGone(guest)
    ? failure(guest, 'too-slow', 'the menu went away before the entry was chosen')
    : failure(guest, 'too-slow', `GRUB's menu does not heed the key "${key}"`);
}

/** Presses Enter until the menu is gone, for as long as the right entry is marked. */
async function enter(guest: Guest, press: Press, right: (menu: MenuView) => boolean): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const menu = readMenu(guest.serial.screen);
    if (menu === undefined ? attempt > 1 : !right(menu)) break;
    if (attempt === 1) guest.skip();
    await press('enter');
    const gone = await changed(guest, () => (menuIsGone(guest) ? true : undefined));
    if (gone === true) return;
  }
  throw failure(guest, 'too-slow', 'GRUB\'s menu does not heed the key "enter"');
}

/** GRUB clears the terminal before it starts an entry. */
function menuIsGone(guest: Guest): boolean {
  const { screen } = guest.serial;
  return !screen.text(2).includes('GNU GRUB');
}

/** What comes of a key; `undefined`: nothing did in time. */
async function changed<T>(guest: Guest, look: () => T | undefined): Promise<T | undefined> {
  try {
    return await guest.waitUntil('an answer of the menu', look, { within: lostMs });
  } catch (error) {
    if (error instanceof BootError && error.failure === 'too-slow') return undefined;
    throw error;
  }
}

function missing(guest: Guest, title: string, titles: readonly string[]): BootError {
  const there = titles.map((name) => `"${name}"`).join(', ');
  return failure(guest, 'menu-entry-missing', `the menu has no entry "${title}"; it has ${there}`);
}

function ambiguous(guest: Guest, title: string): BootError {
  const why = 'several entries begin like it, and the menu is too narrow to show where they differ';
  return failure(guest, 'menu-entry-missing', `the entry "${title}" cannot be told from others: ${why}`);
}

function failure(guest: Guest, name: 'menu-entry-missing' | 'too-slow', message: string): BootError {
  return new BootError(
    { failure: name, message, line: '' },
    lastLines(guest.serial.text(), 20),
    guest.command,
  );
}
