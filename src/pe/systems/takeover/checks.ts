import { UserError } from '../../../base/errors.ts';
import { isThere, lstat } from '../../host/files.ts';
import type { Places } from '../../lib/systems/places.ts';
import { kernelFolders } from '../../lib/takeover/mounts.ts';
import { initOf, programProblem } from '../init.ts';
import type { Subject } from './subject.ts';

/** Whether a path of the PE leads onto a data volume, and not into the PE's own root, which goes. */
const isOnVolume = (path: string, { dirs, volumes }: Places): boolean =>
  [
    ...dirs.filter(({ volume }) => volume !== undefined).map(({ path: at }) => at),
    ...volumes.map(({ folder }) => folder),
  ].some((at) => path.startsWith(`${at}/`));

/** What keeps the machine from being handed over to a system, as far as it can be told without its root. */
export function subjectProblems({ dir, system, name }: Subject, places: Places): string[] {
  const problems: string[] = [];
  if (dir.volume === undefined) problems.push('it lies in memory, which goes with the PE');
  else if (dir.readOnly) {
    const why = places.volumes[dir.volume]?.readOnly ?? 'it is read-only';
    problems.push(`its disk cannot be written to: ${why}`);
  }
  for (const { from, to } of system.mounts) {
    const how = `systemx set ${name} mount-=${from}:${to}`;
    if (!isThere(from)) problems.push(`${from}, which it is to see as ${to}, is not there: ${how}`);
    else if (!isOnVolume(from, places))
      problems.push(`it is to see ${from} as ${to}, which belongs to the PE and goes with it: ${how}`);
  }
  return problems;
}

/** The same of its root, mounted at `root` or a folder there: no link in it leads out of it. */
export function rootProblems(root: string, { system }: Pick<Subject, 'system'>): string[] {
  const [init = ''] = initOf(system);
  const program = programProblem(root, init);
  return [
    ...(program === undefined ? [] : [`its init ${init} ${program}`]),
    ...kernelFolders.flatMap((name) => {
      const kind = lstat(`${root}/${name}`)?.kind ?? 'folder';
      return kind === 'folder' ? [] : [`its /${name} is a ${kind}, no folder`];
    }),
  ];
}

/** Throws `UserError` where there are problems. */
export function mustBeSound(problems: readonly string[]): void {
  if (problems.length > 0)
    throw new UserError(problems.map((message) => ({ code: 'cannot-take-over', message })));
}
