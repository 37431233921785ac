import { FailedError, UserError } from '../../../base/errors.ts';
import { parseJson } from '../../../base/parse-json.ts';
import { lstat, removeOne, rename } from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { flow, makeFile, pipe, startProgram, writeBytes } from '../../host/stream.ts';
import { isTerminal } from '../../host/terminal.ts';
import { syncPaths } from '../../host/tree.ts';
import { closeFd, readText } from '../../host.ts';
import { openingFrame, trailer, trailerSize } from '../../lib/systems/archive/frames.ts';
import { type BackupManifest, manifestText } from '../../lib/systems/archive/manifest.ts';
import { packArguments } from '../../lib/systems/archive/tar-arguments.ts';
import { sha256Stream } from '../archive/hash.ts';
import type { Report } from '../archive/progress.ts';
import { endsWell, watchReading } from '../archive/tree.ts';
import { locked } from '../lock.ts';
import { needed } from '../programs.ts';
import { findSound, type SoundSystem } from '../store.ts';
import { knownTemplate } from '../templates/find.ts';
import { backupNames, sizeOfParts } from './parts.ts';
import { keepingStill } from './still.ts';

export interface BackedUp {
  /** `undefined`: to standard output. */
  readonly file: string | undefined;
  /** Bytes of the backup. */
  readonly size: number;
  readonly sha256: string;
}

/** Writes a system into one file, or to standard output. The file is there when it is whole, or not at all. */
export async function backup(
  wish: { readonly name: string; readonly file: string | undefined; readonly live: boolean },
  report: Report,
): Promise<BackedUp> {
  const { name, file } = wish;
  findSound(name);
  if (file === undefined && isTerminal(1))
    throw new UserError({
      code: 'terminal',
      message: 'a backup is no text for a terminal',
      hint: `systemx backup ${name} ${name}.tar.zst, or systemx backup ${name} - | ssh HOST 'cat >${name}.tar.zst'`,
    });
  return locked(name, () => {
    const found = findSound(name);
    return keepingStill(found, 'backed up', wish.live, async (live) => {
      const manifest = await manifestOf(found, live);
      report.begin(`packing ${name}`, manifest.size);
      try {
        return file === undefined
          ? { file, ...(await write(found, manifest, 1, report)) }
          : { file, ...(await besides(file, (fd) => write(found, manifest, fd, report))) };
      } finally {
        report.end();
      }
    });
  });
}

/** Writes a file (absolute) beside its name, and gives it the name when it is whole and on the disk. Closes the descriptor. */
export async function besides<T>(file: string, action: (fd: number, path: string) => Promise<T>): Promise<T> {
  const there = lstat(file);
  if (there?.kind === 'folder')
    throw new UserError({ code: 'is-folder', message: `${file} is a folder; name a file` });
  const beside = `${file}.part`;
  const fd = makeFile(beside, 0o600);
  let open = true;
  try {
    const result = await action(fd, beside);
    closeFd(fd);
    open = false;
    await syncPaths(beside);
    checkInterrupted();
    rename(beside, file);
    await syncPaths(file.slice(0, file.lastIndexOf('/')) || '/');
    return result;
  } catch (error) {
    if (open) closeFd(fd);
    removeOne(beside);
    throw error;
  }
}

async function manifestOf(found: SoundSystem, live: boolean): Promise<BackupManifest> {
  const { name, system, folder, dir } = found;
  const pe = parseJson(readText('/etc/diskbios/pe.json')) as { name?: string; version?: string } | undefined;
  return {
    format: 1,
    name,
    system,
    templateSha256:
      system.kind === 'app' && system.template !== undefined
        ? knownTemplate(system.template, dir)?.file.sha256
        : undefined,
    size: await sizeOfParts(folder),
    made: Date.now(),
    by: `${pe?.name ?? 'diskbios'} ${pe?.version ?? ''}`.trim(),
    live,
  };
}

async function write(
  found: SoundSystem,
  manifest: BackupManifest,
  fd: number,
  report: Report,
): Promise<Pick<BackedUp, 'size' | 'sha256'>> {
  const [tar, zstd] = [needed('tar'), needed('zstd')];
  const hash = sha256Stream();
  const [between, packed] = [pipe(), pipe()];
  const packer = startProgram([tar, ...packArguments(found.folder, backupNames(found.folder))], {
    stdout: between.write,
  });
  const compressor = startProgram([zstd, '-q', '-c', '-3', '-T0'], {
    stdin: between.read,
    stdout: packed.write,
  });
  const watched = watchReading(packer, report);
  const { bytes, broken } = await flow({
    from: packed.read,
    head: openingFrame(manifestText(manifest), manifest.made),
    to: [
      { fd, ours: false },
      { fd: hash.input, ours: true },
    ],
  });
  const sha256 = await hash.digest;
  if (broken) {
    await Promise.all([packer.ended, compressor.ended]);
    checkInterrupted();
    throw new FailedError(
      'write',
      'what is written is not taken: the disk is full, or nobody reads any more',
    );
  }
  await watched;
  await endsWell([packer, compressor], `${found.name} could not be packed`);
  if (!writeBytes(fd, trailer({ sha256, bytes })))
    throw new FailedError('write', 'the end of the backup could not be written');
  return { size: bytes + trailerSize, sha256 };
}
