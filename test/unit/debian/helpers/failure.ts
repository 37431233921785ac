import type { Diagnostic } from '../../../../src/base/errors.ts';

/** Any of the project's errors, as far as it has these. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly hint: string | undefined;
  readonly install: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The error that `work` must end with. */
export async function failure(work: Promise<unknown>): Promise<Failure> {
  return work.then(
    () => Promise.reject(new Error('this should have failed')),
    (error: unknown) => error as Failure,
  );
}
