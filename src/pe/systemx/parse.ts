import { type Diagnostic, UserError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';
import type { Argument, Call, Command, Options } from './command.ts';

export type Parsed = { readonly help: true } | ({ readonly help: false } & Call<Options>);

/** `NAME [FILE] [SETTING...]`. */
export const usageOf = ({ arguments: args }: Command): string =>
  args
    .map(({ name, optional, many }) => {
      const shown = many === undefined ? name : `${name}...`;
      return optional === true ? `[${shown}]` : shown;
    })
    .join(' ');

/** Words of the command line behind the verb. All mistakes are named at once in a `UserError`. */
export function parse(command: Command, words: readonly string[]): Parsed {
  const wrong: Diagnostic[] = [];
  const mistake = (code: string, message: string, hint?: string): void => {
    wrong.push({ code, message, hint });
  };
  const given = new Map<string, string[]>();
  const args: string[] = [];
  const rest = command.arguments.findIndex(({ many }) => many === 'rest');
  let optionsEnd = false;
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    // What is for a program inside begins behind `--` or with the first word that belongs to it.
    if (optionsEnd || (rest >= 0 && args.length > rest)) {
      args.push(word);
      continue;
    }
    if (word === '--') optionsEnd = true;
    else if (word === '--help' || word === '-h') return { help: true };
    else if (!/^-./.test(word) || /^-\d/.test(word)) args.push(word);
    else takeOption(command, word, queue, given, mistake);
  }
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const read = option.read(given.get(name) ?? []);
    if ('wrong' in read)
      mistake('bad-option', `--${name} ${given.get(name)?.join(', ') ?? ''} ${read.wrong}`);
    else options[name] = read.value;
  }
  checkCount(command.arguments, args, mistake);
  if (wrong.length > 0) throw new UserError(wrong);
  return { help: false, args, options };
}

type Mistake = (code: string, message: string, hint?: string) => void;

function takeOption(
  command: Command,
  word: string,
  queue: string[],
  given: Map<string, string[]>,
  mistake: Mistake,
): void {
  const at = word.indexOf('=');
  const shown = at < 0 ? word : word.slice(0, at);
  const name = shown.startsWith('--')
    ? shown.slice(2)
    : Object.entries(command.options).find(([, { short }]) => `-${short ?? ''}` === shown)?.[0];
  const option = name === undefined ? undefined : command.options[name];
  if (name === undefined || option === undefined) {
    const meant = nearest(shown.replace(/^-+/, ''), Object.keys(command.options));
    mistake(
      'unknown-option',
      `there is no option ${shown}`,
      meant === undefined ? undefined : `did you mean --${meant}?`,
    );
    return;
  }
  let value = at < 0 ? undefined : word.slice(at + 1);
  if (option.value === undefined) {
    if (value !== undefined) mistake('bad-option', `${shown} takes no value`);
  } else {
    value ??= queue.shift();
    if (value === undefined) mistake('bad-option', `${shown} needs a value: ${shown} ${option.value}`);
  }
  given.set(name, [...(given.get(name) ?? []), value ?? '']);
}

function checkCount(wanted: readonly Argument[], args: readonly string[], mistake: Mistake): void {
  const missing = wanted.slice(args.length).filter(({ optional }) => optional !== true);
  for (const { name, meaning } of missing) mistake('missing-argument', `${name} is missing: ${meaning}`);
  const surplus = args.slice(wanted.length);
  if (surplus.length > 0 && wanted.at(-1)?.many === undefined)
    mistake(
      'too-many-arguments',
      `there is nothing for ${surplus.map((word) => `'${word}'`).join(', ')} to mean here`,
    );
}
