import { FailedError } from '../../../base/errors.ts';
import { livefsTemplate } from '../../../base/system.ts';
import { makeFolders } from '../../host/files.ts';
import { mountsBelow } from '../../host/mount-table.ts';
import { busybox, must } from '../../host/run.ts';
import { mount } from '../../host/tree.ts';
import { ownPid } from '../../host.ts';
import { bindMounts, overlayReadOnly } from '../../lib/systems/layering.ts';
import { ownFolders } from '../binds.ts';
import { livefsTemplateLayers } from '../livefs.ts';
import type { SoundSystem } from '../store.ts';
import { templateFolder } from '../templates/folder.ts';

/** The layers that an app system stands on, the topmost first. */
export async function templateLayers({ name, system, dir }: SoundSystem): Promise<string[]> {
  const { template } = system;
  if (template === undefined) throw new FailedError('no-template', `${name} has no template`);
  return template.name === livefsTemplate ? livefsTemplateLayers() : [await templateFolder(dir, template)];
}

/** Does something with the whole root of a system as one read-only folder, with the ids that its files have inside. */
export async function withMergedRoot<T>(
  found: SoundSystem,
  action: (root: string) => Promise<T>,
): Promise<T> {
  const { folder, system } = found;
  if (system.kind === 'os') return action(`${folder}/rootfs`);
  const run = `/run/diskbios/merged/${found.name}-${ownPid()}`;
  const root = `${run}/root`;
  makeFolders(root);
  const lower = await templateLayers(found);
  try {
    if (system.layering === 'overlay') await mount(overlayReadOnly([`${folder}/delta`, ...lower], root));
    else {
      const facts = { folder, run, root, idBase: undefined, lower };
      for (const { what, at, type, options } of bindMounts(facts, await ownFolders(facts))) {
        makeFolders(at);
        await mount({ what, at, options, ...(type === 'none' ? {} : { type }) });
      }
    }
    return await action(root);
  } finally {
    const left = mountsBelow(run);
    if (left.length > 0) await must([busybox, 'umount', ...left]);
    await must([busybox, 'rm', '-rf', '--', run]);
  }
}
