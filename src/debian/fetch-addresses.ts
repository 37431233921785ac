import { FailedError } from '../base/errors.ts';
import type { Mirrors } from './mirror.ts';
import type { LockedPackage } from './package.ts';

/** Where to look for a package, in order: its own mirror, then the snapshot mirror. */
export function addressesOf(item: LockedPackage, mirrors: Mirrors): string[] {
  const bases = [baseOf(item, mirrors), ...snapshotsOf(item, mirrors)];
  return [...new Set(bases)].map((base) => `${base}/${encodePath(item.path)}`);
}

function baseOf(item: LockedPackage, mirrors: Mirrors): string {
  if (item.source === 'debian') return mirrors.main;
  if (item.source === 'security') return mirrors.security;
  const base = mirrors.repositories[item.source];
  if (base !== undefined) return base;
  throw new FailedError(
    'no-repository',
    `${item.name} comes from the repository ${item.source}, which the recipe lacks`,
    {
      hint: 'bring the lock up to date with `diskbios lock`',
    },
  );
}

function snapshotsOf(item: LockedPackage, { snapshot, repositories }: Mirrors): string[] {
  if (snapshot === undefined || repositories[item.source] !== undefined) return [];
  if (item.source !== 'security') return [snapshot];
  // Snapshot mirrors keep the security archive in a folder of its own beside the main one.
  return [snapshot.replace(/\/debian(?=\/|$)/, '/debian-security'), snapshot];
}

/** As apt does; some servers take a bare `+` for a space. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
