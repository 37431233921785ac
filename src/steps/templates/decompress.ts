import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, createReadStream, createWriteStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CommandError, FailedError, MissingError } from '../../base/errors.ts';
import type { StepContext } from '../../plan/types.ts';

type Compression = 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'none';

const magics: readonly (readonly [Compression, string])[] = [
  ['gzip', '1f8b'],
  ['xz', 'fd377a585a00'],
  ['zstd', '28b52ffd'],
  ['bzip2', '425a68'],
];

function compressionOf(file: string): Compression {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(6);
    const got = readSync(fd, bytes, 0, bytes.length, 0);
    const head = bytes.subarray(0, got).toString('hex');
    return magics.find(([, magic]) => head.startsWith(magic))?.[0] ?? 'none';
  } finally {
    closeSync(fd);
  }
}

/** Unpacks an archive, whatever it is packed by, into a file. Throws `FailedError` naming `name` where it is damaged. */
export async function decompress(
  context: StepContext,
  from: string,
  to: string,
  name: string,
): Promise<void> {
  const compression = compressionOf(from);
  try {
    if (compression === 'none') copyFileSync(from, to);
    else if (compression === 'gzip')
      await pipeline(createReadStream(from), createGunzip(), createWriteStream(to), {
        signal: context.signal,
      });
    else await through(context, commands(context)[compression], from, to);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof MissingError) {
      if (compression === 'bzip2')
        throw new MissingError(
          `bzip2 is not on this machine; it unpacks ${name}`,
          'sudo apt-get install bzip2',
        );
      throw error;
    }
    const isDamage =
      error instanceof CommandError || /^Z_|ERR_/.test((error as NodeJS.ErrnoException).code ?? '');
    if (!isDamage) throw error;
    throw new FailedError('bad-archive', `${name} is damaged: it cannot be unpacked`, { cause: error });
  }
}

const commands = (context: StepContext): Readonly<Record<'xz' | 'zstd' | 'bzip2', readonly string[]>> => ({
  xz: context.tool('usr/bin/xz', '-dc'),
  zstd: context.tool('usr/bin/zstd', '-dcq'),
  bzip2: ['bzip2', '-dc'],
});

async function through(
  context: StepContext,
  argv: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  const stdin = openSync(from, 'r');
  const stdout = openSync(to, 'w');
  try {
    await context.run(argv, { stdin, stdout });
  } finally {
    closeSync(stdin);
    closeSync(stdout);
  }
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
