import { FailedError } from '../../../base/errors.ts';
import type { TemplateRef } from '../../../base/system.ts';
import { makeFolders } from '../../host/files.ts';
import { isMountPoint } from '../../host/mount-table.ts';
import { mount } from '../../host/tree.ts';
import type { SystemsDir } from '../../lib/systems/places.ts';
import { type FoundTemplate, knownTemplate, templateProblem } from './find.ts';

/** Images of templates are mounted here once, for all systems that stand on them. */
export const mountedTemplates = '/run/diskbios/templates';

/** The root of a template as a folder, mounted where it is an image. */
export async function rootFolder({ ref, file, root }: FoundTemplate): Promise<string> {
  if (file.form === 'folder') return root;
  const at = `${mountedTemplates}/${ref.name}@${ref.version}`;
  makeFolders(at);
  if (!isMountPoint(at))
    await mount({ what: root, at, type: file.form, options: ['ro', 'loop', 'nodev', 'nosuid'] });
  return at;
}

/** The same for what a system names. Throws `FailedError` where it is not there. */
export async function templateFolder(dir: SystemsDir, ref: TemplateRef): Promise<string> {
  const problem = await templateProblem(ref, dir);
  const found = problem === undefined ? knownTemplate(ref, dir) : undefined;
  if (found === undefined)
    throw new FailedError('no-template', problem ?? '', {
      hint: `systemx template add SOURCE --as ${ref.name}@${ref.version}`,
    });
  return rootFolder(found);
}
