import { isFolder, lstat, makeFolders, readLink } from '../../host/files.ts';
import { mounts } from '../../host/mount-table.ts';
import { mount } from '../../host/tree.ts';
import { list, readText } from '../../host.ts';
import { resolveInside } from '../../lib/systems/resolve.ts';

const layers = '/run/diskbios/livefs';

/** Layers of the livefs that are images: a folder of the initrd is deleted when the machine is handed over. */
export const imageLayers = (): string[] =>
  mounts()
    .filter(({ at, type }) => at.startsWith(`${layers}/`) && /^(squashfs|erofs)$/.test(type))
    .map(({ at }) => at);

/**
 * Shows a root the modules of the kernel that runs, which is the PE's, where it has none for it. Returns whether it has some now.
 */
export async function lendModules(root: string): Promise<boolean> {
  const release = (readText('/proc/sys/kernel/osrelease') ?? '').trim();
  const inside = resolveInside(`/lib/modules/${release}`, (path) => readLink(`${root}${path}`));
  if (release === '' || inside === undefined) return false;
  const at = `${root}${inside}`;
  if (isFolder(at) && list(at).length > 0) return true;
  const from = imageLayers()
    .map((layer) => `${layer}/usr/lib/modules/${release}`)
    .find((path) => list(path).length > 0);
  const kind = lstat(at)?.kind ?? 'folder';
  if (from === undefined || kind !== 'folder') return false;
  makeFolders(at);
  await mount({ what: from, at, options: ['bind'] });
  await mount({ what: from, at, options: ['bind', 'remount', 'ro'] });
  return true;
}
