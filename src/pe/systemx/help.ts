import type { Command } from './command.ts';
import { usageOf } from './parse.ts';
import { facts } from './table.ts';

const exitCodes = 'Exit codes: 0 done, 1 it failed, 2 your mistake, 3 something is missing on this machine.';

export function helpOf(command: Command): string[] {
  const options = Object.entries(command.options).map(
    ([name, { value, meaning, short }]) =>
      [
        `  ${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
        meaning,
      ] as const,
  );
  const args = command.arguments.map(({ name, meaning }) => [`  ${name}`, meaning] as const);
  return [
    `Usage: systemx ${[command.name, options.length > 0 ? '[OPTIONS]' : '', usageOf(command)].filter((word) => word !== '').join(' ')}`,
    '',
    `${command.summary}.`,
    ...(command.about.length > 0 ? ['', ...command.about] : []),
    '',
    ...facts([...args, ...options, ['  -h, --help', 'show this']]),
    ...(command.examples.length > 0
      ? ['', 'Examples:', ...command.examples.map((line) => `  # ${line}`)]
      : []),
  ];
}

export function overview(commands: readonly Command[]): string[] {
  return [
    'Usage: systemx VERB [OPTIONS] ...',
    '',
    'Makes systems on the disk, runs them beside this PE and keeps them.',
    '',
    ...facts(commands.map((one) => [`  ${one.name}`, one.summary] as const)),
    '',
    'systemx VERB --help tells more about each, with examples.',
    exitCodes,
  ];
}
