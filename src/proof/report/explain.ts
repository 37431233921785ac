import type { BootFailure } from '../../base/boot-failures.ts';
import { advice } from '../../boot/advice.ts';

/** Everything that a case can fail with. */
export type FailureName = BootFailure | 'expectation' | 'harness';

export interface Explanation {
  /** What the name means, in one sentence. */
  readonly means: string;
  /** What to try next. Code stands in backticks, in both. */
  readonly next: string;
}

const meanings: Readonly<Record<FailureName, string>> = {
  'secure-boot-refused':
    'Secure Boot is on, and something that was to be started is not signed by a key of the machine, or was changed since.',
  'no-boot-medium': 'The firmware looked at all its drives and found none to boot from.',
  'grub-rescue':
    'GRUB was started but did not find its modules, so that it can do nothing but wait at its rescue prompt.',
  'grub-shell': 'GRUB was started but found no menu, so that it waits for commands.',
  'boot-entry-broken':
    'GRUB could not carry out the chosen menu entry: a file or a device that it names is not there or cannot be read.',
  'menu-entry-missing': 'The boot menu has no entry with the title that the step chooses.',
  'out-of-memory': 'The machine has too little memory to unpack and run this image.',
  'kernel-panic': 'The kernel was started and stopped with a panic, whose line is quoted.',
  'early-init-failed':
    'The kernel came up, but the first script of the PE could not mount or stack the layers of its root.',
  'supervisor-failed': 'The root was mounted, but the program that brings the PE up ended with an error.',
  'service-failed': 'The PE came up, but a service of the recipe could not be started or did not stay up.',
  'reboot-loop': 'The machine started anew by itself, which nobody asked it to.',
  hang: 'The guest said nothing for a long time, on the serial line or elsewhere.',
  'too-slow': 'The guest was still at work when the time limit of the step was over.',
  'guest-ended': 'The guest switched itself off before the test was through.',
  'qemu-failed': 'QEMU itself did not start or ended with an error, so that the image was not tested.',
  expectation: 'The machine did what the step says, but with another result than the recipe expects.',
  harness:
    'The test itself broke, by a fault of diskbios or of this machine; it says nothing about the image.',
};

const nextSteps: Readonly<Record<FailureName, string>> = {
  ...advice,
  expectation: 'Compare what was expected with what came, and change the image or the expectation.',
  harness: 'Run it again; where it stays, report it with this text (CONTRIBUTING.md says how).',
};

/** The explanation of a failure's name; `undefined` for a name that this version does not know. */
export function explain(name: string): Explanation | undefined {
  if (!Object.hasOwn(meanings, name)) return undefined;
  return { means: meanings[name as FailureName], next: nextSteps[name as FailureName] };
}

/** All names, in the order in which a boot can fail. */
export const failureNames = Object.keys(meanings) as FailureName[];
