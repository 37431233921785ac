import { BootError } from '../../boot/failures.ts';
import { ExpectationError } from '../failed-expectation.ts';
import { awaitReady } from './ready.ts';
import type { StepRunner } from './types.ts';

export const fails: StepRunner<'fails'> = {
  title: ({ failure }) => `fails: ${failure}`,
  within: 120_000,
  async run({ failure }, context) {
    try {
      await awaitReady(context);
    } catch (error) {
      if (error instanceof BootError && error.failure === failure) return error.message;
      throw error;
    }
    throw new ExpectationError(`the PE came up; it should have failed with ${failure}`);
  },
};
