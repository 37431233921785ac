import { isThere } from '../../host/files.ts';
import type { Target } from './engine.ts';

/** What is wrong with the extra folders that a system is to see. */
export const mountProblems = ({ name, system }: Target): string[] =>
  system.mounts
    .filter(({ from }) => !isThere(from))
    .map(
      ({ from, to }) =>
        `${from}, which it is to see as ${to}, is not there: systemx set ${name} mount-=${from}:${to}`,
    );
