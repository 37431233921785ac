import { FailedError, MissingError } from '../../../base/errors.ts';
import { busybox } from '../../host/run.ts';
import { pipe, type Running, startProgram, writeBytes } from '../../host/stream.ts';
import { closeFd } from '../../host.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import { needed, programPath } from '../programs.ts';

/** A download under way. */
export interface Download {
  /** To be read to its end. */
  readonly fd: number;
  /** Throws `FailedError` where the download failed, whatever was read of it. */
  readonly finish: () => Promise<void>;
}

/** The command that writes what a URL leads to. https needs certificates to be checked, which busybox does not do. */
function fetcher(url: string): readonly string[] {
  const curl = programPath('curl');
  if (curl !== undefined)
    return [curl, '-sS', '-f', '-L', '--proto', '=http,https', '--retry', '2', '--', url];
  if (url.startsWith('http:')) return [busybox, 'wget', '-q', '-O', '-', '--', url];
  throw new MissingError(
    'this PE cannot fetch https addresses: it has no curl, and busybox checks no certificates',
    'add curl and ca-certificates to pe.packages of the recipe and build the image anew',
  );
}

export function download(url: string): Download {
  const command = fetcher(url);
  const out = pipe();
  const program: Running = startProgram(command, { stdout: out.write });
  return {
    fd: out.read,
    async finish() {
      const { code, said } = await program.ended;
      if (code !== 0) throw new FailedError('download', `${url} could not be fetched`, { hint: said });
    },
  };
}

/** Runs curl with its settings on standard input, so that no token is seen among the processes. Resolves to what it wrote. */
export async function curl(
  settings: Readonly<Record<string, string | readonly string[]>>,
): Promise<{ readonly code: number; readonly said: string }> {
  const input = pipe();
  const program = startProgram(
    [needed('curl'), '-sS', '-L', '--proto', '=http,https', '--retry', '2', '-K', '-'],
    { stdin: input.read },
  );
  const lines = Object.entries(settings).flatMap(([key, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => `${key} = "${quoted(one)}"\n`),
  );
  writeAll(input.write, lines.join(''));
  return program.ended;
}

const quoted = (text: string): string => text.replace(/[\\"]/g, '\\$&');

function writeAll(fd: number, text: string): void {
  writeBytes(fd, toUtf8(text));
  closeFd(fd);
}
