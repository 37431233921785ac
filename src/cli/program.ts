import { Command, CommanderError } from 'commander';
import { version } from '../base/version.ts';
import { register as build } from './commands/build.ts';
import { register as cache } from './commands/cache.ts';
import { register as check } from './commands/check.ts';
import { register as completion } from './commands/completion.ts';
import { register as diff } from './commands/diff.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as flash } from './commands/flash.ts';
import { register as hardware } from './commands/hardware.ts';
import { register as inspect } from './commands/inspect.ts';
import { register as kernel } from './commands/kernel.ts';
import { register as lock } from './commands/lock.ts';
import { register as create } from './commands/new.ts';
import { register as personalize } from './commands/personalize.ts';
import { register as plan } from './commands/plan.ts';
import { register as run } from './commands/run.ts';
import { register as serve } from './commands/serve.ts';
import { register as test } from './commands/test.ts';
import type { CliIo } from './io.ts';
import { exitCodeOf, reportError } from './report.ts';

/** Every command, in the order of `--help`. A new one is a file in `commands/` and a line here. */
const commands = [
  create,
  check,
  lock,
  plan,
  build,
  run,
  serve,
  test,
  flash,
  personalize,
  hardware,
  inspect,
  diff,
  kernel,
  cache,
  doctor,
  completion,
];

const overview = `
Examples:
  $ diskbios new mybox                 write a recipe to start from
  $ diskbios build mybox.yaml          build out/mybox.iso
  $ diskbios run out/mybox.iso         boot it in QEMU, in this terminal

The manual is in docs/; every command has --help with an example.
`;

/** The command line as a commander program; actions throw, they never exit. */
export function makeProgram(io: CliIo): Command {
  const program = new Command('diskbios')
    .description('Turns a YAML recipe into a bootable PE (kernel + initrd livefs), as images proven to boot.')
    .version(version, '-V, --version', 'print the version')
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: (text, write) => write(text) })
    .showHelpAfterError('(diskbios --help shows the commands)')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', overview);
  for (const register of commands) register(program, io);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err });
  }
  return program;
}

/** Runs one command line; returns its exit code (0 done, 1 it failed, 2 the caller's mistake, 3 something is missing). */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const program = makeProgram(io);
  let code = 0;
  program.hook('postAction', () => {
    code = Number(process.exitCode ?? 0);
  });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its own message; a wrong command line is the caller's mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err(reportError(error, { colour: io.colour, cwd: io.cwd }));
    return exitCodeOf(error);
  }
}
