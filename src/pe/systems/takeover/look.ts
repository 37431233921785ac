import { livefsTemplate } from '../../../base/system.ts';
import { isFolder, makeFolders } from '../../host/files.ts';
import { isMountPoint } from '../../host/mount-table.ts';
import { mount, unmount } from '../../host/tree.ts';
import type { Places } from '../../lib/systems/places.ts';
import { livefsTemplateLayers } from '../livefs.ts';
import { targetOf } from '../target.ts';
import { templateFolder } from '../templates/folder.ts';
import { mustBeSound, rootProblems, subjectProblems } from './checks.ts';
import type { Subject } from './subject.ts';

const folder = '/run/diskbios/look';

/**
 * Checks in a PE that runs what a boot with `diskbios.mode=takeover` checks, as far as that changes nothing and runs nothing of
 * the system. Throws with all that is wrong.
 */
export async function mustBeReady(subject: Subject, places: Places): Promise<void> {
  mustBeSound(subjectProblems(subject, places));
  if (subject.root !== undefined) {
    mustBeSound(rootProblems(subject.root, subject));
    return;
  }
  const { root } = targetOf(subject);
  if (isMountPoint(root)) mustBeSound(rootProblems(root, subject));
  else
    await readOnly(subject, (at) => {
      mustBeSound(rootProblems(at, subject));
    });
}

/** An app system as it would be, without a first process and without a change to it. */
async function readOnly(subject: Subject, look: (root: string) => void): Promise<void> {
  const { template } = subject.system;
  if (template === undefined) return;
  const layers =
    template.name === livefsTemplate ? livefsTemplateLayers() : [await templateFolder(subject.dir, template)];
  const delta = `${subject.folder}/delta`;
  const lower = [...(isFolder(delta) ? [delta] : []), ...layers];
  // An overlay has two layers at least.
  if (lower.length === 1) lower.push(...lower);
  makeFolders(folder);
  await mount({
    what: 'overlay',
    at: folder,
    type: 'overlay',
    options: ['ro', `lowerdir=${lower.join(':')}`],
  });
  try {
    look(folder);
  } finally {
    await unmount(folder);
  }
}
