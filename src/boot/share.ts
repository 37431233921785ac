import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailedError } from '../base/errors.ts';
import { type Running, start } from '../sys/start.ts';
import type { QemuTools } from './tools.ts';

/** A folder of this machine that a guest finds by virtiofs. */
export interface SharedFolder {
  readonly tag: string;
  readonly dir: string;
}

/** Users and groups of Linux are numbered up to this. */
const lastId = 2 ** 32 - 2;

/**
 * The command that shares a folder, read-only and without any rights: only whoever starts it need be able to read it. Of all
 * that is not root's folder, the guest is told that it is root's.
 */
export function shareCommand(
  tools: QemuTools,
  { dir }: SharedFolder,
  socket: string,
  isRoot = process.getuid?.() === 0,
): string[] {
  const squash = (what: string): string[] => [`--translate-${what}`, `squash-host:0:0:${lastId}`];
  return tools.program(
    'virtiofsd',
    ...[`--socket-path=${socket}`, `--shared-dir=${dir}`, '--readonly'],
    ...['--sandbox=none', '--cache=auto', '--log-level=error'],
    ...(isRoot ? [] : [...squash('uid'), ...squash('gid')]),
  );
}

/** Starts to share a folder; it ends with the guest. Throws what the server said where it does not start. */
export async function startShare(tools: QemuTools, share: SharedFolder, socket: string): Promise<Running> {
  const server = start(shareCommand(tools, share, socket));
  let said: string | undefined;
  void server.ended.then(({ stderr, exitCode }) => {
    said = stderr.trim() || `it ended with exit code ${exitCode ?? '?'}`;
  });
  while (!existsSync(socket)) {
    if (said !== undefined) {
      throw new FailedError('share-failed', `${share.dir} cannot be shared with the guest: ${said}`);
    }
    await sleep(10);
  }
  return server;
}
