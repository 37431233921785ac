import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { FailedError } from '../base/errors.ts';
import type { BitmapFont } from '../formats/bitmap-font.ts';
import { readEntries, readVolume } from '../formats/iso9660.ts';
import { readPf2 } from '../formats/pf2.ts';
import type { Drive } from './spec.ts';

const known = new Map<string, readonly BitmapFont[]>();

/**
 * The fonts that GRUB takes from the ISO images among a guest's drives, in the order in which they lie there. What is no such
 * image has none.
 */
export function fontsOf(drives: readonly Drive[]): readonly BitmapFont[] {
  return drives.filter(({ format }) => format === 'raw').flatMap(({ file }) => fontsOfFile(file));
}

function fontsOfFile(file: string): readonly BitmapFont[] {
  const { size, mtimeMs } = statSync(file);
  const key = `${file}\n${size}\n${mtimeMs}`;
  const fonts = known.get(key) ?? readFonts(file);
  known.set(key, fonts);
  return fonts;
}

function readFonts(file: string): readonly BitmapFont[] {
  const fd = openSync(file, 'r');
  const read = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
  };
  try {
    return readEntries(read, readVolume(read))
      .filter(({ path, type }) => type === 'file' && path.endsWith('.pf2'))
      .map(({ offset, size }) => readPf2(read(offset, size)));
  } catch (error) {
    if (error instanceof FailedError || error instanceof RangeError) return [];
    throw error;
  } finally {
    closeSync(fd);
  }
}
