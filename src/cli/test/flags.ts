import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { type Diagnostic, UserError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';
import { type AcceleratorKind, acceleratorKinds } from '../../boot/spec.ts';
import { isNetbootFolder } from '../../recipe/tests/media-files.ts';
import type { ProgressFlags } from '../options.ts';

/** The options of `test` as commander gives them. */
export interface TestFlags extends ProgressFlags {
  readonly filter?: string;
  readonly jobs?: string;
  readonly repeat: string;
  readonly bail?: true;
  readonly list?: true;
  readonly tests?: string;
  readonly junit?: string;
  readonly json?: true;
  readonly output: string;
  readonly artifacts?: string;
  readonly keep?: true;
  readonly accel: string;
  readonly sshKey?: string;
  readonly locked?: true;
  readonly set: readonly string[];
  readonly mirror?: string;
}

/** What is to be tested: a file on the command line. */
export interface Named {
  readonly kind: 'recipe' | 'image';
  /** As it was written. */
  readonly given: string;
}

/** The options of `test` after checking; nothing in it is optional by accident. Paths are absolute. */
export interface TestWish {
  readonly subjects: readonly Named[];
  readonly filter: string | undefined;
  /** Guests at once; `undefined`: as the machine allows. */
  readonly jobs: number | undefined;
  readonly repeat: number;
  readonly tests: string | undefined;
  readonly junit: string | undefined;
  readonly accel: AcceleratorKind | 'auto';
  readonly sshKey: string | undefined;
}

const mostJobs = 256;
const mostRepetitions = 10_000;

/** Checks all options of `test` at once; throws a `UserError` with every mistake. */
export function testWish(what: readonly string[], flags: TestFlags, cwd: string): TestWish {
  const mistakes: Diagnostic[] = [];
  const number = (option: string, text: string | undefined, most: number): number | undefined => {
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    mistakes.push({
      code: 'bad-option',
      message: `--${option} ${text}: no such number`,
      expected: `1 to ${most}`,
    });
    return undefined;
  };
  const file = (option: string, text: string | undefined, expected: string): string | undefined => {
    if (text === undefined) return undefined;
    const path = resolve(cwd, text);
    if (!existsSync(path)) {
      mistakes.push({
        code: 'no-such-file',
        message: `--${option} ${text}: there is no such file`,
        expected,
      });
    }
    return path;
  };
  const accelerators = ['auto' as const, ...acceleratorKinds];
  const accel = accelerators.find((kind) => kind === flags.accel);
  if (accel === undefined) {
    const near = nearest(flags.accel, accelerators);
    mistakes.push({
      code: 'bad-option',
      message: `--accel ${flags.accel}: there is no such accelerator`,
      expected: `one of: ${accelerators.join(', ')}`,
      hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
    });
  }
  const wish: TestWish = {
    subjects: what.flatMap((given) => subject(given, cwd, mistakes)),
    filter: flags.filter,
    jobs: number('jobs', flags.jobs, mostJobs),
    repeat: number('repeat', flags.repeat, mostRepetitions) ?? 1,
    tests: file('tests', flags.tests, 'a YAML file with `tests:`'),
    junit: flags.junit === undefined ? undefined : resolve(cwd, flags.junit),
    accel: accel ?? 'auto',
    sshKey: file('ssh-key', flags.sshKey, 'a private key that the image lets in'),
  };
  if (mistakes.length > 0) throw new UserError(mistakes);
  return wish;
}

/** A name without an ending is that of a shipped recipe; recipes that are not there are the loader's to tell. */
function subject(given: string, cwd: string, mistakes: Diagnostic[]): Named[] {
  const isRecipe = ['.yaml', '.yml', ''].includes(extname(given)) && !isNetbootFolder(resolve(cwd, given));
  if (isRecipe) return [{ kind: 'recipe', given }];
  if (existsSync(resolve(cwd, given))) return [{ kind: 'image', given: resolve(cwd, given) }];
  mistakes.push({
    code: 'no-such-file',
    message: `${given}: there is no such image or recipe`,
    expected:
      'a recipe (.yaml), which is built for the test, an ISO or disk image, or a folder for network boot',
  });
  return [];
}
