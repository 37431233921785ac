/** The three kinds of error (docs/architecture.md). Library code throws them; only `src/cli/main.ts` exits. */

/** A stretch of text in a file the user wrote. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters to underline, at least 1. */
  readonly length: number;
  /** The line of text the place is on, without its line end. */
  readonly text: string;
}

/** One mistake, or one warning, as data; `src/cli/report.ts` renders it. */
export interface Diagnostic {
  /** Stable kebab-case name, for scripts: `unknown-key`, `no-such-package` … */
  readonly code: string;
  readonly message: string;
  readonly place?: Place | undefined;
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
  /** Where in the recipe, for mistakes found when the text is no longer at hand: `['pe', 'packages', 2]`. */
  readonly recipePath?: readonly (string | number)[] | undefined;
}

/** The user's mistake: shown without a stack, exit code 2. Holds all mistakes found, at least one. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[] | Diagnostic) {
    const list = Array.isArray(diagnostics) ? (diagnostics as Diagnostic[]) : [diagnostics as Diagnostic];
    super(list.map((d) => d.message).join('\n'));
    this.diagnostics = list;
  }
}

/** Something that this machine lacks: exit code 3, with the command that installs it. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
  readonly install: string;

  constructor(message: string, install: string) {
    super(message);
    this.install = install;
  }
}

/** The work failed for a reason outside the program and the recipe (network, disk, image): exit code 1. */
export class FailedError extends Error {
  override readonly name = 'FailedError';
  readonly code: string;
  readonly hint: string | undefined;
  /** What in the recipe it comes from, where that helps. */
  readonly place: Place | undefined;

  constructor(
    code: string,
    message: string,
    options: { hint?: string | undefined; place?: Place | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.place = options.place;
  }
}

/** A process that was started and failed: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** The command as a line that can be pasted into a shell. */
  readonly command: string;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The last lines of what it wrote to standard error (or output, where that is all there is). */
  readonly lastLines: string;

  constructor(
    command: string,
    how: { exitCode?: number | undefined; signal?: string | undefined; lastLines: string },
  ) {
    const end = how.signal === undefined ? `exit code ${how.exitCode ?? '?'}` : `signal ${how.signal}`;
    super(`${command.split(' ').find((word) => !/^\w+=/.test(word)) ?? 'command'} failed (${end})`);
    this.command = command;
    this.exitCode = how.exitCode;
    this.signal = how.signal;
    this.lastLines = how.lastLines;
  }
}

/** The person pressed Ctrl-C, or a caller gave up: exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  constructor() {
    super('interrupted');
  }
}

/** For the `default:` of a switch that must be exhaustive. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
