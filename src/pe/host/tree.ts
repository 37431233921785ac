import { busybox, must } from './run.ts';

/** Whole folders and mounts, by busybox. Every function throws `CommandError` where it fails. */

/** Removes a file or a folder with all in it, staying on its file system. Nothing there is no failure. */
export async function removeTree(path: string): Promise<void> {
  await must([busybox, 'rm', '-rf', '--', path]);
}

/** Copies a folder with owners, modes, times, links and special files; `to` must not be there yet. */
export async function copyTree(from: string, to: string): Promise<void> {
  await must([busybox, 'cp', '-a', '--', from, to]);
}

/** Files and folders are on the disk on return: their content and, of a folder, its names. */
export async function syncPaths(...paths: readonly string[]): Promise<void> {
  await must([busybox, 'sync', ...paths]);
}

/** Everything of the file system that the path is on. */
export async function syncFileSystem(path: string): Promise<void> {
  await must([busybox, 'sync', '-f', path]);
}

export interface MountRequest {
  readonly what: string;
  readonly at: string;
  /** `undefined` with the option `bind`. */
  readonly type?: string;
  readonly options?: readonly string[];
}

export async function mount({ what, at, type, options = [] }: MountRequest): Promise<void> {
  await must([
    busybox,
    'mount',
    '-i',
    ...(type === undefined ? [] : ['-t', type]),
    ...(options.length === 0 ? [] : ['-o', options.join(',')]),
    what,
    at,
  ]);
}

export async function unmount(at: string, { lazily = false } = {}): Promise<void> {
  await must([busybox, 'umount', ...(lazily ? ['-l'] : []), at]);
}
