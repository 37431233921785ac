import type { Request } from './requests.ts';

const needed = ['vmlinuz', 'initrd.img'];

/** Hears requests one by one; tells when a machine has got kernel and initrd. */
export function kernelAndInitrd(): (request: Request) => boolean {
  const got = new Map<string, Set<string>>();
  return ({ address = '', whole = '' }) => {
    const name = whole.slice(whole.lastIndexOf('/') + 1);
    if (!needed.includes(name)) return false;
    const files = (got.get(address) ?? new Set()).add(name);
    got.set(address, files);
    return files.size === needed.length;
  };
}
