import { describe, expect, test } from 'vitest';
import { MenuList } from '../../../src/boot/menu-list.ts';
import { isEntry, type MenuView, movedBy, readMenu } from '../../../src/boot/menu-text.ts';
import { terminalScreen } from '../../../src/boot/terminal-screen.ts';
import { recordedMenu } from '../../helpers/recorded.ts';

/** What could be read after each key of a recording. */
function views(name: string): (MenuView | undefined)[] {
  const screen = terminalScreen();
  return recordedMenu(name).map(({ said }) => {
    screen.write(said);
    return readMenu(screen);
  });
}

const titles = (view: MenuView | undefined): string[] | undefined => view?.rows.map(({ title }) => title);
const marked = (view: MenuView | undefined): string | undefined => view?.rows[view.marked]?.title;

describe('a menu drawn with ASCII characters, on UEFI', () => {
  const seen = views('menu-uefi');

  test('its entries, and the one that is marked', () => {
    expect(seen[0]).toEqual({
      rows: [
        'diskbios live',
        'diskbios live, with a shell before anything is started',
        'Memory test',
        'Boot from the first disk',
        'Firmware setup',
        'Restart',
        'Power off',
      ].map((title) => ({ title, cut: false })),
      marked: 0,
      above: false,
      below: false,
    });
  });

  test('the mark moves, and the menu goes when an entry is started', () => {
    expect(seen.map((view) => view?.marked)).toEqual([0, 1, 2, 1, undefined]);
  });
});

describe('a menu that is longer than the terminal, with line characters, on BIOS', () => {
  const seen = views('menu-bios');

  test('non-ASCII titles are read', () => {
    expect(titles(seen[0])?.[3]).toBe('Rettung für Müller — Größe ☃');
  });

  test('it scrolls down and up again, one entry for each key', () => {
    const steps = seen.slice(1, -1).map((view, at) => movedBy(seen[at]!, view!));
    expect(steps).toEqual([...new Array<number>(20).fill(1), ...new Array<number>(14).fill(-1)]);
    expect(seen.map(marked).slice(0, 21)).toEqual([
      'Live rescue',
      'Live rescue, with a title as long as it can be, nearly 64 chars',
      'Rettung für Müller — Größe ☃',
      ...Array.from({ length: 18 }, (_, at) => `Entry ${at + 5}`),
    ]);
  });

  test('it tells whether there is more above and below', () => {
    expect([seen[0]?.above, seen[0]?.below]).toEqual([false, true]);
    expect([seen[20]?.above, seen[20]?.below]).toEqual([true, true]);
  });

  test('what was seen adds up to a list', () => {
    const list = new MenuList(seen[0]!);
    seen.slice(1, 21).forEach((view, at) => list.moved(movedBy(seen[at]!, view!), view!));
    expect(list.titles()).toHaveLength(22);
    expect([list.towards('Entry 22'), list.towards('Live'), list.towards('Entry 99')]).toEqual([
      'here',
      'up',
      'down',
    ]);
  });
});

describe('titles that are wider than the menu', () => {
  const seen = views('menu-long');
  const start = 'A title that is longer than a terminal of eighty columns is wide, so that';

  test('are known by what can be seen of them', () => {
    expect(seen[0]?.rows.filter(({ cut }) => cut)).toHaveLength(3);
    expect(seen[0]?.rows[4]).toEqual({ title: start, cut: true });
    expect(isEntry(seen[0]!.rows[4]!, `${start} its end cannot be seen: two`)).toBe(true);
    expect(isEntry(seen[0]!.rows[4]!, 'A title')).toBe(false);
  });

  test('those that differ beyond the edge only are told apart from all others, not from each other', () => {
    const whole: MenuView = { ...seen[0]!, below: false };
    const list = new MenuList(whole);
    expect(list.towards(`${start} its end cannot be seen: two`)).toBe('several');
    expect(
      list.towards('Another title that is longer than a terminal of eighty columns is wide and so on'),
    ).toBe('down');
    expect(list.towards('Another title')).toBe('missing');
  });
});

test('titles that begin alike are not mixed up', () => {
  const row = (title: string) => ({ title, cut: false });
  expect(isEntry(row('Live rescue'), 'Live')).toBe(false);
  expect(isEntry(row('Live'), 'Live rescue')).toBe(false);
  expect(isEntry(row('Live'), ' Live ')).toBe(true);
});

test.each(['Live rescue', 'Live rescue, with', 'Entry 9'])('a menu drawn up to "%s" is none yet', (title) => {
  const screen = terminalScreen();
  const { said } = recordedMenu('menu-bios')[0]!;
  screen.write(said.slice(0, said.indexOf(title)));
  expect(readMenu(screen)).toBeUndefined();
  screen.write(said.slice(said.indexOf(title)));
  expect(titles(readMenu(screen))).toContain(title === 'Entry 9' ? title : 'Live rescue');
});

describe('the terminal', () => {
  test('shows the same, however the text is cut into pieces', () => {
    const text = recordedMenu('menu-bios')
      .map(({ said }) => said)
      .slice(0, -1)
      .join('');
    const [whole, pieces] = [terminalScreen(), terminalScreen()];
    whole.write(text);
    for (const character of text.split('')) pieces.write(character);
    expect(Array.from({ length: 24 }, (_, at) => pieces.row(at + 1))).toEqual(
      Array.from({ length: 24 }, (_, at) => whole.row(at + 1)),
    );
  });

  test('goes on in the next line behind the last column, and scrolls at the bottom', () => {
    const screen = terminalScreen();
    screen.write(`\x1b[24;1H${'x'.repeat(81)}`);
    expect(screen.text(23)).toBe('x'.repeat(80));
    expect(screen.text(24).trimEnd()).toBe('x');
    screen.write('\x1b[2Ja\tb\b\bc\x1b[1;1Hé');
    expect(screen.text(24).trimEnd()).toBe(' a     cb');
    expect(screen.row(1)[0]).toBe('é');
  });

  test('is empty again when the machine is started anew', () => {
    const screen = terminalScreen();
    screen.write('hello \x1b[');
    screen.reset();
    expect(screen.text(1).trim()).toBe('');
    screen.write('7m');
    expect(screen.text(1).trim()).toBe('7m');
  });
});
