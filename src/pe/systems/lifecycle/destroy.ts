import { FailedError } from '../../../base/errors.ts';
import { mountsBelow } from '../../host/mount-table.ts';
import { change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { mustBeOff } from '../running.ts';
import { findSystem } from '../store.ts';

/** Removes a system, a broken one too, with all that is in it. It is gone at once; its space is freed after that. */
export async function destroy(name: string): Promise<void> {
  const { dir, folder } = findSystem(name);
  writableDir(dir.path);
  await locked(name, async () => {
    await recover(dir);
    mustBeOff(name, 'destroyed');
    const [mounted] = mountsBelow(folder);
    if (mounted !== undefined)
      throw new FailedError(
        'mounted',
        `something is mounted in it, at ${mounted}, that would be emptied too`,
        {
          hint: `umount ${mounted}`,
        },
      );
    await change(dir, { operation: 'destroy', subject: name }, ({ paths }) =>
      Promise.resolve({ commit: [{ kind: 'move', from: name, to: paths.trash }] }),
    );
  });
}
