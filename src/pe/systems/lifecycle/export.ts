import { UserError } from '../../../base/errors.ts';
import { layoutFiles } from '../../../base/oci/layout.ts';
import type { SystemFile } from '../../../base/system.ts';
import { makeFolders, rename, stat, writeFile } from '../../host/files.ts';
import { must } from '../../host/run.ts';
import { makeFile, startProgram } from '../../host/stream.ts';
import { isTerminal } from '../../host/terminal.ts';
import { removeTree } from '../../host/tree.ts';
import { closeFd } from '../../host.ts';
import { compressionFor } from '../../lib/systems/archive/compression.ts';
import { exportArguments, imageArguments } from '../../lib/systems/archive/tar-arguments.ts';
import { diskSize } from '../../lib/systems/export/disk-size.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import { sha256OfFile } from '../archive/hash.ts';
import { type Packed, pack } from '../archive/pack.ts';
import type { Report } from '../archive/progress.ts';
import { checkSpace, diskUse, endsWell } from '../archive/tree.ts';
import { locked } from '../lock.ts';
import { needed } from '../programs.ts';
import { findSound, type SoundSystem } from '../store.ts';
import { knownTemplate } from '../templates/find.ts';
import { ownArchitecture } from '../templates/image.ts';
import { besides } from './backup.ts';
import { layerArguments } from './layer.ts';
import { templateLayers, withMergedRoot } from './merged.ts';
import { keepingStill } from './still.ts';

export const exportForms = ['tar', 'oci', 'disk'] as const;
export type ExportForm = (typeof exportForms)[number];

export interface ExportWish {
  readonly name: string;
  readonly as: ExportForm;
  /** `undefined`: to standard output, tar only. */
  readonly file: string | undefined;
  readonly live: boolean;
  /** OCI: the template and what lies on it as layers of their own. */
  readonly layers: boolean;
  /** Disk: bytes; `undefined`: what is needed and some more. */
  readonly size: number | undefined;
}

export interface Exported {
  readonly file: string | undefined;
  /** Bytes. */
  readonly size: number;
}

const mistake = (code: string, message: string, hint?: string): UserError =>
  new UserError({ code, message, hint });

/** Writes the whole root of a system in a form that other programs take. The file is there when it is whole, or not at all. */
export async function exportSystem(wish: ExportWish, report: Report): Promise<Exported> {
  const { name, as, file } = wish;
  findSound(name);
  if (file === undefined && as !== 'tar')
    throw mistake('no-file', `--as ${as} needs a file to write to`, `systemx export ${name} --as ${as} FILE`);
  if (file === undefined && isTerminal(1)) throw mistake('terminal', 'an archive is no text for a terminal');
  if (wish.layers && (as !== 'oci' || findSound(name).system.kind !== 'app'))
    throw mistake('no-layers', '--layers is for app systems as OCI images');
  return locked(name, () => {
    const found = findSound(name);
    return keepingStill(found, 'exported', wish.live, async () => {
      try {
        return { file, size: await write(found, wish, report) };
      } finally {
        report.end();
      }
    });
  });
}

function write(found: SoundSystem, wish: ExportWish, report: Report): Promise<number> {
  const { file, name } = wish;
  return withMergedRoot(found, async (root) => {
    const total = await diskUse(root);
    report.begin(`packing ${name}`, total);
    if (wish.as === 'tar') {
      const compression = compressionFor(file ?? '');
      const into = (fd: number): Promise<Packed> => pack(exportArguments(root), compression, fd, report);
      return (file === undefined ? await into(1) : await besides(file, into)).size;
    }
    if (file === undefined) throw new Error('unreachable: no file');
    if (wish.as === 'disk') return besides(file, (_, path) => disk(root, path, total, wish, report));
    return besides(file, (fd, path) => image(found, root, fd, path, wish, report));
  });
}

async function disk(
  root: string,
  path: string,
  used: number,
  { name, size }: ExportWish,
  report: Report,
): Promise<number> {
  const bytes = size ?? diskSize(used);
  if (bytes < used)
    throw mistake('too-small', `the files of ${name} take ${used} bytes, more than the disk is to have`);
  await checkSpace(path.slice(0, path.lastIndexOf('/')) || '/', used);
  report.begin(`making a disk of ${name}`, undefined);
  await must([
    ...[needed('mke2fs'), '-q', '-F', '-t', 'ext4', '-L', name.slice(0, 16), '-d', root],
    ...[path, `${Math.ceil(bytes / 1024)}k`],
  ]);
  return bytes;
}

/** Parts of an image lie beside the file until it is put together: the name of each is its checksum. */
async function image(
  found: SoundSystem,
  root: string,
  fd: number,
  path: string,
  { layers: apart }: ExportWish,
  report: Report,
): Promise<number> {
  const folder = `${path}.d`;
  await removeTree(folder);
  const blobs = `${folder}/blobs/sha256`;
  makeFolders(blobs);
  try {
    const layers: Packed[] = [];
    const add = async (args: readonly string[]): Promise<void> => {
      const at = `${blobs}/layer`;
      const out = makeFile(at);
      const packed = await pack(args, 'gzip', out, report).finally(() => {
        closeFd(out);
      });
      rename(at, `${blobs}/${packed.sha256}`);
      layers.push(packed);
    };
    if (apart) {
      for (const layer of (await templateLayers(found)).reverse())
        await add(await layerArguments(layer, `${folder}/shadow-${layers.length}`));
      await add(await layerArguments(`${found.folder}/delta`, `${folder}/shadow`));
    } else await add(exportArguments(root));
    const files = layoutFiles({
      name: found.name,
      architecture: ownArchitecture(),
      ...startOf(found),
      made: Date.now(),
      layers,
    });
    const describe = async (text: string): Promise<string> => {
      writeFile(`${blobs}/description`, toUtf8(text));
      const sha256 = await sha256OfFile(`${blobs}/description`);
      rename(`${blobs}/description`, `${blobs}/${sha256}`);
      return sha256;
    };
    const config = await describe(files.config);
    const manifest = await describe(files.manifest(config, toUtf8(files.config).length));
    const manifestSize = stat(`${blobs}/${manifest}`)?.size ?? 0;
    writeFile(`${folder}/index.json`, toUtf8(files.index(manifest, manifestSize)));
    writeFile(`${folder}/oci-layout`, toUtf8(files.layout));
    const tar = startProgram([needed('tar'), ...imageArguments(folder)], { stdout: fd });
    await endsWell([tar], 'the image could not be put together');
    return stat(path)?.size ?? 0;
  } finally {
    await removeTree(folder);
  }
}

function startOf({ system, dir }: SoundSystem): Pick<SystemFile, 'env'> & { init: readonly string[] } {
  const template = system.template === undefined ? undefined : knownTemplate(system.template, dir);
  return { init: system.init ?? template?.init ?? ['/sbin/init'], env: system.env };
}
