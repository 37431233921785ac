import { FailedError } from '../base/errors.ts';
import type { ReadAt } from './read-at.ts';
import { readSystemUse } from './rock-ridge.ts';

/** Bytes in a sector of a CD image (ECMA-119 6.1.2: a logical sector has at least 2048 bytes). */
export const sectorSize = 2048;

interface Extent {
  readonly sector: number;
  readonly bytes: number;
}

/** What the volume descriptors say (ECMA-119 8). */
export interface IsoVolume {
  readonly label: string;
  readonly publisher: string;
  readonly preparer: string;
  readonly application: string;
  /** Seconds since 1970, where the image says it. */
  readonly created: number | undefined;
  /** Bytes the volume says it has; a file that is shorter was cut off. */
  readonly bytes: number;
  readonly joliet: boolean;
  /** Sector of the El Torito boot catalogue. */
  readonly bootCatalogue: number | undefined;
  readonly root: Extent;
}

export interface IsoEntry {
  /** Path in the image without a leading slash; Rock Ridge names where there are some. */
  readonly path: string;
  readonly type: 'file' | 'dir' | 'symlink' | 'other';
  readonly size: number;
  /** Where the contents start in the image, in bytes. */
  readonly offset: number;
  /** Permission bits; `undefined` without Rock Ridge. */
  readonly mode: number | undefined;
  readonly target: string | undefined;
}

function text(sector: Buffer, from: number, to: number): string {
  return sector.toString('latin1', from, to).replace(/[\0 ]+$/, '');
}

/** The 17-byte date of a volume descriptor (ECMA-119 8.4.26.1). */
function volumeDate(bytes: Buffer): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(bytes.toString('latin1', 0, 16));
  if (match === null || match[1] === '0000') return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - bytes.readInt8(16) * 15 * 60;
}

function readExtent(record: Buffer): Extent {
  return { sector: record.readUInt32LE(2), bytes: record.readUInt32LE(10) };
}

/** Reads the volume descriptors. Throws `FailedError` (`not-an-image`) where there are none. */
export function readVolume(read: ReadAt): IsoVolume {
  let primary: Buffer | undefined;
  let joliet = false;
  let bootCatalogue: number | undefined;
  for (let sector = 16; sector < 16 + 64; sector += 1) {
    const descriptor = read(sector * sectorSize, sectorSize);
    if (descriptor.toString('latin1', 1, 6) !== 'CD001') break;
    const type = descriptor[0];
    if (type === 255) break;
    if (type === 1) primary ??= descriptor;
    if (type === 2 && /^%\/[@CE]/.test(descriptor.toString('latin1', 88, 91))) joliet = true;
    if (type === 0 && text(descriptor, 7, 39) === 'EL TORITO SPECIFICATION') {
      bootCatalogue = descriptor.readUInt32LE(0x47);
    }
  }
  if (primary === undefined) throw new FailedError('not-an-image', 'it holds no ISO 9660 file system');
  return {
    label: text(primary, 40, 72),
    publisher: text(primary, 318, 446),
    preparer: text(primary, 446, 574),
    application: text(primary, 574, 702),
    created: volumeDate(primary.subarray(813, 830)),
    bytes: primary.readUInt32LE(80) * sectorSize,
    joliet,
    bootCatalogue,
    root: readExtent(primary.subarray(156, 190)),
  };
}

interface DirectoryRecord extends Extent {
  readonly directory: boolean;
  /** More extents of the same file follow (ECMA-119 6.5.1: files over 4 GiB). */
  readonly continued: boolean;
  readonly identifier: string;
  readonly systemUse: Buffer;
}

/** Splits a directory's bytes into records; records never cross a sector (ECMA-119 6.8.1.1). */
function directoryRecords(bytes: Buffer): DirectoryRecord[] {
  const records: DirectoryRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] ?? 0;
    if (length < 34) {
      at = (Math.floor(at / sectorSize) + 1) * sectorSize;
      continue;
    }
    const record = bytes.subarray(at, at + length);
    const nameLength = record[32] ?? 0;
    const flags = record[25] ?? 0;
    records.push({
      ...readExtent(record),
      directory: (flags & 0x02) !== 0,
      continued: (flags & 0x80) !== 0,
      identifier: record.toString('latin1', 33, 33 + nameLength),
      systemUse: record.subarray(33 + nameLength + ((nameLength + 1) % 2)),
    });
    at += length;
  }
  return records;
}

/** A name without Rock Ridge: `README.TXT;1` → `README.TXT`. */
function plainName(identifier: string): string {
  return identifier.replace(/;\d+$/, '').replace(/\.$/, '');
}

/** Every file, directory and link of the image, in path order. */
export function readEntries(read: ReadAt, volume: IsoVolume): IsoEntry[] {
  const entries: IsoEntry[] = [];
  const seen = new Set<number>();
  let skip = 0;

  function visit(prefix: string, extent: Extent): void {
    // A damaged or hostile image may hold a directory inside itself.
    if (seen.has(extent.sector)) return;
    seen.add(extent.sector);
    let pending = 0;
    for (const record of directoryRecords(read(extent.sector * sectorSize, extent.bytes))) {
      if (record.identifier === '\x00' || record.identifier === '\x01') {
        const first = record.systemUse.toString('latin1', 0, 2) === 'SP';
        if (prefix === '' && record.identifier === '\x00' && first) skip = record.systemUse[6] ?? 0;
        continue;
      }
      if (record.continued) {
        pending += record.bytes;
        continue;
      }
      const rock = readSystemUse(record.systemUse.subarray(skip), (sector, from, length) =>
        read(sector * sectorSize + from, length),
      );
      if (rock.relocated) continue;
      const path = `${prefix}${rock.name ?? plainName(record.identifier)}`;
      const size = record.bytes + pending;
      // The parts of a file over 4 GiB follow each other.
      const offset = record.sector * sectorSize - pending;
      pending = 0;
      const mode = rock.mode === undefined ? undefined : rock.mode & 0o7777;
      const format = (rock.mode ?? 0) & 0o170000;
      if (record.directory || rock.childSector !== undefined) {
        entries.push({ path, type: 'dir', size: 0, offset: 0, mode, target: undefined });
        const child = rock.childSector;
        visit(`${path}/`, child === undefined ? record : selfExtent(child));
      } else if (rock.target !== undefined) {
        entries.push({ path, type: 'symlink', size: 0, offset: 0, mode, target: rock.target });
      } else {
        const type = format === 0 || format === 0o100000 ? 'file' : 'other';
        entries.push({ path, type, size, offset, mode, target: undefined });
      }
    }
  }

  /** A directory's extent, from the record of itself that it starts with. */
  function selfExtent(sector: number): Extent {
    return { sector, bytes: read(sector * sectorSize, 34).readUInt32LE(10) };
  }

  visit('', volume.root);
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
