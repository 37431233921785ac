import { withScratch } from '../../src/sys/scratch.ts';
import type { Boots, Verdict } from './verify.ts';

/** What is tried: cuts by their numbers, and what becomes of each. */
export interface Trials<C> {
  readonly draw: (number: number) => C;
  readonly verify: (cut: C, boots: Boots) => Promise<Verdict>;
}

export interface Campaign {
  /** Numbers of the cuts. */
  readonly cuts: readonly number[];
  /** How many machines run at the same time. */
  readonly jobs: number;
  /** Folder for the disks of the machines. */
  readonly scratch: string;
  /** State that most boots go on from (`saveHalfBooted`). */
  readonly state: string;
}

/** One cut in so many is followed by a boot from power-on, with firmware and boot menu. */
const wholeBoots = 10;

export interface Sums {
  readonly passed: number;
  readonly failed: number;
}

/** Tries all cuts of a campaign; `said` is told a line for each, and what was wrong below it. */
export async function campaign<C>(
  { draw, verify }: Trials<C>,
  { cuts, jobs, scratch, state: saved }: Campaign,
  said: (cut: C, number: number, verdict: Verdict) => void,
): Promise<Sums> {
  const sums = { passed: 0, failed: 0 };
  const waiting = [...cuts];
  const worker = async (): Promise<void> => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const cut = draw(number);
      const state = number % wholeBoots === 0 ? undefined : saved;
      const verdict = await withScratch(scratch, (dir) => verify(cut, { dir, state })).catch(
        (error: unknown) => [`the PE could not be looked at`, String(error)],
      );
      sums[verdict.length === 0 ? 'passed' : 'failed'] += 1;
      said(cut, number, verdict);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return sums;
}
