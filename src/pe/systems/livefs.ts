import { MissingError } from '../../base/errors.ts';
import { isFolder, makeFolders } from '../host/files.ts';
import { isMountPoint } from '../host/mount-table.ts';
import { mount } from '../host/tree.ts';
import { list } from '../host.ts';
import { sharedLayers } from '../lib/systems/layering.ts';

const folder = '/run/diskbios/livefs';
/** What a system on the livefs has instead of the PE's own programs and settings: an init table, a network script … */
const forSystems = '/usr/lib/diskbios/app';
const whole = '/run/diskbios/livefs-root';

/** The read-only layers of the PE's own root, the topmost first. */
export const livefsLayers = (): string[] =>
  list(folder)
    .reverse()
    .map((name) => `${folder}/${name}`);

/**
 * The livefs as a template, the topmost layer first: its packages, without what makes it this PE, such as keys, passwords,
 * services and the recipe's files. Throws `MissingError` where the image keeps all that in one layer.
 */
export function livefsTemplateLayers(): string[] {
  const shared = sharedLayers(list(folder)).map((name) => `${folder}/${name}`);
  if (shared.length === 0)
    throw new MissingError(
      "this image's livefs is no template: it is one with the PE's own settings and keys (pe.livefs: cpio)",
      'build it with pe.livefs: squashfs or erofs',
    );
  const above = livefsLayers().map((layer) => `${layer}${forSystems}`);
  return [...above.filter(isFolder), ...shared];
}

/** The same as one read-only folder. */
export async function livefsRoot(): Promise<string> {
  makeFolders(whole);
  const options = ['ro', `lowerdir=${livefsTemplateLayers().join(':')}`];
  if (!isMountPoint(whole)) await mount({ what: 'overlay', at: whole, type: 'overlay', options });
  return whole;
}
