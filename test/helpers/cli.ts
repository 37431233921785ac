import { Command } from 'commander';
import type { CliIo } from '../../src/cli/io.ts';

export interface CliRun {
  readonly out: string;
  readonly err: string;
  /** What the command set `process.exitCode` to; 0 where it set nothing. */
  readonly code: number;
  readonly error: unknown;
}

/** Runs one command of the command line in this process. */
export async function runCommand(
  register: (program: Command, io: CliIo) => void,
  argv: readonly string[],
  given: Partial<CliIo> = {},
): Promise<CliRun> {
  let out = '';
  let err = '';
  const io: CliIo = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    env: {},
    cwd: process.cwd(),
    outIsTty: false,
    errIsTty: false,
    colour: false,
    signal: new AbortController().signal,
    ...given,
  };
  const program = new Command('diskbios')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  register(program, io);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err });
  }
  const before = process.exitCode;
  process.exitCode = 0;
  let error: unknown;
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    error = thrown;
  }
  const set: unknown = process.exitCode;
  const code = Number(set);
  process.exitCode = before;
  return { out, err, code, error };
}
