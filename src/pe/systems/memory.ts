import { isThere, makeFolders, readAt, stat, writeFile } from '../host/files.ts';
import { list, readText, replaceFile, writeText } from '../host.ts';
import { changedPasswords, withPasswords } from '../lib/systems/passwords.ts';
import { peFolder, type SystemsDir } from '../lib/systems/places.ts';
import { renameDurably, writeDurably } from './durable.ts';
import { livefsLayers } from './livefs.ts';

/** What the PE remembers in `.pe/` of the home directory: host keys, machine id, changed passwords. */

const dropbear = '/etc/dropbear';
const hostKey = /^dropbear_\w+_host_key$/;
const keySize = 16_384; // far more than the largest has
/** Hash of the password that is made at boot where the recipe gives none; must never be remembered. */
export const oneTimeHashPath = '/run/diskbios/one-time-hash';
/** Hash that came with the personal settings, which may come with another one next time. */
export const personalHashPath = '/run/diskbios/personal-hash';

export interface Recalled {
  readonly problems: readonly string[];
  /** A person has given root a password of their own. */
  readonly rootPassword: boolean;
  /** An SSH server that runs already shows other keys: the volume came late. */
  readonly hostKeysReplaced: boolean;
}

/** Puts what is remembered into place. What is damaged is left out and named. */
export async function recall(dir: SystemsDir): Promise<Recalled> {
  const folder = peFolder(dir.path);
  await recallMachineId(dir);
  let hostKeysReplaced = false;
  for (const name of list(`${folder}/host-keys`).filter((one) => hostKey.test(one))) {
    const [from, to] = [`${folder}/host-keys/${name}`, `${dropbear}/${name}`];
    if (isThere(to) && sameBytes(from, to)) continue;
    hostKeysReplaced ||= isThere(to);
    copyKey(from, to);
  }
  const kept = readText(`${folder}/shadow`);
  const shadow = kept === undefined ? undefined : withPasswords(readText('/etc/shadow') ?? '', kept);
  if (shadow !== undefined && shadow.users.length > 0) replaceFile('/etc/shadow', shadow.text, 0o600);
  return {
    problems: (shadow?.problems ?? []).map((problem) => `${folder}/shadow: ${problem}`),
    rootPassword: shadow?.users.includes('root') === true,
    hostKeysReplaced,
  };
}

async function recallMachineId(dir: SystemsDir): Promise<void> {
  const folder = peFolder(dir.path);
  let id = (readText(`${folder}/machine-id`) ?? '').trim();
  if (!/^[0-9a-f]{32}$/.test(id)) {
    if (dir.readOnly) return;
    id = (readText('/proc/sys/kernel/random/uuid') ?? '').trim().replaceAll('-', '');
    makeFolders(folder, 0o700);
    await writeDurably(`${folder}/machine-id`, `${id}\n`);
  }
  writeText('/etc/machine-id', `${id}\n`);
}

function sameBytes(a: string, b: string): boolean {
  const [one, other] = [readAt(a, 0, keySize), readAt(b, 0, keySize)];
  return one?.length === other?.length && one?.every((byte, i) => byte === other?.[i]) === true;
}

function copyKey(from: string, to: string): void {
  const bytes = readAt(from, 0, keySize);
  if (bytes === undefined || bytes.length === 0) return;
  makeFolders(to.slice(0, to.lastIndexOf('/')), 0o700);
  writeFile(to, new Uint8Array(bytes), { mode: 0o600, durable: true });
}

/** Changes when /etc/shadow does. */
export function shadowStamp(): string {
  const found = stat('/etc/shadow');
  return `${found?.mtime ?? 0} ${found?.ino ?? 0} ${found?.size ?? 0}`;
}

/** Keeps passwords that a person has changed. True: there was something to keep. */
export async function keepPasswords(dir: SystemsDir): Promise<boolean> {
  if (dir.readOnly) return false;
  const image =
    livefsLayers()
      .map((layer) => readText(`${layer}/etc/shadow`))
      .find((text) => text !== undefined) ?? '';
  const madeHere = [oneTimeHashPath, personalHashPath].map((path) => readText(path)?.trim());
  const now = changedPasswords(image, readText('/etc/shadow') ?? '', ...madeHere);
  const path = `${peFolder(dir.path)}/shadow`;
  if (now === (readText(path) ?? '')) return false;
  makeFolders(peFolder(dir.path), 0o700);
  await writeDurably(path, now, 0o600);
  return true;
}

/** Keeps host keys that dropbear has made for itself. Those that are kept already stay as they are. */
export async function keepHostKeys(dir: SystemsDir): Promise<boolean> {
  if (dir.readOnly) return false;
  const folder = `${peFolder(dir.path)}/host-keys`;
  const fresh = list(dropbear).filter((name) => hostKey.test(name) && !isThere(`${folder}/${name}`));
  for (const name of fresh) {
    makeFolders(folder, 0o700);
    copyKey(`${dropbear}/${name}`, `${folder}/${name}.new`);
    await renameDurably(`${folder}/${name}.new`, `${folder}/${name}`);
  }
  return fresh.length > 0;
}
