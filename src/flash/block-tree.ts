import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A block device as /sys shows it, a disk or a partition. */
export interface BlockNode {
  readonly name: string;
  /** Its folder below /sys/devices. */
  readonly folder: string;
  /** `8:17`. */
  readonly number: string;
  readonly bytes: number;
  /** The disk, for a partition. */
  readonly parent: string | undefined;
  /** Devices that are made of it: `md0`, `dm-1`. */
  readonly holders: readonly string[];
}

/** Reads of /sys and /proc below another root, for tests; what is not there is empty. */
export interface SystemFiles {
  readonly root: string;
  text(path: string): string;
  bytes(path: string): Buffer;
  list(path: string): string[];
  /** A path with its links followed, below the root. */
  real(path: string): string;
}

export function systemFiles(root: string): SystemFiles {
  const at = (path: string): string => join(root, path);
  const bytes = (path: string): Buffer => {
    try {
      return readFileSync(at(path));
    } catch {
      return Buffer.alloc(0);
    }
  };
  return {
    root,
    bytes,
    text: (path) => bytes(path).toString('utf8').trim(),
    list: (path) => {
      try {
        return readdirSync(at(path)).sort();
      } catch {
        return [];
      }
    },
    real: (path) => {
      try {
        return realpathSync(at(path)).slice(root === '/' ? 0 : realpathSync(root).length);
      } catch {
        return path;
      }
    },
  };
}

/** All block devices, each partition behind its disk. */
export function blockNodes(files: SystemFiles): BlockNode[] {
  return files.list('/sys/block').flatMap((name) => {
    const folder = files.real(`/sys/block/${name}`);
    const disk = node(files, folder, undefined);
    const partitions = files
      .list(folder)
      .filter((below) => existsSync(join(files.root, folder, below, 'partition')))
      .sort((a, b) => partitionNumber(a) - partitionNumber(b))
      .map((below) => node(files, join(folder, below), name));
    return [disk, ...partitions];
  });
}

function partitionNumber(name: string): number {
  return Number(/\d+$/.exec(name)?.[0]);
}

function node(files: SystemFiles, folder: string, parent: string | undefined): BlockNode {
  return {
    // The kernel writes `!` for a slash.
    name: basename(folder).replaceAll('!', '/'),
    folder,
    number: files.text(join(folder, 'dev')),
    // Always in units of 512 bytes, whatever the sectors are.
    bytes: Number(files.text(join(folder, 'size'))) * 512,
    parent,
    holders: files.list(join(folder, 'holders')),
  };
}

/** The nearest folder above (or the folder itself) that has a file of this name. */
export function folderWith(files: SystemFiles, folder: string, file: string): string | undefined {
  for (let at = folder; at !== '/' && at !== '.'; at = dirname(at)) {
    if (existsSync(join(files.root, at, file))) return at;
  }
  return undefined;
}
