import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Qmp } from './qmp.ts';

const columns = 80;
const rows = 25;
/** Physical address of a VGA adapter's text buffer: a character and its colours for each place. */
const textBuffer = 0xb8000;
const size = columns * rows * 2;

/** A VGA text buffer as the lines that say something. */
export function vgaLines(buffer: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    let line = '';
    for (let column = 0; column < columns; column += 1) {
      const code = buffer[(row * columns + column) * 2] ?? 0;
      line += code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ' ';
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
  }
  return lines;
}

/** What a guest's screen shows, where it is in text mode: what a boot loader says before it finds the serial line. */
export async function screenLines(qmp: Qmp, dir: string): Promise<readonly string[]> {
  const filename = join(dir, 'text-buffer');
  await qmp.execute('pmemsave', { val: textBuffer, size, filename });
  return vgaLines(readFileSync(filename));
}
