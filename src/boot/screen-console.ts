import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPpm } from '../formats/ppm.ts';
import { consoleFonts } from './console-fonts.ts';
import type { Qmp } from './qmp.ts';
import { isTextMode, readGrid, unreadable } from './screen-grid.ts';
import { screenLines } from './vga-text.ts';

/** The lines of the console that fills a guest's screen, in text or graphical mode; none where it shows something else. */
export async function screenConsole(qmp: Qmp, dir: string): Promise<readonly string[]> {
  const filename = join(dir, 'console.ppm');
  await qmp.execute('screendump', { filename });
  const picture = readPpm(await readFile(filename));
  const grid = readGrid(picture, consoleFonts);
  if (grid === undefined) return isTextMode(picture) ? screenLines(qmp, dir) : [];
  return grid.lines.map((line) => line.replaceAll(unreadable, '?').trimEnd()).filter((line) => line !== '');
}
