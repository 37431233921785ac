import type { PeConfigService } from '../../base/pe-config.ts';

const firstDelay = 250;
const longestDelay = 60_000;
/** A service that ran this long is taken to be sound: its next failure counts as the first. */
export const stableAfter = 30_000;

export interface Ended {
  readonly code: number;
  /** Milliseconds it ran. */
  readonly ran: number;
  /** Quick failures in a row before this one. */
  readonly failures: number;
}

export type Verdict =
  | { readonly kind: 'restart'; readonly delay: number; readonly failures: number }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed' };

/** What to do about a service that has ended by itself. Delays in milliseconds: 250, 500, 1000 … 60,000. */
export function verdict(restart: PeConfigService['restart'], ended: Ended): Verdict {
  if (restart === 'never') return ended.code === 0 ? { kind: 'finished' } : { kind: 'failed' };
  if (restart === 'on-failure' && ended.code === 0) return { kind: 'finished' };
  const failures = ended.ran >= stableAfter ? 0 : ended.failures;
  return {
    kind: 'restart',
    delay: Math.min(longestDelay, firstDelay * 2 ** failures),
    failures: failures + 1,
  };
}
