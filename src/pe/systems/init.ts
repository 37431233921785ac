import type { SystemFile } from '../../base/system.ts';
import { readAt, readLink, stat } from '../host/files.ts';
import { elfFacts, scriptInterpreter } from '../lib/elf.ts';
import { type InitKind, initKind } from '../lib/systems/init-kind.ts';
import { resolveInside } from '../lib/systems/resolve.ts';

/** The command of a system's first process. */
export const initOf = ({ init }: SystemFile): readonly string[] => init ?? ['/sbin/init'];

/** Path in the PE of a path inside a root, its links followed as seen from inside; `undefined`: they go in a circle. */
function outside(root: string, path: string): string | undefined {
  const inside = resolveInside(path, (at) => readLink(`${root}${at}`));
  return inside === undefined ? undefined : `${root}${inside}`;
}

const headSize = 4096;
const deepest = 4;

/**
 * Why a program inside a root cannot be run on this machine, in words that follow its path; `undefined` where it can. Looks at
 * what the kernel looks at: that it is there and executable, the processor it is for, and the same of its interpreter.
 */
export function programProblem(root: string, path: string, depth = 0): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path';
  const at = outside(root, path);
  const found = at === undefined ? undefined : stat(at);
  if (at === undefined || found === undefined) return 'is not there';
  if (found.kind !== 'file') return `is a ${found.kind}, no program`;
  if ((found.mode & 0o111) === 0) return 'is not executable';
  const head = readAt(at, 0, headSize) ?? new Uint8Array();
  const script = scriptInterpreter(head);
  const elf = elfFacts(head);
  if (script === undefined && elf === undefined) return 'is neither a program nor a script';
  if (elf !== undefined && !runsHere(elf.machine)) return 'is for another kind of processor';
  const interpreter = script ?? elf?.interpreter;
  if (interpreter === undefined || depth >= deepest) return undefined;
  const wrong = programProblem(root, interpreter, depth + 1);
  return wrong === undefined ? undefined : `needs ${interpreter}, which ${wrong}`;
}

const i386 = 3;
const x86_64 = 62;

function runsHere(machine: number): boolean {
  const own = elfFacts(readAt('/proc/self/exe', 0, headSize) ?? new Uint8Array())?.machine;
  return machine === own || (own === x86_64 && machine === i386);
}

/** Which init a system has. */
export function kindOfInit(root: string, system: SystemFile): InitKind {
  const command = initOf(system);
  const inside = resolveInside(command[0] ?? '', (at) => readLink(`${root}${at}`));
  return initKind(command, inside ?? '', (path) => {
    const at = outside(root, path);
    return at !== undefined && stat(at) !== undefined;
  });
}

/** What keeps the first process of a system from being started. */
export function initProblems(name: string, root: string, system: SystemFile): string[] {
  const [program = ''] = initOf(system);
  const wrong = programProblem(root, program);
  return wrong === undefined ? [] : [`its init ${program} ${wrong}: systemx set ${name} init=COMMAND`];
}
