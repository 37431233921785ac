import { Command } from 'commander';
import { register as check } from '../../../src/cli/commands/check.ts';
import { register as create } from '../../../src/cli/commands/new.ts';
import type { CliIo } from '../../../src/cli/io.ts';
import { exitCodeOf, reportError } from '../../../src/cli/report.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `check` or `new` in a folder, as the program does. */
export async function runRecipeCommand(args: readonly string[], cwd: string): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const io: CliIo = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    env: { HOME: '/nonexistent' },
    cwd,
    outIsTty: false,
    errIsTty: false,
    colour: false,
    signal: new AbortController().signal,
  };
  const program = new Command();
  check(program, io);
  create(program, io);
  let code = 0;
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    io.err(reportError(error, { colour: false, cwd }));
    code = exitCodeOf(error);
  }
  return { code, out: out.join(''), err: err.join('') };
}
