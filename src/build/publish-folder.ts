import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { folderMarker, folderPaths } from '../base/folder-medium.ts';
import type { Artifact } from '../plan/types.ts';
import { storageError } from '../store/files.ts';
import { listFiles } from '../store/meta.ts';
import { isAlive } from '../sys/scratch.ts';
import { unpackRoot } from './unpack-root.ts';

/** A folder of the output folder. */
export interface FolderOutput {
  readonly name: string;
  readonly artifact: Artifact;
  /** The folder in the artifact. */
  readonly file: string;
  /** An archive in the artifact that is unpacked into its folder `root`. */
  readonly root?: string | undefined;
}

interface Marker {
  /** Of the artifact that it was made from. */
  readonly id: string;
  /** Of all files. */
  readonly bytes: number;
}

/**
 * Puts a folder into place: written beside and renamed. What is there already is replaced only where diskbios made it, and
 * left as it is where it was made from the same.
 */
export function publishFolder(
  output: FolderOutput,
  dir: string,
): { path: string; size: number; unchanged: boolean } {
  const path = join(dir, output.name);
  const before = markerOf(path);
  if (before?.id === output.artifact.id) return { path, size: before.bytes, unchanged: true };
  clearLeftovers(dir, output.name);
  const [beside, old] = ['new', 'old'].map((word) => join(dir, `.${output.name}.${word}-${process.pid}`)) as [
    string,
    string,
  ];
  try {
    const bytes = write(output, beside);
    if (before !== undefined) renameSync(path, old);
    renameSync(beside, path);
    rmSync(old, { recursive: true, force: true });
    return { path, size: bytes, unchanged: false };
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(path) && existsSync(old)) renameSync(old, path);
    throw storageError(error, path);
  }
}

function write({ artifact, file, root }: FolderOutput, to: string): number {
  mkdirSync(to);
  cpSync(artifact.file(file), to, { recursive: true });
  let bytes = listFiles(to).reduce((sum, name) => sum + lstatSync(join(to, name)).size, 0);
  if (root !== undefined) {
    bytes += unpackRoot(artifact.file(root), join(to, folderPaths.root));
    // With setuid programs in it, which grow old there, it is nobody else's.
    if (process.getuid?.() === 0) chmodSync(to, 0o700);
  }
  const marker: Marker = { id: artifact.id, bytes };
  writeFileSync(join(to, folderMarker), `${JSON.stringify(marker)}\n`);
  return bytes;
}

/** Whether a folder is there already, made from the same. */
export function isFolderThere({ name, artifact }: FolderOutput, dir: string): boolean {
  return markerOf(join(dir, name))?.id === artifact.id;
}

/** The marker of a folder that diskbios made; `undefined` where nothing is. Anything else there is the user's. */
function markerOf(path: string): Marker | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(join(path, folderMarker), 'utf8')) as Marker;
  } catch {
    throw new UserError({
      code: 'not-ours',
      message: `${path} is there already, and diskbios did not make it`,
      expected: 'no such file or folder, or one that an earlier build made',
      hint: 'move it away, choose another output folder with -o, or another `filename` in the recipe',
    });
  }
}

/** Removes what builds that were killed have left beside. */
function clearLeftovers(dir: string, name: string): void {
  for (const item of readdirSync(dir)) {
    if (!item.startsWith(`.${name}.`)) continue;
    const pid = /^(?:new|old)-(\d+)$/.exec(item.slice(name.length + 2))?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(dir, item), { recursive: true, force: true });
  }
}
