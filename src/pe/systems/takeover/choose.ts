import { UserError } from '../../../base/errors.ts';
import { parseJson } from '../../../base/parse-json.ts';
import type { PeConfig } from '../../../base/pe-config.ts';
import { readText } from '../../host.ts';
import { usualLabel } from '../../lib/systems/data-volumes.ts';
import type { BootEntries } from '../../lib/systems/grubenv.ts';
import { refreshBootEntries } from '../boot-entries.ts';
import { home, readPlaces, writableDir } from '../places.ts';
import { mustBeReady } from './look.ts';
import { subjectOf } from './subject.ts';

const byParameter =
  'it can be handed over to by the kernel command line: diskbios.mode=takeover diskbios.system=';

/** Throws with all that keeps the machine from being handed over to a system by the boot menu. */
export async function checkSystem(name: string): Promise<void> {
  const places = readPlaces();
  const dir = writableDir(undefined, places);
  await mustBeReady(subjectOf(name, places), places);
  const problem = menuProblem(dir.path, places.volumes[dir.volume ?? -1]?.label);
  if (problem !== undefined)
    throw new UserError({ code: 'not-in-menu', message: problem, hint: `${byParameter}${name}` });
}

/** Has the boot menu hand the machine over to a system that was checked: `usual`: from now on; `once`: the next time. */
export async function chooseSystem(name: string, when: 'usual' | 'once'): Promise<BootEntries> {
  const places = readPlaces();
  const key = when === 'once' ? 'once' : 'default';
  const now = await refreshBootEntries(places, () => ({ [key]: name }));
  if (now[key] === name) return now;
  throw new UserError({
    code: 'not-in-menu',
    message: `the boot menu knows no system ${name}: only those of ${home(places).path} are in it, and of these as many as it has room for`,
    hint: `${byParameter}${name}`,
  });
}

/** The next boots are those of the PE. */
export const chooseNone = (): Promise<BootEntries> =>
  refreshBootEntries(readPlaces(), () => ({ default: undefined, once: undefined }));

/** The menu looks at one place only, whatever the kernel command line says. */
function menuProblem(path: string, label: string | undefined): string | undefined {
  const { systemsDir = '' } = (parseJson(readText('/etc/diskbios/pe.json')) ?? {}) as Partial<PeConfig>;
  const [usual] = systemsDir.split(',');
  if (label !== usualLabel)
    return `the boot menu finds the data volume by the label ${usualLabel}, and this one is labelled '${label ?? ''}'`;
  if (path !== usual)
    return `the boot menu looks in ${usual ?? ''}, and the systems of this boot are in ${path}`;
  return undefined;
}
