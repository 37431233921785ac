import { readText } from '../host.ts';
import { runFolder } from '../lib/systems/places.ts';

/**
 * The first process of a running system, as the PE sees it, by what its engine has written down in `<run>/init-pid`; process ids
 * are used again, so it must be in the system's control group. `undefined`: it does not run, or its engine writes none down.
 */
export function writtenInit(name: string): number | undefined {
  const pid = Number(readText(`${runFolder(name)}/init-pid`));
  if (!(pid > 0)) return undefined;
  return (readText(`/proc/${pid}/cgroup`) ?? '').includes(`/systems/${name}/`) ? pid : undefined;
}
