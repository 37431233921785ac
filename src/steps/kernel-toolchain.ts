import { MissingError } from '../base/errors.ts';
import type { StepNode } from '../plan/types.ts';
import { findProgram, run } from '../sys/run.ts';

/** What builds a kernel. */
export type Toolchain =
  /** That of the lock, in a root of its own. */
  | { readonly kind: 'pinned'; readonly node: StepNode }
  /** That of this machine, where processes get no root of their own; the first line of what each says its version is. */
  | { readonly kind: 'host'; readonly versions: Readonly<Record<string, string>> };

export type HostToolchain = Extract<Toolchain, { kind: 'host' }>;

const programs = ['gcc', 'ld', 'make', 'flex', 'bison', 'bc', 'perl', 'tar', 'xz', 'flock'] as const;

const packages =
  'sudo apt-get install build-essential flex bison bc perl xz-utils libelf-dev libssl-dev libncurses-dev util-linux';

/** This machine's programs for building kernels, with their versions. Throws `MissingError` where one is not there. */
export async function hostToolchain(): Promise<HostToolchain> {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0)
    throw new MissingError(
      `to build a kernel, ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing; no user namespaces are allowed here, so the pinned ones cannot be used`,
      packages,
    );
  const versions = await Promise.all(
    programs.map(async (name) => {
      const { stdout, stderr } = await run([name, '--version'], { okCodes: [0, 1] });
      const [first = ''] = (stdout === '' ? stderr : stdout).trim().split('\n');
      return [name, first] as const;
    }),
  );
  return { kind: 'host', versions: Object.fromEntries(versions) };
}
