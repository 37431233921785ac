import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { run } from '../../src/sys/run.ts';

/** Files of a layer: their text; a folder's name ends with a slash, a link's text begins with `-> `. */
export type LayerFiles = Readonly<Record<string, string>>;

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

async function layer(work: string, files: LayerFiles): Promise<Buffer> {
  const root = join(work, 'root');
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    const at = join(root, path);
    mkdirSync(path.endsWith('/') ? at : join(at, '..'), { recursive: true });
    if (text.startsWith('-> ')) await run(['ln', '-s', text.slice(3), at]);
    else if (!path.endsWith('/')) writeFileSync(at, text, { mode: 0o755 });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd: root, portable: true }, ['.'])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes an image as `skopeo copy … oci-archive:` does, with a layer for each set of files, the lowest first. */
export async function writeOciArchive(
  file: string,
  layers: readonly LayerFiles[],
  config: Readonly<Record<string, unknown>>,
): Promise<void> {
  const work = `${file}.d`;
  const blobs = join(work, 'layout', 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = (mediaType: string, bytes: Uint8Array | string): Record<string, unknown> => {
    writeFileSync(join(blobs, sha256(bytes)), bytes);
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: Buffer.byteLength(bytes) };
  };
  const archives = await Promise.all(layers.map((files, i) => layer(join(work, `layer${i}`), files)));
  const type = 'application/vnd.oci.image';
  const described = blob(
    `${type}.config.v1+json`,
    JSON.stringify({
      ...{ architecture: 'amd64', os: 'linux', config },
      rootfs: { type: 'layers', diff_ids: archives.map((bytes) => `sha256:${sha256(bytes)}`) },
    }),
  );
  const packed = archives.map((bytes) => blob(`${type}.layer.v1.tar+gzip`, gzipSync(bytes)));
  const manifest = { schemaVersion: 2, config: described, layers: packed };
  const index = { schemaVersion: 2, manifests: [blob(`${type}.manifest.v1+json`, JSON.stringify(manifest))] };
  writeFileSync(join(work, 'layout', 'index.json'), JSON.stringify(index));
  writeFileSync(join(work, 'layout', 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await create({ cwd: join(work, 'layout'), file }, ['oci-layout', 'index.json', 'blobs']);
}
