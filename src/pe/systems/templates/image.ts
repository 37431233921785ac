import { chooseDockerImage, damagedImage, mostOfDescription, usable } from '../../../base/oci/choose.ts';
import {
  architectures,
  type Blob,
  type Candidate,
  candidatesIn,
  chooseImage,
  configOf,
  filesOf,
  type ImageConfig,
  type ImageFiles,
  isIndex,
} from '../../../base/oci/image.ts';
import { unescapeName, whiteoutPattern, whiteoutPrefix, whiteoutsOf } from '../../../base/oci/whiteouts.ts';
import { parseJson } from '../../../base/parse-json.ts';
import {
  isThere,
  lstat,
  makeFolders,
  readAt,
  readLink,
  removeEmpty,
  stat,
  writeFile,
} from '../../host/files.ts';
import { busybox, must } from '../../host/run.ts';
import { openFile, pipe } from '../../host/stream.ts';
import { onReadable, readText } from '../../host.ts';
import { elfFacts } from '../../lib/elf.ts';
import { lineSplitter } from '../../lib/lines.ts';
import { shellLine } from '../../lib/network-config.ts';
import { cageFolder } from '../../lib/systems/archive/cage.ts';
import { listArguments, strangerArguments } from '../../lib/systems/archive/tar-arguments.ts';
import { resolveInside } from '../../lib/systems/resolve.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import { sha256OfFile } from '../archive/hash.ts';
import type { Report } from '../archive/progress.ts';
import { consume, unpackInto } from '../archive/unpack.ts';
import { needed } from '../programs.ts';

/** An image on the disk, as a layout or as `docker save` writes it, whose descriptions were checked against their digests. */
export interface Image {
  readonly folder: string;
  readonly files: ImageFiles;
  readonly config: ImageConfig;
}

export function ownArchitecture(): string {
  const machine = elfFacts(readAt('/proc/self/exe', 0, 4096) ?? new Uint8Array())?.machine ?? 0;
  return architectures[machine] ?? 'unknown';
}

export const isImage = (folder: string): boolean =>
  isThere(`${folder}/oci-layout`) || isThere(`${folder}/index.json`) || isThere(`${folder}/manifest.json`);

/** Place of a file of the image. Links in it stay inside. */
function placeOf(folder: string, { path }: Blob): string {
  const inside = resolveInside(path, (link) => readLink(`${folder}${link}`));
  const at = `${folder}${inside ?? '/'}`;
  if (stat(at)?.kind !== 'file') throw damagedImage(`${path} is missing`);
  return at;
}

async function description(folder: string, blob: Blob): Promise<unknown> {
  const at = placeOf(folder, blob);
  const size = stat(at)?.size ?? 0;
  if (size > mostOfDescription || (blob.size !== undefined && blob.size !== size))
    throw damagedImage(`${blob.path} has ${size} bytes`);
  if (blob.sha256 !== undefined && (await sha256OfFile(at)) !== blob.sha256)
    throw damagedImage(`${blob.path} is not what its digest says`);
  const json = parseJson(readText(at));
  if (json === undefined) throw damagedImage(`${blob.path} is no JSON`);
  return json;
}

/** Follows indexes down to the image for this machine. */
async function fromLayout(folder: string, tag: string | undefined): Promise<ImageFiles> {
  const architecture = ownArchitecture();
  const top = parseJson(readText(`${folder}/index.json`));
  let chosen: Candidate = usable(chooseImage(usable(candidatesIn(top, architecture)), tag));
  for (let depth = 0; depth < 4; depth += 1) {
    const json = await description(folder, chosen.manifest);
    if (!isIndex(json)) return usable(filesOf(json));
    chosen = usable(chooseImage(usable(candidatesIn(json, architecture)), undefined));
  }
  throw damagedImage('its indexes have no end');
}

/** Reads the descriptions of an image. Throws `FailedError` where they are damaged or not for this machine. */
export async function openImage(folder: string, tag: string | undefined): Promise<Image> {
  const files = isThere(`${folder}/index.json`)
    ? await fromLayout(folder, tag)
    : chooseDockerImage(readText(`${folder}/manifest.json`) ?? '', tag, '--tag');
  const config = usable(configOf(await description(folder, files.config), ownArchitecture()));
  if (config.layers.length !== files.layers.length)
    throw damagedImage(`it has ${files.layers.length} layers, and digests for ${config.layers.length}`);
  return { folder, files, config };
}

export const layersSize = ({ folder, files }: Image): number =>
  files.layers.reduce((sum, layer) => sum + (stat(placeOf(folder, layer))?.size ?? 0), 0);

/** Lays the layers of an image over each other in a folder, which is there and empty. */
export async function unpackImage(image: Image, root: string, report: Report): Promise<void> {
  const sizes = image.files.layers.map((layer) => stat(placeOf(image.folder, layer))?.size ?? 0);
  let done = 0;
  const moved = (bytes: number): void => {
    report.to(done + bytes / 2);
  };
  for (const [n, layer] of image.files.layers.entries()) {
    const at = placeOf(image.folder, layer);
    const wanted = image.config.layers[n];
    const size = sizes[n] ?? 0;
    const name = `layer ${n + 1} of ${image.files.layers.length}`;
    const hidden: string[] = [];
    const replaced: string[] = [];
    const isFolderNow = folderTest(root);
    const out = pipe();
    const listed = new Promise<void>((resolve) => {
      const line = lineSplitter((text) => {
        const path = unescapeName(text);
        if (text.includes(whiteoutPrefix)) hidden.push(path);
        else if (isFolderNow(path)) replaced.push(path);
      });
      onReadable(out.read, (bytes) => {
        line(bytes);
        if (bytes === undefined) resolve();
      });
    });
    const stream = { total: size, name };
    const { archive } = await consume({ ...stream, fd: openFile(at) }, [needed('tar'), ...listArguments], {
      archiveHash: true,
      stdout: out.write,
      report: { ...report, to: moved },
    });
    await listed;
    if (archive !== wanted) throw damagedImage(`${name} is not what its digest says`);
    await takeAway(root, hidden, replaced);
    await unpackInto(
      { ...stream, fd: openFile(at) },
      root,
      strangerArguments('/', { exclude: [whiteoutPattern] }),
      {
        report: {
          ...report,
          to: (bytes) => {
            moved(size + bytes);
          },
        },
      },
    );
    done += size;
  }
}

/** Tells of names in a layer whether they are no folder there but one in the layers below: tar replaces none that is not empty. */
function folderTest(root: string): (name: string) => boolean {
  const places = new Map<string, string | undefined>();
  return (name) => {
    if (name.endsWith('/')) return false;
    const at = name.lastIndexOf('/');
    const above = name.slice(0, Math.max(0, at));
    if (!places.has(above))
      places.set(
        above,
        resolveInside(above, (link) => readLink(`${root}${link}`)),
      );
    const place = places.get(above);
    return place !== undefined && lstat(`${root}${place}/${name.slice(at + 1)}`)?.kind === 'folder';
  };
}

/**
 * Removes what a layer says is gone, and what it has something else in the place of. In a world of its own: a folder on the way
 * may be a link of a layer below.
 */
async function takeAway(root: string, hidden: readonly string[], replaced: readonly string[]): Promise<void> {
  const { remove: gone, empty, refused } = whiteoutsOf(hidden);
  const remove = [...gone, ...replaced.filter((path) => !path.split('/').includes('..'))];
  if (refused.length > 0) throw damagedImage(`a layer removes ${JSON.stringify(refused[0])}`);
  if (remove.length === 0 && empty.length === 0) return;
  const inside = `${root}/${cageFolder}`;
  makeFolders(inside);
  const script = [
    ...empty.map(
      (folder) =>
        `[ ! -d ${shellLine([[`/${folder}`]])} ] || $b find ${shellLine([[`/${folder}`]])} -mindepth 1 -maxdepth 1 ! -name ${cageFolder} -exec $b rm -rf {} +`,
    ),
    ...remove.map((path) => `$b rm -rf ${shellLine([[`/${path}`]])}`),
  ].join('\n');
  writeFile(`${inside}/take-away`, toUtf8(`b=/${cageFolder}/busybox\nset -e\n${script}\n`));
  await must([busybox, 'cp', busybox, `${inside}/busybox`]);
  await must([...[busybox, 'chroot', root, `/${cageFolder}/busybox`], ...['sh', `/${cageFolder}/take-away`]]);
  await must([busybox, 'rm', '-rf', inside]);
  removeEmpty(inside);
}
