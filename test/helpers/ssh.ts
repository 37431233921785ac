import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { run } from '../../src/sys/run.ts';
import { toolArgv } from '../../src/sys/tools.ts';

/** A key made for the tests and thrown away with them. */
export interface SshKey {
  /** The private key, in dropbear's form. */
  readonly file: string;
  /** The public key as it stands in `authorized_keys` and recipes. */
  readonly line: string;
}

export interface SshAnswer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Makes a key with the pinned dropbear. */
export async function makeSshKey(tools: string, dir: string, name = 'key'): Promise<SshKey> {
  const file = join(dir, name);
  const { stdout } = await run(toolArgv(tools, 'usr/bin/dropbearkey', ['-t', 'ed25519', '-f', file]));
  const line = stdout.split('\n').find((text) => text.startsWith('ssh-ed25519 '));
  if (line === undefined || readFileSync(file).length === 0) throw new Error(`no public key in: ${stdout}`);
  return { file, line: line.replace(/\S+@\S+$/, 'test@example') };
}

export interface SshTarget {
  readonly tools: string;
  readonly port: number;
  /** `undefined`: without any key. */
  readonly key: SshKey | undefined;
  /** Offered where the server asks for one. */
  readonly password?: string;
}

/** Runs a command in a guest as an outside user would; never throws for what the guest or the server says. */
export async function ssh(target: SshTarget, command: string): Promise<SshAnswer> {
  const { tools, port, key, password } = target;
  const identity = key === undefined ? [] : ['-i', key.file];
  const argv = toolArgv(tools, 'usr/bin/dbclient', [
    ...['-y', '-T', '-p', String(port), ...identity, 'root@127.0.0.1', command],
  ]);
  const anyCode = Array.from({ length: 256 }, (_, code) => code);
  const { exitCode, stdout, stderr } = await run(argv, {
    env:
      password === undefined
        ? { HOME: '/nonexistent' }
        : { HOME: '/nonexistent', DROPBEAR_PASSWORD: password },
    okCodes: anyCode,
    signal: AbortSignal.timeout(60_000),
  });
  return { code: exitCode, out: stdout, err: stderr };
}

/** A port of this machine that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
