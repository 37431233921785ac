import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../base/errors.ts';
import { hostnameProblem, type PersonalSettings, passwordHashProblem } from '../../base/personal.ts';
import { nameProblem } from '../../base/system.ts';
import { keyFault, keyFilePath, readKeyFile } from '../../recipe/ssh-keys.ts';
import { networkOf } from './network.ts';
import type { RawSettings } from './settings-file.ts';

/** What reading settings needs of the machine. */
export interface SettingsSources {
  readonly home: string | undefined;
  readonly stdin: () => string;
}

/** Checks settings and notes every mistake. Of what is secret, nothing is in the notes. */
export function checkedSettings(
  raw: RawSettings,
  sources: SettingsSources,
  mistakes: Diagnostic[],
): PersonalSettings {
  const { hostname, sshKeys, passwordHash, network, systems } = raw;
  const wrongName = hostname === undefined ? undefined : hostnameProblem(hostname);
  if (hostname !== undefined && wrongName !== undefined) {
    mistakes.push({ code: 'bad-hostname', message: `--hostname ${hostname}: it ${wrongName}` });
  }
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(sshKeys === undefined ? {} : { sshKeys: keysOf(sshKeys, raw.dir, sources, mistakes) }),
    ...(passwordHash === undefined ? {} : { passwordHash: hashOf(passwordHash, raw.dir, sources, mistakes) }),
    ...(network === undefined ? {} : { network: networkOf(network, mistakes) }),
    ...(systems === undefined ? {} : { autostart: namesOf(systems, mistakes) }),
  };
}

function keysOf(
  given: readonly string[],
  dir: string,
  { home, stdin }: SettingsSources,
  mistakes: Diagnostic[],
): readonly string[] {
  const found = given.flatMap((text) => {
    const isText = /^\S+ \S/.test(text.trim()) || keyFault(text) === 'private';
    const from = text === '-' ? 'standard input' : isText ? 'the text' : text;
    const keys =
      text === '-' ? keyLines(stdin()) : isText ? [text.trim()] : readKeyFile(keyFilePath(text, dir, home));
    const mistake = (what: string, hint?: string): void => {
      const expected = 'a public key, or a file of such, as ~/.ssh/id_ed25519.pub';
      mistakes.push({ code: 'bad-ssh-key', message: `--ssh-key: ${what}`, expected, hint });
    };
    if (keys === undefined) mistake(`there is no file ${text}`);
    else if (keys.length === 0) mistake(`${from} holds no key`);
    else if (keys.some((key) => keyFault(key) === 'private'))
      mistake(`${from} is a private key, which must stay where it is`, 'give the file that ends in .pub');
    else if (keys.some((key) => keyFault(key) !== undefined)) mistake(`${from} is no public key`);
    return keys ?? [];
  });
  return [...new Set(found)];
}

const keyLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** What was given may be a password by mistake: it is shown nowhere. */
function hashOf(text: string, dir: string, { stdin }: SettingsSources, mistakes: Diagnostic[]): string {
  const hash = text.startsWith('$') ? text : text === '-' ? stdin().trim() : fileText(resolve(dir, text));
  const wrong =
    hash === undefined ? 'is neither a password hash nor a file with one' : passwordHashProblem(hash);
  if (wrong !== undefined) {
    mistakes.push({
      code: 'bad-password-hash',
      message: `--password-hash: what was given ${wrong}`,
      expected: 'a hash, a file with one, or - for standard input',
      hint: 'make one with: openssl passwd -6',
    });
  }
  return hash ?? '';
}

function fileText(path: string): string | undefined {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
  } catch {
    return undefined;
  }
}

function namesOf(text: string, mistakes: Diagnostic[]): readonly string[] {
  const names = text === 'none' ? [] : text.split(',').map((name) => name.trim());
  for (const name of names) {
    const wrong = nameProblem(name);
    if (wrong === undefined) continue;
    const message = `--systems ${text}: ${JSON.stringify(name)} cannot be the name of a system: ${wrong}`;
    mistakes.push({ code: 'bad-name', message, expected: 'names with commas, or none' });
  }
  return [...new Set(names)];
}
