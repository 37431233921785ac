import { FailedError } from '../../../base/errors.ts';
import { lstat } from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { busybox, execute, must } from '../../host/run.ts';
import { bytesRead, pipe, type Running, startProgram } from '../../host/stream.ts';
import { after } from '../../host.ts';
import {
  checksumArguments,
  packArguments,
  unpackArguments,
} from '../../lib/systems/archive/tar-arguments.ts';
import { needed, programPath } from '../programs.ts';
import { digestFrom } from './hash.ts';
import { type Report, silent } from './progress.ts';
import { isBtrfs, makeVolume } from './volume.ts';

/** Folders with all that is in them: copied, counted, and their checksum taken. Owners, holes, hard links and attributes stay. */

/** Bytes of disk that folders take. What is not there takes none. */
export async function diskUse(...folders: readonly string[]): Promise<number> {
  const there = folders.filter((folder) => lstat(folder) !== undefined);
  if (there.length === 0) return 0;
  const { stdout } = await execute([busybox, 'du', '-skx', ...there]);
  return stdout
    .split('\n')
    .map((line) => Number.parseInt(line, 10))
    .filter((size) => size >= 0)
    .reduce((sum, size) => sum + size * 1024, 0);
}

/** Bytes that are free where a folder is. */
export async function freeSpace(folder: string): Promise<number | undefined> {
  const { stdout } = await execute([busybox, 'df', '-Pk', folder]);
  const free = stdout.trim().split('\n').at(-1)?.split(/\s+/)[3];
  return free === undefined || !/^\d+$/.test(free) ? undefined : Number(free) * 1024;
}

/** Throws `FailedError` where there is less room than is needed, before anything is begun. */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeSpace(folder);
  if (free === undefined || free >= bytes) return;
  throw new FailedError(
    'no-space',
    `there is too little room in ${folder}: ${Math.ceil(bytes / 1024 ** 2)} MiB are needed, ${Math.floor(free / 1024 ** 2)} MiB are free`,
    { hint: 'systemx list and systemx template list show what could go' },
  );
}

/** Tells how far a program has read, until it ends. */
export async function watchReading(program: Running, report: Report): Promise<void> {
  let over = false;
  const look = (): void => {
    if (over) return;
    report.to(bytesRead(program.pid) ?? 0);
    after(100, look);
  };
  look();
  await program.ended;
  over = true;
}

/** Throws where one of several programs that worked together has failed; `what` in words: `web could not be copied`. */
export async function endsWell(
  programs: readonly Running[],
  what: string,
  isGood: (end: { readonly code: number; readonly said: string }) => boolean = () => false,
): Promise<void> {
  const ends = await Promise.all(programs.map(({ ended }) => ended));
  checkInterrupted();
  // The last one: those before it end because nobody reads them any more.
  const bad = ends.findLast((end) => end.code !== 0 && !isGood(end));
  if (bad === undefined) return;
  const full = ends.some(({ said }) => said.includes('No space left'));
  throw new FailedError(full ? 'no-space' : 'copy', full ? `${what}: the disk is full` : what, {
    hint: bad.said === '' ? undefined : bad.said.split('\n').slice(-3).join('\n'),
  });
}

/** The root of every btrfs subvolume has this inode number. */
const subvolumeInode = 256;

/** Copies a folder; `to` must not be there yet. At once where it is a btrfs subvolume, else file by file. */
export async function copyFolder(from: string, to: string, report: Report = silent): Promise<void> {
  const btrfs = programPath('btrfs');
  const found = lstat(from);
  if (btrfs !== undefined && found?.ino === subvolumeInode && isBtrfs(from) && isBtrfs(to)) {
    await must([btrfs, 'subvolume', 'snapshot', from, to]);
    return;
  }
  await makeVolume(to);
  const tar = needed('tar');
  const between = pipe();
  const reader = startProgram([tar, ...packArguments(from, ['.'])], { stdout: between.write });
  const writer = startProgram([tar, ...unpackArguments(to)], { stdin: between.read });
  await watchReading(reader, report);
  await endsWell([reader, writer], `${from} could not be copied`);
}

/** SHA-256 over names, modes, owners, links, attributes and contents of a folder. */
export async function checksumOfFolder(folder: string, report: Report = silent): Promise<string> {
  const [between, out] = [pipe(), pipe()];
  const reader = startProgram([needed('tar'), ...checksumArguments(folder)], { stdout: between.write });
  const hasher = startProgram([busybox, 'sha256sum'], { stdin: between.read, stdout: out.write });
  const [digest] = await Promise.all([digestFrom(out.read, hasher), watchReading(reader, report)]);
  await endsWell([reader, hasher], `the checksum of ${folder} could not be computed`);
  return digest;
}
