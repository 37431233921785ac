import type { CommitStep } from './journal.ts';

/**
 * The steps by which parts that lie in `fresh` take the place of those of a system. The old ones go to `old`, a folder that is there.
 * Relative to the systems directory; each step can be seen to be done, so that they can be repeated.
 */
export const swapSteps = (facts: {
  readonly system: string;
  readonly present: readonly string[];
  readonly fresh: string;
  readonly coming: readonly string[];
  readonly old: string;
}): CommitStep[] => [
  ...facts.present.map(
    (name): CommitStep => ({
      kind: 'move',
      from: `${facts.system}/${name}`,
      to: `${facts.old}/${name}`,
    }),
  ),
  ...facts.coming.map(
    (name): CommitStep => ({ kind: 'move', from: `${facts.fresh}/${name}`, to: `${facts.system}/${name}` }),
  ),
];
