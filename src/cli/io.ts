/** The outside of the command line tool, given by `main.ts` and by tests. */
export interface CliIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Whether messages may be coloured. */
  readonly colour: boolean;
  readonly signal: AbortSignal;
}
