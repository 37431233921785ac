import { FailedError, UserError } from '../../../base/errors.ts';
import { formatBytes } from '../../../base/sizes.ts';
import { fileOf, rootOf } from '../../../base/template-file.ts';
import { makeFolders } from '../../host/files.ts';
import { isMountPoint, mounts } from '../../host/mount-table.ts';
import { unmount } from '../../host/tree.ts';
import { sha256OfFile } from '../archive/hash.ts';
import type { Report } from '../archive/progress.ts';
import { checksumOfFolder } from '../archive/tree.ts';
import { change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { type FoundTemplate, findTemplate } from './find.ts';
import { mountedTemplates } from './folder.ts';
import { usersOf } from './users.ts';

/** The checksum of a template as it is now. */
export async function presentChecksum({ ref, file, root }: FoundTemplate, report: Report): Promise<string> {
  report.begin(`${ref.name}@${ref.version}`, file.size);
  try {
    return file.form === 'folder' ? await checksumOfFolder(root, report) : await sha256OfFile(root);
  } finally {
    report.end();
  }
}

/** Removes a template that nobody lives on. Throws `UserError` where somebody does. */
export async function removeTemplate(wanted: string): Promise<FoundTemplate> {
  const found = await findTemplate(wanted);
  const { ref, file, place } = found;
  const name = `${ref.name}@${ref.version}`;
  if (wanted !== name)
    throw new UserError({
      code: 'no-version',
      message: `to remove a template, its version must be named: ${name} (${formatBytes(file.size)})`,
    });
  if (place.dir === undefined)
    throw new FailedError('read-only', `${name} lies on ${place.path}, which is only read`);
  const dir = writableDir(place.dir.path);
  return locked(`*${place.path}`, async () => {
    await recover(dir);
    const users = usersOf(ref);
    if (users.length > 0)
      throw new UserError({
        code: 'in-use',
        message: `${name} is in use by ${users.join(', ')}`,
        hint: 'systemx destroy them first; nothing else can live on in their place',
      });
    const at = `${mountedTemplates}/${name}`;
    if (isMountPoint(at)) await unmount(at);
    const used = mounts().find(({ what, options }) =>
      [what, ...options].some((word) => word.includes(found.root)),
    );
    if (used !== undefined)
      throw new FailedError('in-use', `${name} is mounted at ${used.at}`, { hint: `umount ${used.at}` });
    await change(dir, { operation: 'removal of the template', subject: name }, ({ work, paths }) => {
      makeFolders(`${work}/old`);
      return Promise.resolve({
        commit: [
          { kind: 'move', from: `.templates/${fileOf(file)}`, to: `${paths.work}/old/json` },
          { kind: 'move', from: `.templates/${rootOf(file)}`, to: `${paths.work}/old/root` },
        ],
      });
    });
    return found;
  });
}
