import { UserError } from '../../../base/errors.ts';
import { nameProblem } from '../../../base/system.ts';
import { systemText } from '../../../base/system-file.ts';
import { lstat } from '../../host/files.ts';
import { readText } from '../../host.ts';
import type { CommitStep } from '../../lib/systems/journal.ts';
import { change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { mustBeOff } from '../running.ts';
import { findSystem, isSound, listSystems } from '../store.ts';
import { checkFree } from './create.ts';

/** Gives a system another name, and tells those that start after it, and the system itself where its host name was the old one. */
export async function rename(from: string, to: string): Promise<void> {
  const { dir, folder } = findSystem(from);
  const wrong = nameProblem(to);
  if (wrong !== undefined)
    throw new UserError({
      code: 'bad-name',
      message: `${JSON.stringify(to)} cannot be the name of a system: ${wrong}`,
    });
  writableDir(dir.path);
  const [first = from, second = to] = [from, to].sort();
  await locked(first, () =>
    locked(second, async () => {
      await recover(dir);
      mustBeOff(from, 'renamed');
      checkFree(to, dir);
      const followers = listSystems()
        .filter(isSound)
        .filter((one) => one.dir.path === dir.path && one.name !== from && one.system.after.includes(from))
        .map(
          ({ name, system }): CommitStep => ({
            kind: 'write',
            path: `${name}/system.json`,
            text: systemText({ ...system, after: system.after.map((one) => (one === from ? to : one)) }),
          }),
        );
      const hostnames = ['delta', 'rootfs'].flatMap((root): CommitStep[] =>
        hasOwnHostname(folder, root, from)
          ? [{ kind: 'write', path: `${to}/${root}/etc/hostname`, text: `${to}\n` }]
          : [],
      );
      await change(dir, { operation: 'rename', subject: from }, () =>
        Promise.resolve({ commit: [{ kind: 'move', from, to }, ...followers, ...hostnames] }),
      );
    }),
  );
}

/** A link inside a system may lead anywhere in the PE, so none is followed. */
function hasOwnHostname(folder: string, root: string, name: string): boolean {
  const kinds = [root, `${root}/etc`, `${root}/etc/hostname`].map((path) => lstat(`${folder}/${path}`)?.kind);
  return kinds.join() === 'folder,folder,file' && readText(`${folder}/${root}/etc/hostname`)?.trim() === name;
}
