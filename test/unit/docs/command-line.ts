import type { Command } from 'commander';
import { makeProgram } from '../../../src/cli/program.ts';

export const program = makeProgram({
  out: () => undefined,
  err: () => undefined,
  env: {},
  cwd: '/',
  outIsTty: false,
  errIsTty: false,
  colour: false,
  signal: new AbortController().signal,
});

/** What is wrong with a command line that begins behind the word `diskbios`. */
export function mistakes(line: string): string[] {
  let command: Command = program;
  const wrong: string[] = [];
  for (const word of line.split(/[\s"'`)]+/)) {
    if (/^(\||>|<|&&|;|…)/.test(word)) break;
    if (/^--?[a-z]/.test(word)) {
      const name = word.replace(/[=:,;.…]+.*$/, '');
      const known = name === '--help' || command.options.some((o) => o.long === name || o.short === name);
      if (!known) wrong.push(`${command.name()} has no option ${name}`);
    } else if (/^[a-z]+$/.test(word) && command.commands.length > 0) {
      const found = command.commands.find((one) => one.name() === word);
      if (found === undefined) return [`${command.name()} has no command ${word}`];
      command = found;
    }
  }
  return wrong;
}
