import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { formatSums, parseSums } from '../formats/sha256sums.ts';
import { makeFolder, notWritable, storageError, writeWhole } from '../store/files.ts';
import { type ArtifactMeta, hashFile, metaName } from '../store/meta.ts';
import { copySparse } from '../store/sparse.ts';
import { type FolderOutput, isFolderThere, publishFolder } from './publish-folder.ts';
import { checkRoom } from './room.ts';

/** One file of the output folder, or a folder. */
export interface Output extends FolderOutput {
  readonly folder?: boolean | undefined;
}

export interface Published {
  readonly path: string;
  readonly size: number;
  /** `undefined`: it is a folder. */
  readonly sha256: string | undefined;
  /** Whether the file was there already, with these bytes. */
  readonly unchanged: boolean;
}

function recordOf(output: Output): { size: number; sha256: string } {
  const meta = JSON.parse(readFileSync(output.artifact.file(metaName), 'utf8')) as ArtifactMeta;
  const record = meta.files.find((file) => file.name === output.file);
  if (record?.sum.startsWith('sha256:') !== true) {
    throw new Error(`the artifact of ${output.name} has no SHA-256 of ${output.file}`);
  }
  return { size: record.size, sha256: record.sum.slice('sha256:'.length) };
}

/** Whether a file lies in the output folder with the bytes that it is to have. */
function isThere(output: Output, dir: string): boolean {
  const path = join(dir, output.name);
  const { size, sha256 } = recordOf(output);
  return statSync(path, { throwIfNoEntry: false })?.size === size && hashFile(path) === sha256;
}

/** Puts one file into place: written beside and renamed, so that the old one is there until the new one is whole. */
function publishOne(output: Output, dir: string): Published {
  if (output.folder === true) return { ...publishFolder(output, dir), sha256: undefined };
  const path = join(dir, output.name);
  const { size, sha256 } = recordOf(output);
  if (isThere(output, dir)) return { path, size, sha256, unchanged: true };
  const beside = join(dir, `.${output.name}.new-${process.pid}`);
  try {
    copySparse(output.artifact.file(output.file), beside);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw storageError(error, path);
  }
  return { path, size, sha256, unchanged: false };
}

/** Brings `SHA256SUMS` up to date; lines of other files that still lie in the folder stay. */
function writeSums(dir: string, published: readonly Published[]): void {
  const path = join(dir, 'SHA256SUMS');
  const sums = new Map<string, string>();
  if (existsSync(path)) {
    for (const { name, sha256 } of parseSums(readFileSync(path, 'utf8'))) {
      if (existsSync(join(dir, name))) sums.set(name, sha256);
    }
  }
  for (const { path: file, sha256 } of published) if (sha256 !== undefined) sums.set(basename(file), sha256);
  const text = formatSums([...sums].map(([name, sha256]) => ({ name, sha256 })));
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeWhole(path, text);
}

/** Copies finished files into the output folder, and lists them in its `SHA256SUMS`. */
export function publish(outputs: readonly Output[], dir: string): Published[] {
  checkRoom(
    outputs.map(({ name, artifact, file, root }) => ({
      name,
      from: artifact.file(file),
      root: root === undefined ? undefined : artifact.file(root),
    })),
    dir,
    (name) =>
      outputs.some(
        (output) =>
          output.name === name &&
          (output.folder === true ? isFolderThere(output, dir) : isThere(output, dir)),
      ),
  );
  try {
    makeFolder(dir);
  } catch (error) {
    throw notWritable(error, dir);
  }
  const published = outputs.map((output) => publishOne(output, dir));
  writeSums(dir, published);
  return published;
}
