import { join, resolve } from 'node:path';
import { readText } from './disk.ts';

/** Types of public keys that OpenSSH and Dropbear know. */
const keyTypes = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
];

/** What is wrong with the text of a public key; `undefined` where nothing is. */
export function keyFault(key: string): 'private' | 'malformed' | undefined {
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(key)) return 'private';
  const match = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?: [^\n]*)?$/.exec(key.trim());
  const [, type = '', blob = ''] = match ?? [];
  if (!keyTypes.includes(type)) return 'malformed';
  // The blob begins with the length and the text of the same type (RFC 4253, section 6.6).
  const bytes = Buffer.from(blob, 'base64');
  const named = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1') : '';
  return named === type && bytes.length > 4 + type.length + 4 ? undefined : 'malformed';
}

/** Absolute path of a file that `file:` names; `~/` is the home folder. */
export function keyFilePath(file: string, dir: string, home: string | undefined): string {
  return file.startsWith('~/') && home !== undefined ? join(home, file.slice(2)) : resolve(dir, file);
}

/** The keys in a file of public keys: one a line, `#` starts a comment line; `undefined` where there is no such file. */
export function readKeyFile(path: string): string[] | undefined {
  const text = readText(path);
  if (text !== undefined && keyFault(text) === 'private') return [text];
  return text
    ?.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
