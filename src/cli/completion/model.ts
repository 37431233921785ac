import type { Argument, Command, Option } from 'commander';
import { diskMediaKinds } from '../../recipe/types.ts';

/** What may stand in a place: one of some words, a file with one of some endings, a folder, or anything. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files'; readonly endings: readonly string[] }
  | { readonly kind: 'folders' }
  | { readonly kind: 'anything' };

export interface OptionModel {
  readonly short: string | undefined;
  readonly long: string | undefined;
  readonly description: string;
  /** What follows the option; `undefined`: nothing. */
  readonly value: Values | undefined;
  /** The value may be left out. */
  readonly optional: boolean;
}

export interface CommandModel {
  /** The words that call it, without the program's name: `['cache', 'ls']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly OptionModel[];
  readonly commands: readonly CommandModel[];
  /** What its arguments may be; the last also stands for further ones. */
  readonly values: readonly Values[];
}

const imageEndings = [
  '.iso',
  '.img',
  ...diskMediaKinds.filter((kind) => kind !== 'usb').map((kind) => `.${kind}`),
];

/** Endings of files by the words that name an argument. */
const endings: readonly (readonly [RegExp, readonly string[]])[] = [
  [/image|^from$|^to$/i, imageEndings],
  [/recipe/i, ['.yaml', '.yml']],
];

function valuesOf(name: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined && choices.length > 0) return { kind: 'words', words: choices };
  const fitting = endings.filter(([pattern]) => pattern.test(name)).flatMap(([, list]) => list);
  if (fitting.length > 0) return { kind: 'files', endings: fitting };
  if (/\b(dir|folder|directory)\b/i.test(name)) return { kind: 'folders' };
  if (/\b(file|path|disk)\b/i.test(name)) return { kind: 'files', endings: [] };
  return { kind: 'anything' };
}

function optionModel(option: Option): OptionModel {
  const { short, long, description, argChoices, required, optional, flags } = option;
  const name = /[<[]([^>\]]*)[>\]]/.exec(flags)?.[1] ?? '';
  return {
    short,
    long,
    description,
    value: required || optional ? valuesOf(name, argChoices) : undefined,
    optional,
  };
}

const argumentValues = (argument: Argument): Values => valuesOf(argument.name(), argument.argChoices);

/** Reads a commander command with all that is below it. */
export function commandModel(command: Command, path: readonly string[] = []): CommandModel {
  const help = command.createHelp();
  return {
    path,
    description: command.summary() || command.description(),
    options: help.visibleOptions(command).map(optionModel),
    commands: help
      .visibleCommands(command)
      .filter((sub) => sub.name() !== 'help')
      .map((sub) => commandModel(sub, [...path, sub.name()])),
    values: command.registeredArguments.map(argumentValues),
  };
}

/** A command and all below it, in order. */
export function allCommands(model: CommandModel): CommandModel[] {
  return [model, ...model.commands.flatMap(allCommands)];
}

/** The spellings of an option: `-o`, `--output`. */
export function spellings(option: OptionModel): string[] {
  return [option.short, option.long].filter((flag) => flag !== undefined);
}

/** A word for a POSIX shell, zsh or fish, in single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The last word of a command's path. */
export function nameOf(model: CommandModel): string {
  return model.path.at(-1) ?? '';
}
