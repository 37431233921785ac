import { FailedError, UserError } from '../../../base/errors.ts';
import { startOf } from '../../../base/oci/start.ts';
import { type TemplateFile } from '../../../base/system.ts';
import { versionProblem } from '../../../base/system-file.ts';
import { fileOf, rootOf, templateText } from '../../../base/template-file.ts';
import {
  isFolder,
  isThere,
  lstat,
  makeFolders,
  readLink,
  rename,
  stat,
  writeFile,
} from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { busybox, foreground, must } from '../../host/run.ts';
import { openFile } from '../../host/stream.ts';
import { strangerArguments } from '../../lib/systems/archive/tar-arguments.ts';
import { templatesFolder } from '../../lib/systems/places.ts';
import { resolveInside } from '../../lib/systems/resolve.ts';
import { debootstrapArguments, debootstrapScript } from '../../lib/systems/templates/debootstrap.ts';
import {
  offeredName,
  parseTemplateName,
  sourceOf,
  type TemplateSource,
} from '../../lib/systems/templates/source.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import type { Report } from '../archive/progress.ts';
import { checksumOfFolder, copyFolder, diskUse } from '../archive/tree.ts';
import { type Stream, unpackInto } from '../archive/unpack.ts';
import { makeVolume } from '../archive/volume.ts';
import { change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { needed } from '../programs.ts';
import { download } from './fetch.ts';
import { isImage, layersSize, openImage, ownArchitecture, unpackImage } from './image.ts';
import { fetchImage } from './registry.ts';

export interface AddWish {
  readonly source: string;
  /** `NAME` or `NAME@VERSION`; `undefined`: from the source. */
  readonly as: string | undefined;
  /** Which image of several. */
  readonly tag: string | undefined;
  /** Leading folders of an archive's names to leave out. */
  readonly strip: number;
  /** What the archive must have. */
  readonly sha256: string | undefined;
  /** For debootstrap. */
  readonly mirror: string | undefined;
  readonly dir: string | undefined;
}

/** What became of a source. */
interface Got extends Pick<TemplateFile, 'init' | 'env'> {
  /** In words, for `TemplateFile.source`. */
  readonly source: string;
  /** Where the source tells one. */
  readonly version: string | undefined;
  readonly notes: readonly string[];
}

export interface Added {
  readonly template: TemplateFile;
  readonly notes: readonly string[];
}

const mistake = (code: string, message: string, hint?: string): UserError =>
  new UserError({ code, message, hint });

/** Makes a template. Interrupted at any instant, nothing is left of it. Throws `UserError`, `MissingError` and `FailedError`. */
export async function addTemplate(wish: AddWish, report: Report): Promise<Added> {
  const source = sourceOf(wish.source, isFolder);
  if ('wrong' in source) throw mistake('bad-source', source.wrong);
  if (source.kind === 'file' && !isThere(source.path))
    throw mistake('no-such-file', `${source.path} is not there`, 'systemx template --help names the sources');
  const offered = wish.as ?? offeredName(source);
  if (offered === undefined)
    throw mistake('no-name', 'the template needs a name', '--as NAME, or --as NAME@VERSION');
  const named = parseTemplateName(offered);
  if ('wrong' in named)
    throw mistake('bad-name', `${JSON.stringify(offered)} cannot be the name of a template: ${named.wrong}`);
  if (named.name === 'livefs') throw mistake('name-taken', "livefs is the PE's own template");
  const dir = writableDir(wish.dir);
  const folder = templatesFolder(dir.path);
  const checkFree = (version: string): void => {
    if (isThere(`${folder}/${fileOf({ name: named.name, version })}`))
      throw mistake(
        'name-taken',
        `there is a template ${named.name}@${version} already`,
        'templates never change: give this one another version, --as NAME@VERSION',
      );
  };
  if (named.version !== undefined) checkFree(named.version);
  return locked(`*${folder}`, async () => {
    await recover(dir);
    makeFolders(folder);
    const added = await change<Added>(
      dir,
      { operation: 'adding of the template', subject: named.name },
      async ({ work, paths }) => {
        const root = `${work}/root`;
        const got = await obtain(source, wish, work, report);
        await dropDevices(root);
        const size = await diskUse(root);
        report.begin('computing the checksum', size);
        const sha256 = await checksumOfFolder(root, report);
        report.end();
        const version = named.version ?? got.version ?? sha256.slice(0, 12);
        checkFree(version);
        const template: TemplateFile = {
          ...{ format: 1, name: named.name, version, form: 'folder', source: got.source },
          ...{ sha256, size, created: Date.now(), init: got.init, env: got.env },
        };
        writeFile(`${work}/json`, toUtf8(templateText(template)));
        checkInterrupted();
        const inPlace = `.templates/${rootOf(template)}`;
        return {
          commit: [
            { kind: 'move', from: `${paths.work}/root`, to: inPlace },
            { kind: 'move', from: `${paths.work}/json`, to: `.templates/${fileOf(template)}` },
          ],
          result: { template, notes: got.notes },
        };
      },
    ).finally(() => {
      report.end();
    });
    if (added === undefined) throw new FailedError('template', 'the template was not made');
    return added;
  });
}

/** Fills `<work>/root`. */
function obtain(source: TemplateSource, wish: AddWish, work: string, report: Report): Promise<Got> {
  switch (source.kind) {
    case 'folder':
      return isImage(source.path)
        ? fromImage(source.path, `oci:${source.path}`, wish, work, report)
        : fromFolder(source.path, work, report);
    case 'file': {
      const total = stat(source.path)?.size;
      return fromArchive(
        { fd: openFile(source.path), total, name: source.path },
        `tar:${source.path}`,
        wish,
        work,
        report,
      );
    }
    case 'stdin':
      return fromArchive(
        { fd: 0, total: undefined, name: 'standard input' },
        'tar:standard input',
        wish,
        work,
        report,
      );
    case 'url':
      return fromUrl(source.url, wish, work, report);
    case 'registry':
      return fromRegistry(source.image, wish, work, report);
    case 'debian':
      return fromDebian(source.suite, wish, work);
  }
}

const plain = { init: undefined, env: {}, version: undefined, notes: [] } as const;

async function fromFolder(path: string, work: string, report: Report): Promise<Got> {
  checkRoot(path, path);
  report.begin(`copying ${path}`, await diskUse(path));
  await copyFolder(path, `${work}/root`, report);
  return { ...plain, source: `folder:${path}` };
}

function checkRoot(root: string, name: string): void {
  if (['bin', 'sbin', 'usr'].some((one) => isThere(`${root}/${one}`))) return;
  throw new FailedError('no-root', `${name} holds no root file system: there is neither bin, sbin nor usr`, {
    hint: 'where all lies below one folder, --strip 1 leaves that out',
  });
}

async function fromArchive(
  stream: Stream,
  source: string,
  wish: AddWish,
  work: string,
  report: Report,
): Promise<Got> {
  const root = `${work}/root`;
  await makeVolume(root);
  report.begin(`unpacking ${stream.name}`, stream.total);
  const { packed } = await unpackInto(stream, root, strangerArguments('/', { strip: wish.strip }), {
    report,
  });
  report.end();
  if (wish.sha256 !== undefined && wish.sha256 !== packed)
    throw new FailedError('checksum', `${stream.name} has the SHA-256 ${packed}, not ${wish.sha256}`);
  if (isImage(root) && !isThere(`${root}/usr`) && !isThere(`${root}/bin`)) {
    rename(root, `${work}/image`);
    return fromImage(`${work}/image`, source.replace(/^tar:/, 'oci:'), wish, work, report);
  }
  checkRoot(root, stream.name);
  return { ...plain, source };
}

async function fromImage(
  folder: string,
  source: string,
  wish: AddWish,
  work: string,
  report: Report,
): Promise<Got> {
  const root = `${work}/root`;
  const image = await openImage(folder, wish.tag);
  await makeVolume(root);
  report.begin('unpacking its layers', layersSize(image));
  await unpackImage(image, root, report);
  report.end();
  const isProgram = (path: string): boolean => {
    const inside = resolveInside(path, (link) => readLink(`${root}${link}`));
    const found = inside === undefined ? undefined : lstat(`${root}${inside}`);
    return found?.kind === 'file' && (found.mode & 0o111) !== 0;
  };
  const start = startOf(image.config, isProgram);
  const version = wish.tag !== undefined && versionProblem(wish.tag) === undefined ? wish.tag : undefined;
  return { source, version, init: start.init, env: start.env, notes: start.notes };
}

async function fromUrl(url: string, wish: AddWish, work: string, report: Report): Promise<Got> {
  const { fd, finish } = download(url);
  const stream = { fd, total: undefined, name: url };
  try {
    const got = await fromArchive(stream, `tar:${url}`, wish, work, report);
    await finish();
    return got;
  } catch (error) {
    checkInterrupted();
    // Why there was nothing, or too little, to unpack.
    await finish();
    throw error;
  }
}

async function fromRegistry(name: string, wish: AddWish, work: string, report: Report): Promise<Got> {
  const { reference } = await fetchImage(name, `${work}/image`, report);
  const got = await fromImage(`${work}/image`, `oci:${name}`, { ...wish, tag: undefined }, work, report);
  const isVersion = reference !== 'latest' && versionProblem(reference) === undefined;
  return { ...got, version: isVersion ? reference : undefined };
}

async function fromDebian(suite: string, { mirror }: AddWish, work: string): Promise<Got> {
  const program = needed('debootstrap');
  // It would go on without these, and find out too late, or check no signature.
  needed('perl');
  needed('gpgv');
  await makeVolume(`${work}/root`);
  const words = debootstrapArguments({
    architecture: ownArchitecture(),
    suite,
    folder: `${work}/root`,
    mirror,
  });
  // What it mounts goes with it, however it ends.
  const apart = [busybox, 'unshare', '-m', '--propagation', 'private'];
  const code = foreground([...apart, busybox, 'sh', '-c', debootstrapScript, program, ...words]);
  checkInterrupted();
  if (code !== 0) throw new FailedError('debootstrap', `debootstrap failed (exit code ${code})`);
  await must([
    busybox,
    'sh',
    '-c',
    'rm -rf "$0"/var/cache/apt/archives/*.deb "$0"/var/lib/apt/lists/*',
    `${work}/root`,
  ]);
  return { ...plain, source: `debian ${suite}`, version: new Date().toISOString().slice(0, 10) };
}

/** Engines give systems the device files that they may have. */
const dropDevices = (root: string): Promise<string> =>
  must([
    ...[busybox, 'find', root, '-xdev', '(', '-type', 'b', '-o', '-type', 'c', ')'],
    ...['-exec', busybox, 'rm', '-f', '{}', '+'],
  ]);
