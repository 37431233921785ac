import type { SystemFile, SystemKind } from '../../../base/system.ts';
import { isThere, lstat, makeFolders, readLink, writeFile } from '../../host/files.ts';
import { readText } from '../../host.ts';
import { resolveInside } from '../../lib/systems/resolve.ts';
import { seedFiles } from '../../lib/systems/seed.ts';
import { toUtf8 } from '../../lib/utf8.ts';

export const freshMachineId = (): string =>
  (readText('/proc/sys/kernel/random/uuid') ?? '').trim().replaceAll('-', '');

/** Place in the PE of a file in a root that others may have filled; its links are followed as seen from inside. */
function inside(root: string, path: string): string | undefined {
  const at = path.lastIndexOf('/');
  const folder = resolveInside(path.slice(0, at), (link) => readLink(`${root}${link}`));
  if (folder === undefined) return undefined;
  const place = `${root}${folder}`;
  makeFolders(place);
  return lstat(place)?.kind === 'folder' ? `${place}/${path.slice(at + 1)}` : undefined;
}

/** Writes what makes a root a system of its own: host name and machine id. A root that has no place for them stays without. */
export function giveIdentity(
  root: string,
  facts: { readonly name: string; readonly kind: SystemKind; readonly fromLivefs: boolean },
): void {
  for (const file of seedFiles({ ...facts, machineId: freshMachineId() })) {
    const at = inside(root, `/${file.path}`);
    if (at !== undefined && lstat(at)?.kind !== 'folder')
      writeFile(at, toUtf8(file.text), { mode: file.mode });
  }
}

/** The same for a copy: its host name is changed where it was the original's name, and its line in /etc/hosts. */
export function changeIdentity(root: string, from: string, to: string): void {
  const write = (path: string, text: string, mode: number): void => {
    const at = inside(root, path);
    if (at !== undefined) writeFile(at, toUtf8(text), { mode });
  };
  const read = (path: string): string | undefined => {
    const at = inside(root, path);
    return at !== undefined && lstat(at)?.kind === 'file' ? readText(at) : undefined;
  };
  if (read('/etc/hostname')?.trim() === from) write('/etc/hostname', `${to}\n`, 0o644);
  const hosts = read('/etc/hosts');
  const renamed = hosts?.replaceAll(new RegExp(`^(127\\.0\\.1\\.1[ \\t]+)${from}$`, 'gm'), `$1${to}`);
  if (renamed !== undefined && renamed !== hosts) write('/etc/hosts', renamed, 0o644);
  if (isThere(`${root}/etc`)) write('/etc/machine-id', `${freshMachineId()}\n`, 0o444);
}

/**
 * What a system's own files must say for this run, since its init goes by them: a host name that was set, and, where it shares
 * the PE's network, the PE's name servers. A resolv.conf that is a link belongs to a program inside, and stays.
 */
export function fitToRun(
  root: string,
  { hostname, network }: Pick<SystemFile, 'hostname' | 'network'>,
): void {
  const write = (path: string, text: string): void => {
    const at = inside(root, path);
    const found = at === undefined ? undefined : lstat(at)?.kind;
    if (at === undefined || (found !== undefined && found !== 'file') || readText(at) === text) return;
    writeFile(at, toUtf8(text), { mode: 0o644 });
  };
  if (hostname !== undefined) write('/etc/hostname', `${hostname}\n`);
  const resolver = network.kind === 'host' ? readText('/etc/resolv.conf') : undefined;
  if (resolver !== undefined) write('/etc/resolv.conf', resolver);
}
