import { describe, expect, test } from 'vitest';
import { chooseEntry, passMenu } from '../../../src/boot/menu.ts';
import { simulatedMenu } from '../../helpers/simulated-menu.ts';

const titles = Array.from({ length: 30 }, (_, at) => `Entry ${at + 1}`);
const by = { by: 'serial' } as const;

describe.concurrent('choosing an entry', () => {
  test('takes the shortest way to what can be seen, and only Enter for what is marked', async () => {
    const menu = simulatedMenu(titles.slice(0, 5));
    await chooseEntry(menu.guest, 'Entry 1', by);
    expect([menu.started(), menu.pressed()]).toEqual(['Entry 1', 1]);
  });

  test('scrolls to the end where it must', async () => {
    const menu = simulatedMenu(titles);
    await chooseEntry(menu.guest, 'Entry 30', by);
    expect([menu.started(), menu.pressed()]).toEqual(['Entry 30', 30]);
  });

  test('of titles that begin alike, the one that is meant', async () => {
    const menu = simulatedMenu(['Live rescue', 'Live', 'Live rescue disk']);
    await chooseEntry(menu.guest, 'Live', by);
    expect(menu.started()).toBe('Live');
  });

  test('of titles wider than the menu, the one that is meant', async () => {
    const long = 'x'.repeat(80);
    const menu = simulatedMenu([`b${long}`, 'c', `a${long}`]);
    await chooseEntry(menu.guest, `a${long}`, by);
    expect(menu.started()).toBe(`a${long}`);
  });

  test('an entry that is not there: what there is, and nothing is started', async () => {
    const menu = simulatedMenu(titles.slice(0, 14));
    const choice = chooseEntry(menu.guest, 'Entry 15', by);
    await expect(choice).rejects.toMatchObject({ failure: 'menu-entry-missing' });
    await expect(choice).rejects.toThrow(
      `"Entry 15"; it has ${titles
        .slice(0, 14)
        .map((title) => `"${title}"`)
        .join(', ')}`,
    );
    expect(menu.started()).toBeUndefined();
  });

  test('a title shown only in part that could be that of several starts none of them', async () => {
    const long = 'x'.repeat(80);
    const menu = simulatedMenu([`${long}1`, `${long}2`]);
    await expect(chooseEntry(menu.guest, `${long}2`, by)).rejects.toThrow('cannot be told from others');
    expect(menu.started()).toBeUndefined();
  });

  test('lost keys are pressed again, Enter too', async () => {
    const menu = simulatedMenu(titles.slice(0, 3), { lost: [1, 4] });
    await chooseEntry(menu.guest, 'Entry 3', by);
    expect([menu.started(), menu.pressed()]).toEqual(['Entry 3', 5]);
  });

  test('a key that comes late, after it was pressed again, does not start the wrong entry', async () => {
    const menu = simulatedMenu(titles.slice(0, 5), { late: { 1: 1800 } });
    await chooseEntry(menu.guest, 'Entry 2', by);
    expect(menu.started()).toBe('Entry 2');
    // Two for the one that was late, one back up, and Enter.
    expect(menu.pressed()).toBe(4);
  });

  test('a menu that goes away by itself is told, and not taken for success', async () => {
    const menu = simulatedMenu(titles, { leaves: 300 });
    await expect(chooseEntry(menu.guest, 'Entry 30', by)).rejects.toMatchObject({ failure: 'too-slow' });
  });
});

test('passing the menu starts what is marked', async () => {
  const menu = simulatedMenu(titles);
  await passMenu(menu.guest);
  expect([menu.started(), menu.pressed()]).toEqual(['Entry 1', 1]);
});
