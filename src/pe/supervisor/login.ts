import { decode } from '../../base/decode.ts';
import type { PeConfig } from '../../base/pe-config.ts';
import { closeFd, makePipe, readText, replaceFile, run, writeFd } from '../host.ts';
import { oneTimePassword, randomBytes, withRootHash } from '../lib/password.ts';
import { oneTimeHashPath } from '../systems/memory.ts';
import { log } from './log.ts';

const remembered = '/run/diskbios/one-time-password';

async function hash(password: string, salt: string): Promise<string> {
  const pipe = makePipe();
  if (pipe === undefined) throw new Error('no pipe');
  writeFd(pipe.write, `${password}\n`);
  closeFd(pipe.write);
  // The fewest rounds: they make guessing a weak password slow, and this one has 60 random bits.
  const made = run(['/usr/bin/busybox', 'mkpasswd', '-m', 'sha256', '-S', `rounds=1000$${salt}`, '-P', '0'], {
    stdin: pipe.read,
  });
  closeFd(pipe.read);
  return decode((await made).bytes).trim();
}

/**
 * Where the recipe gives root neither a password nor keys: makes a password for this boot and puts its hash into
 * /etc/shadow, which lies in memory; but not where a person has set one that is remembered. Waits until the kernel's random numbers are good. Resolves to the password.
 */
export async function prepareLogin(config: PeConfig, ownPassword: boolean): Promise<string | undefined> {
  if (config.rootLogin !== 'one-time' || ownPassword) return undefined;
  const before = readText(remembered)?.trim();
  if (before !== undefined && before !== '') return before;
  try {
    const { bytes } = await run(['/usr/bin/busybox', 'head', '-c', String(randomBytes), '/dev/random']);
    const { password, salt } = oneTimePassword(bytes);
    const made = await hash(password, salt);
    // Written first: whoever keeps changed passwords must know this one.
    replaceFile(oneTimeHashPath, `${made}\n`, 0o600);
    replaceFile('/etc/shadow', withRootHash(readText('/etc/shadow') ?? '', made), 0o600);
    replaceFile(remembered, `${password}\n`, 0o600);
    return password;
  } catch (error) {
    log(`no one-time password could be made: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
