import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Firmware } from '../../src/base/machine.ts';
import type { Guest } from '../../src/boot/guest.ts';
import { chooseEntry } from '../../src/boot/menu.ts';
import { readMenu } from '../../src/boot/menu-text.ts';
import { readScreen, waitForScreen } from '../../src/boot/screen.ts';
import { bootGuest, medium, passMenu, waitForReady } from '../helpers/boot.ts';
import { buildRecipes } from '../helpers/recipes.ts';

const fixture = inject('fixture');
const { dir, images, tools } = fixture;
const firmwares: readonly Firmware[] = ['bios', 'uefi'];

/** More entries than GRUB shows at once, titles that begin alike, and one with other characters than ASCII. */
const titles = [
  'Live',
  'Live rescue',
  'Live rescue, with a title as long as it can be, nearly 64 chars',
  'Rettung für Müller — Größe ☃',
  ...Array.from({ length: 18 }, (_, at) => `Entry ${at + 5}`),
];
const entries = `  entries: !replace\n${titles.map((title) => `    - title: ${JSON.stringify(title)}\n`).join('')}  default: Live rescue\n`;

beforeAll(() =>
  buildRecipes(fixture, {
    menu: `boot:\n  timeout: 600\n${entries}`,
    hidden: `boot:\n  timeout: 0\n${entries}`,
  }),
);

function boot(image: string, firmware: Firmware, name: string): Promise<Guest> {
  const drives = [medium(join(images, `${image}.iso`), 'cd')];
  return bootGuest({ tools, name: `menu-${name}-${firmware}`, firmware, drives });
}

describe.each(firmwares)('on %s', (firmware) => {
  test("GRUB's theme and the PE's welcome are found on the screen; the keyboard scrolls to an entry", async () => {
    const guest = await boot('menu', firmware, 'screen');
    await waitForScreen(guest, [
      ...['menu', '0.1.0', 'Starting in', 'command line'],
      ...['Live rescue', 'Live rescue, with a title as long as it can be', 'Rettung für Müller — Größe ☃'],
    ]);
    // The mark stands on it, and that has its own colours.
    await guest.press('down');
    await waitForScreen(guest, [
      'Live rescue, with a title as long as it can be, nearly 64 chars',
      'Entry 5',
    ]);
    const wrong = waitForScreen(guest, ['Live rescue', 'Live rescues'], { within: 1000 });
    await expect(wrong).rejects.toMatchObject({
      code: 'screen-differs',
      message: 'the screen does not show "Live rescues"',
    });

    await chooseEntry(guest, 'Entry 20', { by: 'keyboard' });
    const { before } = await guest.waitFor('Loading Entry 20 ...');
    expect(before.trim(), 'what is awaited next stands behind the menu').toBe('');
    await waitForReady(guest);

    const picture = join(dir, `welcome-${firmware}.png`);
    await waitForScreen(guest, ['menu 0.1.0', 'Network', 'menu login:'], { save: picture });
    expect(readFileSync(picture).toString('latin1', 1, 4)).toBe('PNG');
    const screen = await readScreen(guest);
    expect(screen.mode).toBe(firmware === 'bios' ? 'text' : 'graphics');
    expect(screen.lines).toContain('menu login:');
    await expect(waitForScreen(guest, ['menu log in:'], { within: 1000 })).rejects.toMatchObject({
      code: 'screen-differs',
      hint: expect.stringContaining('menu login:') as string,
    });
  });

  test('the memory test is started with the keyboard and draws its own screen', async () => {
    const guest = await boot('cloud', firmware, 'memtest');
    await chooseEntry(guest, 'Memory test', { by: 'keyboard' });
    // On UEFI it measures the memory's speed before it draws anything.
    await waitForScreen(guest, ['Memtest86+ v', '<F1> Configuration'], { within: 180_000 });
    expect((await readScreen(guest)).lines?.[0]).toContain('Memtest86+ v');
  });

  test('a menu that the image does not show is passed without delay', async () => {
    const guest = await boot('hidden', firmware, 'hidden-pass');
    await passMenu(guest);
    await guest.waitFor('Loading Live rescue ...');
  });

  test('an entry of a menu that the image does not show is chosen all the same', async () => {
    const guest = await boot('hidden', firmware, 'hidden');
    await chooseEntry(guest, 'Live', { by: 'keyboard' });
    await guest.waitFor(/Loading Live \.\.\./);
  });
});

test('an entry that is not there: the error names those that are, and none is started', async () => {
  const guest = await boot('menu', 'bios', 'absent');
  const choice = chooseEntry(guest, 'Live resc', { by: 'serial' });
  await expect(choice).rejects.toMatchObject({ failure: 'menu-entry-missing' });
  for (const title of [...titles, 'Restart', 'Power off']) await expect(choice).rejects.toThrow(`"${title}"`);
  expect(guest.serial.text()).not.toContain('Loading');
});

test('keys that a machine hears late do not start another entry', async () => {
  const guest = await boot('menu', 'bios', 'late');
  await guest.waitUntil("GRUB's menu", () => readMenu(guest.serial.screen));
  await guest.qmp.execute('stop');
  const choice = chooseEntry(guest, 'Live rescue, with a title as long as it can be, nearly 64 chars', {
    by: 'serial',
  });
  // In the middle of drawing or just after: long enough for keys to be pressed twice.
  await sleep(3500);
  await guest.qmp.execute('cont');
  await choice;
  await guest.waitFor('Loading Live rescue, with a title as long as it can be, nearly 64 chars ...');
  expect(guest.serial.text()).not.toContain('Loading Rettung');
});
