import { lstat } from '../host/files.ts';

/** Of util-linux: busybox's cannot map ids. A link would be busybox. */
export const mountProgram = '/usr/bin/mount';
const mapsIds = (): boolean => lstat(mountProgram)?.kind === 'file';

/** Why unprivileged systems cannot have ids of their own here, with what to do; `undefined` where they can. */
export const idMapProblem = (): string | undefined =>
  mapsIds() ? undefined : 'this PE has no mount program that maps ids; add the package mount to the recipe';
