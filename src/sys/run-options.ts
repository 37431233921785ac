import type { Monitor } from '../base/events.ts';

/** What every process gets, and nothing else, unless the caller adds to it. */
export const environment: Readonly<Record<string, string>> = {
  PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  HOME: process.env['HOME'] ?? '/',
};

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the small fixed environment (PATH, LC_ALL, TZ, HOME). */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Standard input: closed unless given. A number is an open file descriptor, read from its current offset. Of an
   * iterable, each chunk has been taken before the next is asked for, so that it may use one buffer again.
   */
  readonly stdin?: string | Uint8Array | number | Iterable<Uint8Array>;
  /**
   * Where standard output goes: kept and returned (default), into this open file descriptor, or to a function; until a promise
   * that it gives is fulfilled, it gets no more.
   */
  readonly stdout?: number | ((chunk: Buffer) => void | Promise<void>);
  /** Hears standard error as it comes; it is kept as well. */
  readonly stderr?: (text: string) => void;
  /** Exit codes that are no failure; default `[0]`. */
  readonly okCodes?: readonly number[];
  readonly signal?: AbortSignal | undefined;
  readonly monitor?: Monitor | undefined;
}
