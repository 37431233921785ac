import { FailedError, UserError } from '../../../base/errors.ts';
import { nameProblem, type SystemFile } from '../../../base/system.ts';
import { systemText } from '../../../base/system-file.ts';
import { isThere, lstat, makeFolders, readBytes, rename, stat, writeFile } from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { openFile } from '../../host/stream.ts';
import { isTerminal } from '../../host/terminal.ts';
import { list } from '../../host.ts';
import {
  manifestIn,
  manifestName,
  openingLength,
  openingSize,
  parseTrailer,
  trailerSize,
} from '../../lib/systems/archive/frames.ts';
import { type BackupManifest, parseManifest } from '../../lib/systems/archive/manifest.ts';
import { isInPlace } from '../../lib/systems/archive/restore-target.ts';
import { unpackArguments } from '../../lib/systems/archive/tar-arguments.ts';
import type { SystemsDir } from '../../lib/systems/places.ts';
import { asClone, rolledBack } from '../../lib/systems/snapshots.ts';
import { swapSteps } from '../../lib/systems/swap.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import type { Report } from '../archive/progress.ts';
import { checkSpace } from '../archive/tree.ts';
import { type Stream, unpackInto } from '../archive/unpack.ts';
import { type Change, change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { mustBeOff } from '../running.ts';
import { type FoundSystem, findSystem, isSound, listSystems } from '../store.ts';
import { checkTemplate, knownTemplate } from '../templates/find.ts';
import { withIds } from '../user-ids.ts';
import { checkFree } from './create.ts';
import { changeIdentity } from './identity.ts';
import { contentOf, emptyParts, partsOf } from './parts.ts';
import { putAside } from './snapshot.ts';

export interface RestoreWish {
  /** `undefined`: standard input. */
  readonly file: string | undefined;
  /** `undefined`: the name in the backup. */
  readonly name: string | undefined;
  readonly dir: string | undefined;
  /** Takes the place of the system of that name. */
  readonly replace: boolean;
  /** Label of a snapshot of what is replaced. */
  readonly keep: string | undefined;
}

export interface Restored {
  readonly name: string;
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly notes: readonly string[];
}

const mistake = (code: string, message: string, hint?: string): UserError =>
  new UserError({ code, message, hint });

interface Opened {
  readonly manifest: BackupManifest;
  readonly stream: Stream;
  /** As long as it is, for errors. */
  readonly name: string;
}

/** Reads the beginning of a backup. Throws `FailedError` where it is none. */
function open(file: string | undefined): Opened {
  const name = file ?? 'standard input';
  if (file === undefined && isTerminal(0))
    throw mistake('terminal', 'a backup is read from standard input, and that is a terminal here');
  if (file !== undefined && stat(file)?.kind !== 'file') throw mistake('no-such-file', `${file} is no file`);
  const fd = file === undefined ? 0 : openFile(file);
  const start = readBytes(fd, openingSize);
  const length = openingLength(start);
  if (length === undefined) throw new FailedError('no-backup', `${name} is no backup of systemx`);
  const head = Uint8Array.from([...start, ...readBytes(fd, length - openingSize)]);
  const text = manifestIn(head);
  if (text === undefined) throw new FailedError('bad-backup', `${name} is damaged or cut off`);
  const { manifest, problems } = parseManifest(text);
  if (manifest === undefined)
    throw new FailedError('bad-backup', [`${name} cannot be used:`, ...problems].join('\n'));
  const total = file === undefined ? undefined : stat(file)?.size;
  return { manifest, stream: { fd, head, total, name }, name };
}

/** Makes a system of a backup: a new one, or in place of one that is there. A backup that is not whole changes nothing. */
export async function restore(wish: RestoreWish, report: Report): Promise<Restored> {
  const { manifest, stream } = open(wish.file);
  const name = wish.name ?? manifest.name;
  const wrong = nameProblem(name);
  if (wrong !== undefined)
    throw mistake('bad-name', `${JSON.stringify(name)} cannot be the name of a system: ${wrong}`);
  const there = listSystems().find((one) => one.name === name);
  if (!isInPlace({ there: there !== undefined, replace: wish.replace, name })) {
    const dir = writableDir(wish.dir);
    return locked(name, async () => {
      await recover(dir);
      checkFree(name, dir);
      return asNew(name, dir, manifest, stream, report);
    });
  }
  const dir = writableDir(findSystem(name).dir.path);
  return locked(name, async () => {
    await recover(dir);
    mustBeOff(name, 'replaced');
    return inPlace(findSystem(name), wish.keep, manifest, stream, report);
  });
}

async function asNew(
  name: string,
  dir: SystemsDir,
  manifest: BackupManifest,
  stream: Stream,
  report: Report,
): Promise<Restored> {
  const notes = await checks(dir, manifest);
  const isCopy = name !== manifest.name;
  const copy = isCopy ? asClone(manifest.system, Date.now()) : { system: manifest.system, notes: [] };
  await change(dir, { operation: 'restore', subject: name }, async (under) => {
    const fresh = await unpack(under, manifest, stream, report);
    if (isCopy) for (const part of contentOf(fresh)) changeIdentity(`${fresh}/${part}`, manifest.name, name);
    const system: SystemFile = withIds({ ...copy.system, idBase: undefined });
    writeFile(`${fresh}/system.json`, toUtf8(systemText(system)));
    checkInterrupted();
    return { commit: [{ kind: 'move', from: `${under.paths.work}/new`, to: name }] };
  });
  return { name, folder: `${dir.path}/${name}`, manifest, notes: [...notes, ...copy.notes] };
}

async function inPlace(
  found: FoundSystem,
  keep: string | undefined,
  manifest: BackupManifest,
  stream: Stream,
  report: Report,
): Promise<Restored> {
  const { name, dir, folder } = found;
  const notes = await checks(dir, manifest);
  const system = isSound(found) ? rolledBack(manifest.system, found.system) : manifest.system;
  if (keep !== undefined && !isSound(found))
    throw mistake('broken-system', `${name} is broken, so no snapshot can be kept of it`);
  await change(dir, { operation: 'restore', subject: name }, async (under) => {
    const fresh = await unpack(under, manifest, stream, report);
    if (name !== manifest.name)
      for (const part of contentOf(fresh)) changeIdentity(`${fresh}/${part}`, manifest.name, name);
    checkInterrupted();
    const aside = isSound(found) ? putAside(found, keep, under) : { steps: [], to: emptyFolder(under) };
    return {
      commit: [
        ...aside.steps,
        ...swapSteps({
          system: name,
          present: partsOf(folder),
          fresh: `${under.paths.work}/new`,
          coming: partsOf(fresh),
          old: aside.to,
        }),
        { kind: 'write', path: `${name}/system.json`, text: systemText(withIds(system)) },
      ],
    };
  });
  return { name, folder, manifest, notes };
}

function emptyFolder({ work, paths }: Change): string {
  makeFolders(`${work}/old`);
  return `${paths.work}/old`;
}

/** What must be so before anything is unpacked. Returns what a person should know. */
async function checks(dir: SystemsDir, { system, templateSha256, size }: BackupManifest): Promise<string[]> {
  await checkTemplate(system, dir);
  await checkSpace(dir.path, size);
  const { template } = system;
  const present = template === undefined ? undefined : knownTemplate(template, dir)?.file.sha256;
  return templateSha256 !== undefined && present !== undefined && present !== templateSha256
    ? [
        `its template ${template?.name ?? ''}@${template?.version ?? ''} is not the one that it was backed up on: the checksums differ`,
      ]
    : [];
}

/** Unpacks into `<work>/new`, and believes nothing before the checksum at the end fits. */
async function unpack(
  { work }: Change,
  manifest: BackupManifest,
  stream: Stream,
  report: Report,
): Promise<string> {
  const fresh = `${work}/new`;
  const content = manifest.system.kind === 'os' ? 'rootfs' : 'delta';
  await emptyParts(fresh, content);
  report.begin(`unpacking ${manifest.name}`, stream.total);
  const { packed, bytes, tail } = await unpackInto(stream, fresh, unpackArguments('/'), {
    keepBack: trailerSize,
    report,
  }).finally(() => {
    report.end();
  });
  const end = parseTrailer(tail);
  if (end === undefined) throw new FailedError('bad-backup', `${stream.name} is cut off: its end is missing`);
  if (end.sha256 !== packed || end.bytes !== bytes)
    throw new FailedError('bad-backup', `${stream.name} is damaged: its checksum does not fit`);
  // An archive can put a link in the place of a folder.
  for (const one of [content, ...(isThere(`${fresh}/work`) ? ['work'] : [])])
    if (lstat(`${fresh}/${one}`)?.kind !== 'folder')
      throw new FailedError('bad-backup', `${stream.name} holds no folder ${one}`);
  const known = [manifestName, content, 'work'];
  const strange = list(fresh).filter((one) => !known.includes(one));
  if (strange.length > 0)
    throw new FailedError('bad-backup', `${stream.name} holds more than a system: ${strange.join(', ')}`);
  rename(`${fresh}/${manifestName}`, `${work}/manifest`);
  return fresh;
}
