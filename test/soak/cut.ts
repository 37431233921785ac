import { randomNumbers } from './random.ts';
import type { RecordedStep, Recording } from './record.ts';

/** An instant at which the power fails. Everything of it follows from the seed, the number and the recording. */
export interface Cut {
  readonly number: number;
  readonly step: RecordedStep;
  /** So many requests have been answered. */
  readonly at: number;
  /** The power fails once more during the boot after it. */
  readonly twice: boolean;
  /** For what is drawn later. */
  readonly random: () => number;
}

/** How many of the cuts are followed by another. */
const shareOfTwice = 0.2;

/** Cut number 1, 2, 3 … goes to each operation in turn, and there to any instant from its begin until all of it is on the disk. */
export function drawCut({ steps }: Recording, seed: string, number: number): Cut {
  const step = steps[(number - 1) % steps.length];
  if (step === undefined) throw new Error('nothing was recorded');
  const random = randomNumbers(`${seed}/${number}`);
  const at = step.from + Math.floor(random() * (step.to - step.from + 1));
  return { number, step, at, twice: random() < shareOfTwice, random };
}

/** The cut in a line for people. */
export function cutText({ number, step, at, twice }: Cut): string {
  const when =
    at >= step.returned ? 'after it had ended' : `at ${at - step.from} of ${step.returned - step.from}`;
  return `${number} ${step.name}, ${when}${twice ? ', and again at the next boot' : ''}`;
}
