import { FailedError } from '../base/errors.ts';
import type { ReadAt } from './read-at.ts';

/** How a member of a package is packed, by the ending of its name. */
export type Compression = 'none' | 'gz' | 'xz' | 'zst';

/** One member of the ar container: its bytes are `size` bytes from `offset` of the package file. */
export interface DebMember {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly compression: Compression;
}

export interface DebMembers {
  readonly control: DebMember;
  readonly data: DebMember;
}

const magic = '!<arch>\n';
const headerSize = 60;

function bad(what: string): FailedError {
  return new FailedError('bad-package', `this is no sound Debian package: ${what}`, {
    hint: 'remove it from the store and let it be downloaded again',
  });
}

function compressionOf(name: string): Compression {
  const ending = /^(?:control|data)\.tar(?:\.(gz|xz|zst))?$/.exec(name);
  if (ending === null) throw bad(`its member ${name} is packed in a way that is not known`);
  return (ending[1] as Compression | undefined) ?? 'none';
}

function* members(read: ReadAt): Generator<{ name: string; offset: number; size: number }> {
  if (read(0, magic.length).toString('latin1') !== magic) throw bad('it does not start as an ar archive');
  let at = magic.length;
  for (;;) {
    const header = read(at, headerSize).toString('latin1');
    if (header.length === 0) return;
    const size = Number.parseInt(header.slice(48, 58), 10);
    if (header.length < headerSize || header.slice(58) !== '`\n' || !Number.isInteger(size)) {
      throw bad(`the member header at byte ${at} is damaged`);
    }
    // dpkg pads with spaces, GNU ar ends the name with a slash.
    yield { name: header.slice(0, 16).trimEnd().replace(/\/$/, ''), offset: at + headerSize, size };
    at += headerSize + size + (size % 2);
  }
}

/** Finds the two archives inside a .deb (deb(5): an ar archive of debian-binary, control.tar.*, data.tar.*). */
export function readDeb(read: ReadAt): DebMembers {
  let control: DebMember | undefined;
  for (const { name, offset, size } of members(read)) {
    if (name === 'debian-binary') {
      const version = read(offset, size).toString('latin1');
      if (!version.startsWith('2.')) throw bad(`its format version is ${version.trim()}, not 2.x`);
    } else if (name.startsWith('control.tar')) {
      control = { name, offset, size, compression: compressionOf(name) };
    } else if (name.startsWith('data.tar')) {
      const data = { name, offset, size, compression: compressionOf(name) };
      if (control === undefined) throw bad('it has no control.tar before its data.tar');
      if (size > 0 && read(offset + size - 1, 1).length === 0) throw bad('its data.tar is cut short');
      return { control, data };
    }
  }
  throw bad(control === undefined ? 'it has no control.tar' : 'it has no data.tar');
}
