import { FailedError, InterruptedError } from '../../../base/errors.ts';
import { readAt, readBytes, removeEmpty } from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { busybox } from '../../host/run.ts';
import { flow, pipe, type Running, type Sink, startProgram } from '../../host/stream.ts';
import { closeFd, list, openForReading } from '../../host.ts';
import { elfFacts } from '../../lib/elf.ts';
import { cageFolder, cageScript } from '../../lib/systems/archive/cage.ts';
import { type Compression, compressionOf, sniffLength } from '../../lib/systems/archive/compression.ts';
import { needed } from '../programs.ts';
import { sha256Stream } from './hash.ts';
import type { Report } from './progress.ts';

/** The command that unpacks a stream; `undefined`: it is not packed. */
export function unpackerOf(compression: Compression): readonly string[] | undefined {
  switch (compression) {
    case 'none':
      return undefined;
    case 'gzip':
      return [busybox, 'gunzip', '-c'];
    case 'xz':
      return [busybox, 'unxz', '-c'];
    case 'bzip2':
      return [busybox, 'bunzip2', '-c'];
    case 'zstd':
      return [needed('zstd'), '-q', '-d', '-c'];
  }
}

/** The command that runs tar with a folder as its whole world (see `cageScript`). `args`: as seen from inside, where it is `/`. */
export function cagedTar(folder: string, args: readonly string[]): readonly string[] {
  const tar = needed('tar');
  const loader = elfFacts(readAt(tar, 0, 4096) ?? new Uint8Array())?.interpreter ?? '';
  const script = cageScript({
    folder,
    loader: loader.replace(/^\/(usr\/)?/, ''),
    libraries: [...list('/usr/lib').filter((name) => name.includes('-linux-')), ''].map((name) =>
      name === '' ? 'lib' : `lib/${name}`,
    ),
    program: tar.replace(/^\/usr\//, ''),
    args,
  });
  return [busybox, 'unshare', '-m', '--propagation', 'private', busybox, 'sh', '-c', script];
}

export interface Stream {
  /** Read to its end and closed. */
  readonly fd: number;
  /** What was read of it already. */
  readonly head?: Uint8Array;
  /** Bytes in all, for showing how far it is. */
  readonly total: number | undefined;
  /** In words, for errors: `web.tar.zst`. */
  readonly name: string;
}

export interface Unpacked {
  /** SHA-256 of the stream as it came, without what was kept back. */
  readonly packed: string;
  /** SHA-256 of the archive when unpacked; only where it was asked for. */
  readonly archive: string | undefined;
  readonly bytes: number;
  readonly tail: Uint8Array;
}

/**
 * Runs an archive through a command that reads it unpacked, such as tar. Throws `FailedError` where it is damaged or cut off, or the
 * command fails; what it has made until then is the caller's to remove.
 */
export async function consume(
  stream: Stream,
  command: readonly string[],
  {
    keepBack = 0,
    archiveHash = false,
    stdout,
    report,
  }: {
    readonly keepBack?: number;
    readonly archiveHash?: boolean;
    readonly stdout?: number;
    readonly report?: Report | undefined;
  } = {},
): Promise<Unpacked> {
  const head =
    (stream.head?.length ?? 0) >= sniffLength
      ? (stream.head ?? new Uint8Array())
      : Uint8Array.from([
          ...(stream.head ?? []),
          ...readBytes(stream.fd, sniffLength - (stream.head?.length ?? 0)),
        ]);
  const compression = compressionOf(head);
  if (compression === undefined) {
    if (stream.fd > 2) closeFd(stream.fd);
    throw new FailedError('no-archive', `${stream.name} is no tar archive, packed or not`, {
      hint: 'tar, and tar packed by gzip, xz, zstd or bzip2 can be read',
    });
  }
  const unpacker = unpackerOf(compression);
  const packed = sha256Stream();
  const archive = archiveHash ? sha256Stream() : undefined;
  const reader = pipe();
  const rest = secondReader(reader.read);
  const end = startProgram(command, { stdin: reader.read, ...(stdout === undefined ? {} : { stdout }) });
  const endSinks: Sink[] = [
    { fd: reader.write, ours: true },
    ...(archive === undefined ? [] : [{ fd: archive.input, ours: true }]),
  ];
  const drained = end.ended.then(async ({ code }) => {
    if (code === 0) await flow({ from: rest, to: [] });
    else closeFd(rest);
  });
  const programs: Running[] = [end];
  let first: readonly Sink[] = endSinks;
  let second: Promise<unknown> = Promise.resolve();
  if (unpacker !== undefined) {
    const packedPipe = pipe();
    if (archive === undefined) {
      programs.unshift(startProgram(unpacker, { stdin: packedPipe.read, stdout: reader.write }));
    } else {
      const between = pipe();
      programs.unshift(startProgram(unpacker, { stdin: packedPipe.read, stdout: between.write }));
      second = flow({ from: between.read, to: endSinks });
    }
    first = [{ fd: packedPipe.write, ours: true }];
  }
  const { bytes, tail } = await flow({
    from: stream.fd,
    head,
    keepBack,
    to: [...first, { fd: packed.input, ours: true }],
    ...(report === undefined ? {} : { through: report.to }),
  });
  await second;
  await drained;
  const [digest, unpackedDigest, ...ends] = await Promise.all([
    packed.digest,
    archive?.digest,
    ...programs.map(({ ended }) => ended),
  ]);
  checkInterrupted();
  // The last one: those before it end because nobody reads them any more.
  const failed = ends.findLastIndex(({ code }) => code !== 0);
  if (failed >= 0) throw unpackFailure(stream.name, ends[failed], failed < ends.length - 1);
  return { packed: digest, archive: unpackedDigest, bytes, tail };
}

/** tar ends at the end mark; what comes behind it has to go somewhere, or else its writers fail because nobody reads any more. */
function secondReader(fd: number): number {
  const reopened = openForReading(`/proc/self/fd/${fd}`);
  if (reopened < 0) throw new FailedError('files', 'too many open files');
  return reopened;
}

function unpackFailure(
  name: string,
  end: { readonly code: number; readonly said: string } | undefined,
  unpacking: boolean,
): Error {
  const said = end?.said.split('\n').slice(-3).join('\n') ?? '';
  if (end?.code === 130) return new InterruptedError();
  if (end !== undefined && end.code > 128 && said === '')
    return new FailedError('ended', `unpacking ${name} was ended by signal ${end.code - 128}`);
  if (/No space left|ENOSPC/.test(said)) return new FailedError('no-space', 'the disk is full');
  return new FailedError(
    'bad-archive',
    unpacking || /Unexpected EOF|does not look like|Skipping to next|rather short/.test(said)
      ? `${name} is damaged or cut off`
      : `${name} could not be unpacked`,
    { hint: said === '' ? undefined : said },
  );
}

/** Unpacks an archive into a folder, which is there and empty; nothing outside of it is touched, whatever the archive holds. */
export async function unpackInto(
  stream: Stream,
  folder: string,
  tarArguments: readonly string[],
  options: Parameters<typeof consume>[2] = {},
): Promise<Unpacked> {
  try {
    return await consume(stream, cagedTar(folder, tarArguments), options);
  } finally {
    removeEmpty(`${folder}/${cageFolder}`);
  }
}
