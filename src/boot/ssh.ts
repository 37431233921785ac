import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../sys/run.ts';
import { withScratch } from '../sys/scratch.ts';
import { type SshAnswer, sshAnswer } from './ssh-answer.ts';
import type { QemuTools } from './tools.ts';

export type { SshAnswer } from './ssh-answer.ts';

/** A key made for one purpose and thrown away with it. */
export interface SshKey {
  /** The private key, in dropbear's form. */
  readonly file: string;
  /** The public key as it stands in `authorized_keys` and recipes. */
  readonly line: string;
}

/** Makes an Ed25519 key without a passphrase. */
export async function makeSshKey(
  tools: Pick<QemuTools, 'program'>,
  dir: string,
  name = 'key',
  comment = 'diskbios',
): Promise<SshKey> {
  const file = join(dir, name);
  const argv = tools.program('dropbearkey', '-t', 'ed25519', '-f', file, '-C', comment);
  const { stdout } = await run(argv);
  const line = stdout.split('\n').find((text) => text.startsWith('ssh-ed25519 '));
  if (line === undefined) throw new Error(`no public key in: ${stdout}`);
  return { file, line };
}

export interface SshTarget {
  readonly tools: Pick<QemuTools, 'program'>;
  /** TCP port on the loopback interface. */
  readonly port: number;
  /** Default: root. */
  readonly user?: string;
  /** `undefined`: without any key. */
  readonly key: SshKey | undefined;
  /** Offered where the server asks for one. */
  readonly password?: string;
  /** A folder that remembers the server's host key: another key at the next call is an answer `host-key`. */
  readonly remember?: string;
}

export interface SshOptions {
  readonly stdin?: string | undefined;
  /** Milliseconds for connection and command. */
  readonly within: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a command as an outside user would, with the pinned SSH client. What server and command say is the answer, whatever it
 * is; throws `InterruptedError` when aborted.
 */
export function ssh(target: SshTarget, command: string, options: SshOptions): Promise<SshAnswer> {
  return target.remember === undefined
    ? withScratch(tmpdir(), (home) => ask(target, command, home, options))
    : ask(target, command, target.remember, options);
}

async function ask(
  { tools, port, key, password, user = 'root' }: SshTarget,
  command: string,
  home: string,
  options: SshOptions,
): Promise<SshAnswer> {
  const proof = password === undefined ? ['-o', 'PasswordAuthentication=no'] : [];
  if (key !== undefined) proof.push('-i', key.file);
  const argv = tools.program(
    'dbclient',
    // The client tells of a signal as if nothing had been: the shell must outlive its command.
    ...['-y', '-T', '-p', String(port), ...proof, `${user}@127.0.0.1`, `${command}\nexit $?`],
  );
  const limit = AbortSignal.timeout(Math.max(1, Math.round(options.within)));
  try {
    const result = await run(argv, {
      env: { HOME: home, ...(password === undefined ? {} : { DROPBEAR_PASSWORD: password }) },
      stdin: options.stdin ?? '',
      okCodes: anyCode,
      signal: options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]),
    });
    return sshAnswer(result, password === undefined ? 'key' : 'password');
  } catch (error) {
    if (!limit.aborted || options.signal?.aborted === true) throw error;
    const message = `no answer within ${(options.within / 1000).toFixed(1)} s`;
    return { how: 'timed-out', message, hostKey: undefined };
  }
}

const anyCode = Array.from({ length: 256 }, (_, code) => code);

/** How long to wait before the next try, in milliseconds. */
const betweenTries = 250;

/**
 * Waits until a server answers and lets somebody run a command; gives the last answer, which is another one where time is up.
 * A key that is refused is final.
 */
export async function waitForSsh(
  target: SshTarget,
  command: string,
  options: SshOptions & { readonly each?: number },
): Promise<SshAnswer> {
  const end = performance.now() + options.within;
  for (;;) {
    const left = end - performance.now();
    const answer = await ssh(target, command, { ...options, within: Math.min(options.each ?? 20_000, left) });
    const again = answer.how === 'no-connection' || answer.how === 'timed-out';
    if (!again || performance.now() + betweenTries >= end) return answer;
    await sleep(betweenTries);
  }
}
