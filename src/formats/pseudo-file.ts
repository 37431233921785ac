import { FailedError } from '../base/errors.ts';
import type { ReadAt } from './read-at.ts';

/** Where the content of a file lies in a pseudo file, in bytes. */
export interface PseudoContent {
  readonly offset: number;
  readonly size: number;
}

const marker = '\n# START OF DATA - DO NOT MODIFY\n#\n';
const piece = 64 * 1024;

/** The definitions before the data, and where the data begins. */
function head(read: ReadAt): { text: string; data: number } {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const more = read(bytes.length, piece);
    if (more.length === 0) throw new FailedError('bad-pseudo-file', 'the pseudo file has no data');
    bytes = Buffer.concat([bytes, more]);
    const at = bytes.indexOf(marker);
    if (at >= 0) return { text: bytes.toString('utf8', 0, at), data: at + marker.length };
  }
}

/**
 * Finds the contents of regular files in what `unsquashfs -pf FILE` writes, by path. Its format is that of "Pseudo file
 * definitions" in squashfs-tools 4.6 (README-4.6): `PATH R MTIME MODE UID GID LENGTH OFFSET SPARSE`, with a backslash before
 * spaces, backslashes and the like in paths.
 */
export function readPseudoFile(read: ReadAt): Map<string, PseudoContent> {
  const { text, data } = head(read);
  const found = new Map<string, PseudoContent>();
  for (const line of text.split('\n')) {
    const match = /^((?:[^\\ ]|\\.)+) R \d+ \d+ \d+ \d+ (\d+) (\d+) \d+$/.exec(line);
    if (match === null) continue;
    const [, path = '', size, offset] = match;
    found.set(path.replaceAll(/\\(.)/g, '$1'), { size: Number(size), offset: data + Number(offset) });
  }
  return found;
}
