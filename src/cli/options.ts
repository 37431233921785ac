import { type Command, Option } from 'commander';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import { type MediumKind, mediaKinds } from '../recipe/types.ts';

/** For options that may be given several times. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** `--medium iso,usb` as media; an unknown one is the caller's mistake. */
export function mediaOption(text: string | undefined): MediumKind[] | undefined {
  if (text === undefined) return undefined;
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const mistakes = words
    .filter((word) => !(mediaKinds as readonly string[]).includes(word))
    .map((word) => {
      const near = nearest(word, mediaKinds);
      return {
        code: 'unknown-medium',
        message: `--medium: there is no medium \`${word}\``,
        expected: `one or more of: ${mediaKinds.join(', ')}`,
        hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
      };
    });
  if (mistakes.length > 0) throw new UserError(mistakes);
  return words as MediumKind[];
}

/** The flags of every command that works for long. */
export interface ProgressFlags {
  readonly progress: 'auto' | 'plain' | 'json' | 'none';
  readonly verbose?: true;
}

export function withProgressFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--progress <kind>', 'how to show progress; json: one event a line, on standard error')
        .choices(['auto', 'plain', 'json', 'none'])
        .default('auto'),
    )
    .option('-v, --verbose', 'show every process as a line that can be pasted into a shell');
}

export function progressOptions(flags: ProgressFlags): { mode: ProgressFlags['progress']; verbose: boolean } {
  return { mode: flags.progress, verbose: flags.verbose === true };
}
