import { UserError } from '../../base/errors.ts';
import { ask, isTerminal } from '../host/terminal.ts';
import { note } from './output.ts';

/**
 * Before something that cannot be undone: the person types the name of the thing, here or behind `--yes`. Throws
 * `UserError` where it is not the same.
 */
export function confirm(what: string, name: string, given: string | undefined): void {
  if (given !== undefined) {
    if (given === name) return;
    throw new UserError({
      code: 'not-confirmed',
      message: `--yes ${given} is not ${name}: nothing was done`,
    });
  }
  if (!isTerminal(0))
    throw new UserError({
      code: 'not-confirmed',
      message: `${what} Nothing was done.`,
      hint: `without a terminal, say --yes ${name}`,
    });
  note(what);
  if (ask(`Type ${name} to go on, anything else to leave it: `)?.trim() === name) return;
  throw new UserError({ code: 'not-confirmed', message: 'nothing was done' });
}
