import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../base/json.ts';
import { type Manifest, manifestPath, unpackManifest } from '../formats/manifest.ts';
import { manifestOf } from '../image/describe.ts';
import { openImage } from '../image/open.ts';
import type { BootMediumKind } from '../recipe/types.ts';
import { hashFile } from '../store/meta.ts';
import type { ProofImage } from './result.ts';

/** What reports say of an image, or of a folder for network boot. `sum`: its SHA-256, where it is known already. */
export function imageFacts(medium: BootMediumKind, file: string, sum?: string): ProofImage {
  const manifest = manifestIn(file);
  const folder = statSync(file).isDirectory() ? filesBelow(file) : undefined;
  return {
    medium,
    file,
    size: folder === undefined ? statSync(file).size : folder.reduce((all, { size }) => all + size, 0),
    sha256: sum ?? (folder === undefined ? hashFile(file) : hashFolder(file, folder)),
    agent: manifest?.agent ?? false,
    layers: manifest?.recipeDigest,
  };
}

/** What an image that diskbios built says of itself; `undefined`: it is another's, or damaged, which its boot will tell. */
export function manifestIn(file: string): Manifest | undefined {
  try {
    if (statSync(file).isDirectory()) return unpackManifest(readFileSync(join(file, manifestPath)));
    using image = openImage(file);
    return manifestOf(image);
  } catch {
    return undefined;
  }
}

interface FolderFile {
  /** In the folder. */
  readonly path: string;
  readonly size: number;
}

function filesBelow(folder: string): FolderFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, status: statSync(join(folder, path)) }))
    .filter(({ status }) => status.isFile())
    .map(({ path, status }) => ({ path, size: status.size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** That of the list that `sha256sum` would make of its files. */
function hashFolder(folder: string, files: readonly FolderFile[]): string {
  return sha256(files.map(({ path }) => `${hashFile(join(folder, path))}  ${path}\n`).join(''));
}
