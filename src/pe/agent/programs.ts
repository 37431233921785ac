import { realPath } from '../host/files.ts';
import { exists, list, makeFolder, writeText } from '../host.ts';
import { programFunctions } from '../lib/shell-programs.ts';

const busybox = '/usr/bin/busybox';
const folders = ['/usr/sbin', '/usr/bin'];
const file = '/run/diskbios/agent-programs';

/**
 * The words before a command that make the shell carry it out with the programs that packages brought, as PATH would have
 * it. Looks for them once.
 */
export function withPrograms(): readonly string[] {
  if (!exists(file)) {
    const programs = folders
      .flatMap((folder) => list(folder).map((name) => `${folder}/${name}`))
      .filter((path) => realPath(path) !== busybox);
    makeFolder('/run/diskbios');
    writeText(file, programFunctions(programs));
  }
  return ['/bin/sh', '-c', `. ${file}; __command=$1; shift; eval "$__command"`, 'sh'];
}
