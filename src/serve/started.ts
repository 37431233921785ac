import { basename } from 'node:path';
import type { Request } from './requests.ts';

/** Hears requests one by one; tells when a machine has got all of these files, by their paths, itself. */
export function gotAll(files: readonly string[]): (request: Request) => boolean {
  const needed = new Set(files.map((file) => basename(file)));
  const got = new Map<string, Set<string>>();
  return ({ address = '', whole = '' }) => {
    const name = basename(whole);
    if (!needed.has(name)) return false;
    const own = (got.get(address) ?? new Set<string>()).add(name);
    got.set(address, own);
    return own.size === needed.size;
  };
}
