import { FailedError } from '../../../base/errors.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { busybox } from '../../host/run.ts';
import { flow, pipe, type Running, startProgram } from '../../host/stream.ts';
import type { Compression } from '../../lib/systems/archive/compression.ts';
import { needed } from '../programs.ts';
import { sha256Stream } from './hash.ts';
import type { Report } from './progress.ts';
import { endsWell, watchReading } from './tree.ts';

/** The command that packs a stream; `undefined`: it stays as it is. */
export function packerOf(compression: Compression): readonly string[] | undefined {
  switch (compression) {
    case 'none':
      return undefined;
    case 'gzip':
      return [busybox, 'gzip', '-c'];
    case 'zstd':
      return [needed('zstd'), '-q', '-c', '-3', '-T0'];
    case 'xz':
    case 'bzip2':
      throw new FailedError('compression', `archives cannot be packed by ${compression} here`, {
        hint: 'name the file .tar, .tar.gz or .tar.zst',
      });
  }
}

/**
 * What an overlay hides in a folder that is in one layer only is seen in the list of names, and is not there (Linux,
 * Documentation/filesystems/overlayfs.rst: whiteouts are left out of merged folders).
 */
const isPhantom = ({ code, said }: { readonly code: number; readonly said: string }): boolean =>
  code === 1 && said.split('\n').every((line) => line.endsWith(': File removed before we read it'));

export interface Packed {
  /** Bytes written. */
  readonly size: number;
  /** Of what was written. */
  readonly sha256: string;
  /** Of the archive before it was packed. */
  readonly archive: string;
}

/** Runs tar (with `args`) through a compressor into a descriptor, which stays open. */
export async function pack(
  args: readonly string[],
  compression: Compression,
  fd: number,
  report: Report,
): Promise<Packed> {
  const packer = packerOf(compression);
  const [out, archive, packed] = [pipe(), sha256Stream(), sha256Stream()];
  const tar = startProgram([needed('tar'), ...args], { stdout: out.write });
  const watched = watchReading(tar, report);
  const sinks = [
    { fd, ours: false },
    { fd: packed.input, ours: true },
  ];
  const hashed = { fd: archive.input, ours: true };
  const programs: Running[] = [tar];
  let flowing: Promise<readonly { readonly bytes: number; readonly broken: boolean }[]>;
  if (packer === undefined) flowing = Promise.all([flow({ from: out.read, to: [...sinks, hashed] })]);
  else {
    const [plain, small] = [pipe(), pipe()];
    programs.push(startProgram(packer, { stdin: plain.read, stdout: small.write }));
    flowing = Promise.all([
      flow({ from: small.read, to: sinks }),
      flow({ from: out.read, to: [{ fd: plain.write, ours: true }, hashed] }),
    ]);
  }
  const [last] = await flowing;
  await watched;
  const digests = await Promise.all([packed.digest, archive.digest]);
  checkInterrupted();
  if (last === undefined || last.broken)
    throw new FailedError(
      'write',
      'what is written is not taken: the disk is full, or nobody reads any more',
    );
  await endsWell(programs, 'it could not be packed', isPhantom);
  return { size: last.bytes, sha256: digests[0], archive: digests[1] };
}
