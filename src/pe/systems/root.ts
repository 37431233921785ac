import { FailedError } from '../../base/errors.ts';
import { livefsTemplate } from '../../base/system.ts';
import { makeFolders } from '../host/files.ts';
import { isMountPoint, mountsBelow } from '../host/mount-table.ts';
import { mount, unmount } from '../host/tree.ts';
import { list } from '../host.ts';
import { overlayMount } from '../lib/systems/layering.ts';
import { templatesFolder } from '../lib/systems/places.ts';
import type { Target } from './engines/engine.ts';

const livefs = '/run/diskbios/livefs';

/** The read-only layers of the PE's own root, the topmost first. */
export const livefsLayers = (): string[] =>
  list(livefs)
    .reverse()
    .map((name) => `${livefs}/${name}`);

/** The read-only layers that an app system stands on, the topmost first. */
function lowerLayers(target: Target): string[] {
  const { template } = target.system;
  if (template === undefined) throw new FailedError('no-template', `${target.name} has no template`);
  if (template.name === livefsTemplate) return livefsLayers();
  return [`${templatesFolder(target.dir.path)}/${template.name}@${template.version}`];
}

/** Puts the root of a system together at `target.root`. */
export async function mountRoot(target: Target): Promise<void> {
  makeFolders(target.root);
  if (target.system.kind === 'os') {
    await mount({ what: `${target.folder}/rootfs`, at: target.root, options: ['bind'] });
    return;
  }
  const upper = `${target.folder}/delta`;
  const work = `${target.folder}/work`;
  makeFolders(work);
  await mount(overlayMount({ lower: lowerLayers(target), upper, work }, target.root));
}

/** Takes away all that is mounted for a run of a system; what is in use goes when its last user does. */
export async function unmountRoot(target: Pick<Target, 'run'>): Promise<void> {
  for (const at of mountsBelow(target.run)) {
    try {
      await unmount(at);
    } catch {
      await unmount(at, { lazily: true });
    }
  }
}

const whole = '/run/diskbios/livefs-root';

/** The PE's own root as it was in the image, as one read-only folder. */
export async function livefsRoot(): Promise<string> {
  makeFolders(whole);
  const options = ['ro', `lowerdir=${livefsLayers().join(':')}`];
  if (!isMountPoint(whole)) await mount({ what: 'overlay', at: whole, type: 'overlay', options });
  return whole;
}
