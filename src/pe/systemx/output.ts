import { environment } from '../host/environment.ts';
import { isTerminal } from '../host/terminal.ts';
import { print, printError } from '../host.ts';

const codes = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** Colour where standard output is a terminal that has some and nobody said NO_COLOR. */
export function paint(colour: keyof typeof codes, text: string): string {
  const plain = !isTerminal(1) || environment('NO_COLOR') !== undefined || environment('TERM') === 'dumb';
  return plain ? text : `\u001b[${codes[colour]}m${text}\u001b[0m`;
}

export const printLines = (lines: readonly string[]): void => {
  for (const line of lines) print(line);
};

export const printJson = (value: unknown): void => {
  print(JSON.stringify(value, undefined, 2));
};

/** For people only: never in the way of what a program reads. */
export const note = (text: string): void => {
  printError(text);
};
