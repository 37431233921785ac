import type { ImageConfig } from './image.ts';

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface ImageStart {
  readonly init: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** What of the image is not taken over, for a person. */
  readonly notes: readonly string[];
}

/**
 * How systems made from an image start: its program by its full path, in its working folder.
 * @param isProgram whether there is a program at an absolute path of the unpacked root
 */
export function startOf(config: ImageConfig, isProgram: (path: string) => boolean): ImageStart {
  const notes: string[] = [];
  const { env, folder, user } = config;
  const [program, ...args] = config.command;
  if (user !== '' && user !== '0' && user !== 'root' && !/^(0|root):/.test(user))
    notes.push(`it would run as user ${user}; its first process is root here, inside the system`);
  if (program === undefined) return { init: undefined, env, notes: [...notes, 'it names no program to run'] };
  const found = program.includes('/')
    ? absolute(folder, program)
    : (env['PATH'] ?? usualPath)
        .split(':')
        .map((one) => `${one}/${program}`)
        .find(isProgram);
  if (found === undefined || !isProgram(found)) {
    notes.push(`its program ${program} is not there; give systems made from it an init: init=COMMAND`);
    return { init: undefined, env, notes };
  }
  if (folder === '/' || folder === '') return { init: [found, ...args], env, notes };
  if (isProgram('/bin/sh'))
    return { init: ['/bin/sh', '-c', 'cd "$0" && exec "$@"', folder, found, ...args], env, notes };
  return { init: [found, ...args], env, notes: [...notes, `its program starts in /, not in ${folder}`] };
}

const absolute = (folder: string, program: string): string =>
  program.startsWith('/') ? program : `${folder}/${program}`.replace(/\/(\.\/)*\/*/g, '/');
