import { decode } from '../../../base/decode.ts';
import { FailedError } from '../../../base/errors.ts';
import { busybox, must } from '../../host/run.ts';
import { pipe, type Running, startProgram } from '../../host/stream.ts';
import { onReadable } from '../../host.ts';

/** A SHA-256 of a stream under way. */
export interface Hash {
  /** End of a pipe that the bytes are written to. */
  readonly input: number;
  /** Resolves to hexadecimal digits when the input is closed. */
  readonly digest: Promise<string>;
}

export function sha256Stream(): Hash {
  const [into, out] = [pipe(), pipe()];
  const program = startProgram([busybox, 'sha256sum'], { stdin: into.read, stdout: out.write });
  return { input: into.write, digest: digestFrom(out.read, program) };
}

/** What a `sha256sum` writes to a pipe. */
export async function digestFrom(fd: number, program: Running): Promise<string> {
  const bytes: number[] = [];
  await new Promise<void>((resolve) => {
    onReadable(fd, (chunk) => {
      if (chunk === undefined) resolve();
      else bytes.push(...chunk);
    });
  });
  await program.ended;
  const found = /^[0-9a-f]{64}/.exec(decode(bytes))?.[0];
  if (found === undefined) throw new FailedError('checksum', 'the checksum could not be computed');
  return found;
}

export const sha256OfFile = async (path: string): Promise<string> =>
  (await must([busybox, 'sha256sum', path])).slice(0, 64);
