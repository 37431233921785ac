import { FailedError } from '../../../base/errors.ts';
import type { TemplateRef } from '../../../base/system.ts';
import { isFolder, isThere, makeFolders } from '../../host/files.ts';
import { isMountPoint } from '../../host/mount-table.ts';
import { mount } from '../../host/tree.ts';
import { type SystemsDir, templatesFolder } from '../../lib/systems/places.ts';

/** Images of templates are mounted here once, for all systems that stand on them. */
const mounted = '/run/diskbios/templates';

/** The root of a template as a folder, mounted where it is an image. Throws `FailedError` where it is not there. */
export async function templateFolder(dir: SystemsDir, { name, version }: TemplateRef): Promise<string> {
  const base = `${templatesFolder(dir.path)}/${name}@${version}`;
  if (isFolder(base)) return base;
  for (const type of ['squashfs', 'erofs']) {
    const image = `${base}.${type}`;
    if (!isThere(image)) continue;
    const at = `${mounted}/${name}@${version}`;
    makeFolders(at);
    if (!isMountPoint(at)) await mount({ what: image, at, type, options: ['ro', 'loop', 'nodev'] });
    return at;
  }
  throw new FailedError('no-template', `its template ${name}@${version} is not there`, {
    hint: `systemx template add ${name}`,
  });
}
