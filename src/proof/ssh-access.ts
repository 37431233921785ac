import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import type { Agent } from '../boot/agent.ts';
import { makeSshKey, type SshKey } from '../boot/ssh.ts';
import type { QemuTools } from '../boot/tools.ts';
import { run } from '../sys/run.ts';

/** The key that tests log in with. */
export interface SshAccess {
  /** Whether it was given (`--ssh-key`): then images let it in by themselves. */
  readonly given: boolean;
  /** Made, or made readable for our client, when it is first asked for. */
  key(): Promise<SshKey>;
}

/** Access with a key made for this run, kept in `dir`, or with a given one. */
export function sshAccess(
  tools: Pick<QemuTools, 'program'>,
  dir: string,
  given: string | undefined,
): SshAccess {
  let made: Promise<SshKey> | undefined;
  const make = (): Promise<SshKey> =>
    given === undefined
      ? makeSshKey(tools, dir, 'key', 'diskbios-test')
      : readableKey(tools, given, join(dir, 'key'));
  return { given: given !== undefined, key: () => (made ??= make()) };
}

/** Our client reads only its own form of keys. */
async function readableKey(tools: Pick<QemuTools, 'program'>, given: string, file: string): Promise<SshKey> {
  const forms = ['openssh', 'dropbear'];
  for (const form of forms) {
    const argv = tools.program('dropbearconvert', form, 'dropbear', given, file);
    const converted = await run(argv).then(
      () => true,
      () => false,
    );
    if (converted) return { file, line: '' };
  }
  throw new FailedError('bad-ssh-key', `${given} is no private key that can be read`, {
    hint: 'it must be an OpenSSH or dropbear key without a passphrase',
  });
}

/** Lets a key in for one user of a running PE, until it is restarted. */
export async function letKeyIn(agent: Agent, user: string, key: SshKey, within: number): Promise<void> {
  const script = [
    'set -e',
    `home=$(awk -F: '$1 == "${user}" { print $6 }' /etc/passwd)`,
    `[ -n "$home" ] || { echo 'there is no user ${user}' >&2; exit 1; }`,
    'umask 077',
    'mkdir -p "$home/.ssh"',
    `printf '%s\\n' '${key.line}' >> "$home/.ssh/authorized_keys"`,
    `chown -R ${user} "$home/.ssh"`,
  ].join('\n');
  const { status, stderr } = await agent.run(script, { within });
  if (status === 0) return;
  throw new FailedError('ssh-key-not-let-in', `the key of the test cannot be let in: ${stderr.trim()}`);
}
