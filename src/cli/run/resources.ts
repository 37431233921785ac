import { closeSync, existsSync, ftruncateSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Diagnostic, FailedError, UserError } from '../../base/errors.ts';
import { vncBase } from '../../boot/args.ts';
import type { Forward } from '../../boot/spec.ts';
import type { QemuTools } from '../../boot/tools.ts';
import { run } from '../../sys/run.ts';
import type { DiskWish } from './values.ts';

/** Makes the disks that are not there yet: sparse, so that they take no space until the guest writes. */
export async function makeDisks(
  disks: readonly DiskWish[],
  tools: QemuTools,
  signal: AbortSignal,
): Promise<string[]> {
  const made: string[] = [];
  for (const { file, size, format } of disks) {
    if (size === undefined || existsSync(file)) continue;
    if (format === 'qcow2') {
      await run(tools.img('create', '-q', '-f', 'qcow2', file, String(size)), { env: tools.env, signal });
    } else {
      const fd = openSync(file, 'wx');
      ftruncateSync(fd, size);
      closeSync(fd);
    }
    made.push(file);
  }
  return made;
}

/** Checks that every port to be forwarded is free; QEMU's own message does not say which is not. */
export async function checkPorts(forwards: readonly Forward[], vncPort?: number): Promise<void> {
  const taken: Diagnostic[] = [];
  for (const { host, guest } of forwards) {
    const code = await whyNotFree(host);
    if (code === undefined) continue;
    const why = code === 'EACCES' ? 'may only be opened by root' : 'is in use';
    taken.push({
      code: 'port-taken',
      message: `--forward ${host}:${guest}: port ${host} of this machine ${why}`,
      expected: 'a free port above 1023',
    });
  }
  if (vncPort !== undefined && (await whyNotFree(vncPort)) !== undefined) {
    const message = `--vnc: port ${vncPort} of this machine is in use`;
    taken.push({ code: 'port-taken', message, expected: 'a free port, or --vnc without one' });
  }
  if (taken.length > 0) throw new UserError(taken);
}

function whyNotFree(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

/** The first port for VNC that nobody uses. */
export async function freeVncPort(): Promise<number> {
  for (let port = vncBase; port < vncBase + 100; port += 1) {
    if ((await whyNotFree(port)) === undefined) return port;
  }
  throw new FailedError(
    'no-vnc-port',
    `the ports ${vncBase} to ${vncBase + 99} of this machine are all in use`,
  );
}
