import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../../base/errors.ts';
import { sha256 } from '../../base/json.ts';
import { chooseDockerImage, damagedImage, mostOfDescription, usable } from '../../base/oci/choose.ts';
import {
  type Blob,
  candidatesIn,
  chooseImage,
  configOf,
  filesOf,
  type ImageConfig,
  type ImageFiles,
  isIndex,
} from '../../base/oci/image.ts';
import { parseJson } from '../../base/parse-json.ts';
import type { FileEntry } from '../../formats/tree.ts';
import type { FileReader } from '../read-file.ts';

/** A part of a file that is a file of the image. */
export interface ImagePart {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** The files of an image, by their paths in its layout. */
export type ImageParts = ReadonlyMap<string, ImagePart>;

export interface OpenedImage {
  readonly config: ImageConfig;
  /** The lowest first. */
  readonly layers: readonly ImagePart[];
}

export const partsOfFolder = (
  files: Readonly<Record<string, { readonly path: string; readonly size: number }>>,
): ImageParts =>
  new Map(Object.entries(files).map(([name, { path, size }]) => [name, { file: path, offset: 0, size }]));

export const partsOfArchive = (entries: readonly FileEntry[]): ImageParts =>
  new Map(
    entries.flatMap(({ path, size, content }) =>
      'file' in content ? [[path, { file: content.file, offset: content.offset, size }] as const] : [],
    ),
  );

/** Reads the descriptions of the image for an architecture, checked against their digests. Throws `FailedError` (`bad-image`). */
export function openImage(
  parts: ImageParts,
  arch: string,
  tag: string | undefined,
  reader: FileReader,
): OpenedImage {
  const partOf = ({ path, size }: Blob): ImagePart => {
    const part = parts.get(path);
    if (part === undefined) throw damagedImage(`${path} is missing`);
    if (size !== undefined && size !== part.size)
      throw damagedImage(`${path} has ${part.size} bytes, not ${size}`);
    return part;
  };
  const bytesOf = (part: ImagePart): Buffer => {
    if (part.size > mostOfDescription) throw damagedImage(`a description has ${part.size} bytes`);
    const bytes = Buffer.alloc(part.size);
    reader.fill(part.file, part.offset, bytes);
    return bytes;
  };
  const description = (blob: Blob): unknown => {
    const bytes = bytesOf(partOf(blob));
    if (blob.sha256 !== undefined && sha256(bytes) !== blob.sha256)
      throw damagedImage(`${blob.path} is not what its digest says`);
    return parseJson(bytes.toString('utf8'));
  };
  const textOf = (path: string): string | undefined => {
    const part = parts.get(path);
    return part === undefined ? undefined : bytesOf(part).toString('utf8');
  };

  const fromLayout = (index: string): ImageFiles => {
    let chosen = usable(chooseImage(usable(candidatesIn(parseJson(index), arch)), tag));
    for (let depth = 0; depth < 4; depth += 1) {
      const json = description(chosen.manifest);
      if (!isIndex(json)) return usable(filesOf(json));
      chosen = usable(chooseImage(usable(candidatesIn(json, arch)), undefined));
    }
    throw damagedImage('its indexes have no end');
  };
  const index = textOf('index.json');
  const manifest = textOf('manifest.json');
  if (index === undefined && manifest === undefined)
    throw new FailedError('bad-image', 'this is no image: it has neither index.json nor manifest.json');
  const files = index === undefined ? chooseDockerImage(manifest ?? '', tag, '`tag`') : fromLayout(index);
  const config = usable(configOf(description(files.config), arch));
  if (config.layers.length !== files.layers.length)
    throw damagedImage(`it has ${files.layers.length} layers, and digests for ${config.layers.length}`);
  return { config, layers: files.layers.map(partOf) };
}

const chunk = 1024 * 1024;

/** A file of its own for a part; the part's file where it is all of that. */
export function partFile(
  { file, offset, size }: ImagePart,
  scratch: string,
  name: string,
  reader: FileReader,
): string {
  if (offset === 0 && statSync(file).size === size) return file;
  const to = join(scratch, name);
  const fd = openSync(to, 'w');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(chunk, size));
    for (let done = 0; done < size; ) {
      const part = buffer.subarray(0, Math.min(chunk, size - done));
      reader.fill(file, offset + done, part);
      writeSync(fd, part);
      done += part.length;
    }
  } finally {
    closeSync(fd);
  }
  return to;
}
