import { applySettings } from '../../../base/apply-settings.ts';
import { UserError } from '../../../base/errors.ts';
import { nameProblem, type SystemFile } from '../../../base/system.ts';
import { systemText } from '../../../base/system-file.ts';
import { makeFolders, writeFile } from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { asClone } from '../../lib/systems/snapshots.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import type { Report } from '../archive/progress.ts';
import { checkSpace } from '../archive/tree.ts';
import { change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { findSound } from '../store.ts';
import { checkTemplate } from '../templates/find.ts';
import { withIds } from '../user-ids.ts';
import { checkFree } from './create.ts';
import { changeIdentity } from './identity.ts';
import { contentOf, copyParts, sizeOfParts } from './parts.ts';
import { keepingStill } from './still.ts';

export interface CloneWish {
  readonly from: string;
  readonly to: string;
  /** Systems directory; `undefined`: that of the original. */
  readonly dir: string | undefined;
  readonly live: boolean;
  /** `memory=256MiB` … */
  readonly settings: readonly string[];
}

/** Copies a system under another name, with an identity of its own. Of an app system only what it changed is copied. */
export async function clone(
  wish: CloneWish,
  report: Report,
): Promise<{ readonly folder: string; readonly system: SystemFile; readonly notes: readonly string[] }> {
  const { from, to } = wish;
  const wrong = nameProblem(to);
  if (wrong !== undefined)
    throw new UserError({
      code: 'bad-name',
      message: `${JSON.stringify(to)} cannot be the name of a system: ${wrong}`,
    });
  if (from === to)
    throw new UserError({ code: 'same-name', message: `a copy of ${from} needs another name` });
  const found = findSound(from);
  const dir = writableDir(wish.dir ?? found.dir.path);
  const [first = from, second = to] = [from, to].sort();
  return locked(first, () =>
    locked(second, async () => {
      await recover(dir);
      checkFree(to, dir);
      const original = findSound(from);
      await checkTemplate(original.system, dir);
      const copy = asClone(original.system, Date.now());
      const { system, mistakes } = applySettings(copy.system, wish.settings);
      if (mistakes.length > 0) throw new UserError(mistakes);
      const size = await sizeOfParts(original.folder);
      await checkSpace(dir.path, size);
      await keepingStill(original, 'cloned', wish.live, () =>
        change(dir, { operation: 'clone', subject: to }, async ({ work, paths }) => {
          const fresh = `${work}/new`;
          makeFolders(fresh);
          report.begin(`copying ${from}`, size);
          await copyParts(original.folder, fresh, report);
          for (const name of contentOf(fresh)) changeIdentity(`${fresh}/${name}`, from, to);
          writeFile(`${fresh}/system.json`, toUtf8(systemText(withIds(system))));
          checkInterrupted();
          return { commit: [{ kind: 'move', from: `${paths.work}/new`, to }] };
        }),
      ).finally(() => {
        report.end();
      });
      return { folder: `${dir.path}/${to}`, system: findSound(to).system, notes: copy.notes };
    }),
  );
}
