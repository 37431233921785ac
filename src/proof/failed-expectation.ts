import { FailedError } from '../base/errors.ts';

/** A guest ran, and said or did something else than the test expects. */
export class ExpectationError extends FailedError {
  /** What was expected and what came, in lines. */
  readonly detail: readonly string[];
  /** What a command wrote, where it was one. */
  readonly output: string | undefined;

  constructor(message: string, detail: readonly string[] = [], output?: string) {
    super('expectation', message);
    this.detail = detail;
    this.output = output;
  }
}
