import { maintainerScripts } from './maintainer-scripts.ts';
import type { FinishStep } from './types.ts';

/** Packages whose scripts a person has read, as of Debian 13, and that lose nothing in a template either. */
const reviewed: readonly (readonly [packages: RegExp, why: string])[] = [
  [
    /^apt$/,
    'its user is made from its sysusers.d file by the step "accounts", its timers by "systemd units"',
  ],
  [/^debianutils$/, '/etc/shells is made by the step "Debian defaults", `which` by "alternatives"'],
  [/^dpkg$/, 'its architecture is written by the step "Debian defaults"'],
  [/^ifupdown$/, '/etc/network/interfaces is made by the step "Debian defaults"'],
  [/^systemd-sysv$/, 'it mends links that a merged /usr has from the start'],
];

/** Warnings as for a PE's packages, but for those that are good in the root of a template. */
export const templateScripts: FinishStep = {
  name: 'maintainer scripts',
  run: (input) => {
    const packages = input.packages.filter(({ name }) => !reviewed.some(([pattern]) => pattern.test(name)));
    return maintainerScripts.run({ ...input, packages });
  },
};
