import type { RawStep } from '../raw-tests.ts';

/** Keys that stand beside a step's verb. */
export const siblings = ['on', 'within', 'expect', 'stdin', 'retry', 'user', 'by'] as const;
export type Sibling = (typeof siblings)[number];

/** What a step may do, and the siblings that have an effect on it. */
export const verbs = {
  ready: ['on', 'within'],
  run: ['on', 'within', 'expect', 'stdin', 'retry'],
  ssh: ['on', 'within', 'expect', 'retry', 'user'],
  menu: ['on', 'within', 'by'],
  console: ['on', 'within'],
  screen: ['on', 'within'],
  type: ['on'],
  press: ['on'],
  reboot: ['on', 'within'],
  'power-cut': ['on'],
  poweroff: ['on', 'within'],
  'power-on': ['on'],
  plug: ['on'],
  unplug: ['on'],
  fails: ['on', 'within'],
  wait: [],
} as const satisfies Record<string, readonly Sibling[]>;

export type Verb = keyof typeof verbs;
export const verbNames = Object.keys(verbs) as readonly Verb[];

/** The verbs that a step has; a right one has exactly one. */
export function verbsOf(step: RawStep): Verb[] {
  return verbNames.filter((verb) => step[verb] !== undefined);
}

export function hasEffect(verb: Verb, sibling: Sibling): boolean {
  const effective: readonly Sibling[] = verbs[verb];
  return effective.includes(sibling);
}
