/** Debian's suites and code names that a recipe or a machine's apt may name. */
export const debianSuites: readonly string[] = [
  'bookworm',
  'bullseye',
  'buster',
  'duke',
  'experimental',
  'forky',
  'oldoldstable',
  'oldstable',
  'sid',
  'stable',
  'testing',
  'trixie',
  'unstable',
];

/** `trixie` of `trixie-updates`, `trixie/updates` or `trixie-backports`. */
export function baseSuite(suite: string): string {
  return suite.split(/[-/]/, 1)[0] ?? suite;
}

/** The suites that never have `-updates` and `-security` beside them. */
export function isRolling(suite: string): boolean {
  return ['sid', 'unstable', 'experimental'].includes(suite);
}
