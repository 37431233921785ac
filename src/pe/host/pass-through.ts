import * as os from 'os';
import * as std from 'std';
import { closeFd, keepReaping, makePipe, onReadable, spawn } from '../host.ts';

/** Part of the PE's one door to the machine (see src/pe/host.ts). */

function writeAll(fd: number, bytes: Uint8Array): void {
  const copy = Uint8Array.from(bytes);
  for (let at = 0; at < copy.length; ) {
    const took = os.write(fd, copy.buffer, at, copy.length - at);
    if (took <= 0) return;
    at += took;
  }
}

/**
 * Runs a program with this one's streams, but behind pipes where they are terminals: for programs that would make one terminal of
 * them all as soon as one is. Resolves to its exit code.
 */
export function passThrough(argv: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    let open = 0;
    let code: number | undefined;
    const done = (): void => {
      if (open === 0 && code !== undefined) resolve(code);
    };
    const outlet = (fd: 1 | 2): number => {
      const pipe = os.isatty(fd) ? makePipe() : undefined;
      if (pipe === undefined) return fd;
      open += 1;
      onReadable(pipe.read, (bytes) => {
        if (bytes !== undefined) writeAll(fd, bytes);
        else {
          open -= 1;
          done();
        }
      });
      return pipe.write;
    };
    const input = os.isatty(0) ? makePipe() : undefined;
    const [stdout, stderr] = [outlet(1), outlet(2)];
    os.signal(os.SIGINT, () => undefined);
    const options = { env: std.getenviron(), stdin: input?.read ?? 0, stdout, stderr };
    keepReaping();
    const pid = spawn(argv, options, (status) => {
      code = status.code;
      done();
    });
    for (const fd of [input?.read, stdout === 1 ? undefined : stdout, stderr === 2 ? undefined : stderr])
      if (fd !== undefined) closeFd(fd);
    if (pid <= 0) resolve(127);
    if (input === undefined) return;
    os.signal(os.SIGPIPE, () => undefined);
    onReadable(0, (bytes) => {
      if (bytes === undefined) closeFd(input.write);
      else writeAll(input.write, bytes);
    });
  });
}
