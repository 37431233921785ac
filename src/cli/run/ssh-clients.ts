import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { QemuTools } from '../../boot/tools.ts';
import { findProgram, run } from '../../sys/run.ts';

/** An SSH client that a person's terminal is given to. */
export interface SshClient {
  /** Its command line; without a command it logs in. */
  argv(command: string | undefined, how?: 'batch'): string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it says of a server that does not let it in. */
  readonly refused: RegExp;
}

/** The person's own client with their keys and agent; `undefined` where there is none. Remembers no host key. */
export function ownClient(port: number, env: NodeJS.ProcessEnv): SshClient | undefined {
  const program = findProgram('ssh');
  if (program === undefined) return undefined;
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  return {
    argv: (command, how) => [
      program,
      ...[
        '-p',
        String(port),
        ...[...options, ...(how === 'batch' ? ['BatchMode=yes'] : [])].flatMap((o) => ['-o', o]),
      ],
      'root@127.0.0.1',
      ...(command === undefined ? [] : [command]),
    ],
    env: passed(env, ['SSH_AUTH_SOCK', 'SSH_ASKPASS', 'DISPLAY', 'USER', 'LOGNAME']),
    refused: /Permission denied|Too many authentication failures/,
  };
}

/** The pinned client with some keys in its own form. `home` remembers the host's key. */
export function pinnedClient(
  tools: QemuTools,
  port: number,
  given: { readonly keys: readonly string[]; readonly home: string },
): SshClient {
  return {
    argv: (command, how) => {
      const terminal = command === undefined && process.stdin.isTTY ? '-t' : '-T';
      const batch = how === 'batch' ? ['-o', 'BatchMode=yes'] : [];
      const keys = given.keys.flatMap((file) => ['-i', file]);
      const rest = command === undefined ? [] : [command];
      return tools.program(
        'dbclient',
        ...['-y', terminal, ...batch, ...keys, '-p', String(port), 'root@127.0.0.1', ...rest],
      );
    },
    env: { HOME: given.home },
    refused: /No auth methods could be used|Remote closed the connection/,
  };
}

/** The person's keys without a passphrase, put into the form of the pinned client. */
export async function convertedKeys(tools: QemuTools, dir: string): Promise<string[]> {
  const keys: string[] = [];
  for (const name of ['id_ed25519', 'id_ecdsa', 'id_rsa']) {
    const file = join(homedir(), '.ssh', name);
    if (!existsSync(file)) continue;
    const converted = join(dir, name);
    const argv = tools.program('dropbearconvert', 'openssh', 'dropbear', file, converted);
    const done = await run(argv).then(
      () => true,
      () => false,
    );
    if (done) keys.push(converted);
  }
  return keys;
}

function passed(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
