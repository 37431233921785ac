/** Reads bytes of a file system from an offset; fewer at its end. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

interface Shape {
  readonly clusterBytes: number;
  readonly tableAt: number;
  /** Where cluster 2 starts. */
  readonly dataAt: number;
  readonly root: number;
}

export interface FoundFile {
  /** Where its first byte lies, from the start of the file system. */
  readonly at: number;
  readonly size: number;
}

/**
 * Where a file of a FAT32 file system lies (Microsoft's FAT specification 1.03), found without mounting it; at most its first cluster
 * may be read or written there. `path`: names of 8 characters at most, in capital letters. `undefined` where there is none.
 */
export function findFatFile(read: ReadBytes, path: readonly string[]): FoundFile | undefined {
  const shape = shapeOf(read(0, 512));
  if (shape === undefined) return undefined;
  let cluster = shape.root;
  let found: FoundFile | undefined;
  for (const [n, name] of path.entries()) {
    const record = findRecord(shape, read, cluster, name, n < path.length - 1);
    if (record === undefined) return undefined;
    cluster = u16(record, 26) + u16(record, 20) * 65_536;
    found = { at: placeOf(shape, cluster), size: u32(record, 28) };
  }
  return found;
}

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) + u16(bytes, at + 2) * 65_536;

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  String.fromCharCode(...bytes.subarray(0, text.length)) === text;

function shapeOf(boot: Uint8Array): Shape | undefined {
  const isFat32 = startsWith(boot.subarray(0x52), 'FAT32');
  const sector = u16(boot, 11);
  const clusterBytes = sector * (boot[13] ?? 0);
  if (!isFat32 || u16(boot, 510) !== 0xaa55 || clusterBytes === 0) return undefined;
  const tableAt = u16(boot, 14) * sector;
  return {
    ...{ clusterBytes, tableAt, root: u32(boot, 44) },
    dataAt: tableAt + (boot[16] ?? 0) * u32(boot, 36) * sector,
  };
}

const placeOf = ({ dataAt, clusterBytes }: Shape, cluster: number): number =>
  dataAt + (cluster - 2) * clusterBytes;

const folderBit = 0x10;
const volumeBit = 0x08;
/** More clusters than a folder of ours has: a damaged chain must have an end. */
const mostClusters = 256;

function findRecord(
  shape: Shape,
  read: ReadBytes,
  folder: number,
  name: string,
  isFolder: boolean,
): Uint8Array | undefined {
  const wanted = name.padEnd(11);
  let cluster = folder;
  for (let n = 0; n < mostClusters && cluster >= 2 && cluster < 0x0ffffff8; n += 1) {
    const bytes = read(placeOf(shape, cluster), shape.clusterBytes);
    for (let at = 0; at + 32 <= bytes.length; at += 32) {
      const record = bytes.subarray(at, at + 32);
      if (record[0] === 0) return undefined;
      const attributes = record[11] ?? 0;
      // A piece of a long name has the bit of a volume's name, too.
      if ((attributes & volumeBit) !== 0 || ((attributes & folderBit) !== 0) !== isFolder) continue;
      if (startsWith(record, wanted)) return record;
    }
    cluster = u32(read(shape.tableAt + cluster * 4, 4), 0) & 0x0fffffff;
  }
  return undefined;
}
