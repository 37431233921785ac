import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandStep } from '../../recipe/test-types.ts';
import { type CommandAnswer, differenceLines, differences } from '../expect.ts';
import { ExpectationError } from '../failed-expectation.ts';

/** Between two tries of a command that is asked again until its answer is right. */
const pauseMs = 300;

/** A command as the title of a step: its first line, where it has several. */
export function commandTitle(verb: string, command: string): string {
  const [line = '', ...more] = command.trim().split('\n');
  return `${verb}: ${line.trim()}${more.length > 0 ? ' …' : ''}`;
}

/**
 * Asks until the answer is as expected, for `step.retry` stretched by `patience`; gives the output. Throws an
 * `ExpectationError` with the last answer.
 */
export async function askUntilRight(
  step: CommandStep,
  patience: number,
  signal: AbortSignal,
  ask: () => Promise<CommandAnswer>,
): Promise<string> {
  const until = performance.now() + step.retry * patience;
  for (;;) {
    const answer = await ask();
    const found = differences(step.expect, answer);
    const output = outputOf(answer);
    if (found.length === 0) return output;
    if (performance.now() + pauseMs > until) {
      const wrong =
        found[0]?.where === 'status'
          ? `ended with ${answer.status}`
          : 'answered something else than expected';
      throw new ExpectationError(
        `\`${oneLine(step.command)}\` ${wrong}`,
        [...differenceLines(found), ...errorsOf(answer, found)],
        output,
      );
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

/** What a failed command complained of. */
function errorsOf(answer: CommandAnswer, found: readonly { readonly where: string }[]): string[] {
  const told = answer.stderr.trim();
  if (told === '' || found.some(({ where }) => where === 'stderr')) return [];
  return [
    'standard error:',
    ...told
      .split('\n')
      .slice(-10)
      .map((line) => `  ${line}`),
  ];
}

function outputOf({ stdout, stderr }: CommandAnswer): string {
  if (stderr === '') return stdout;
  return `${stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`}${stderr}`;
}

function oneLine(command: string): string {
  const text = command.trim().replace(/\s+/g, ' ');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
