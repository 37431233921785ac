import { nearest } from '../../base/suggest.ts';
import { dirProblem, systemPathProblem } from '../../base/system-path.ts';
import { didYouMean } from '../problems.ts';
import type { RawEntry } from '../raw.ts';
import type { Path } from '../yaml/located.ts';
import { type Facts, isWhole, isWritten, keyAt, type Rule, valueAt } from './rule.ts';

/** Entries say what their mode needs and nothing else; the default is one of them; the menu can be seen. */
export const bootRules: Rule = (facts) => {
  for (const [n, entry] of facts.raw.boot.entries.entries()) {
    checkEntry(facts, n, entry);
    checkPaths(facts, n, entry);
  }
  checkPath(facts, ['paths', 'systems'], facts.raw.paths.systems, dirProblem);
  checkDefault(facts);
  checkHiddenMenu(facts);
};

/** Which modes a key of an entry has an effect in. */
const effects = {
  system: ['takeover'],
  systems: ['dual'],
  console: ['dual'],
} as const satisfies Partial<Record<keyof RawEntry, readonly RawEntry['mode'][]>>;

function checkEntry(facts: Facts, n: number, entry: RawEntry): void {
  const path = ['boot', 'entries', n] as const;
  if (!isWhole(facts, path)) return;
  for (const [key, modes] of Object.entries(effects)) {
    const inMode: readonly string[] = modes;
    const value = entry[key as keyof typeof effects];
    if (value === undefined || value.length === 0 || inMode.includes(entry.mode)) continue;
    facts.problems.error(
      'no-effect',
      keyAt(facts, [...path, key]),
      `\`${key}\` has no effect in the mode \`${entry.mode}\``,
      {
        expected: `the mode ${inMode.join(' or ')}, or an entry without \`${key}\``,
      },
    );
  }
  if (entry.mode === 'takeover' && entry.system === undefined) {
    facts.problems.error(
      'missing-key',
      valueAt(facts, [...path, 'mode']),
      `the entry \`${entry.title}\` does not say which system to take over`,
      {
        expected: 'the key `system`, such as `system: debian`',
      },
    );
  }
  if (entry.mode !== 'live' && entry.data === 'none') {
    facts.problems.error(
      'no-effect',
      valueAt(facts, [...path, 'data']),
      `the entry \`${entry.title}\` has systems to start, and no data volume that they could be on`,
      {
        expected: 'a data volume, or the mode live',
      },
    );
  }
  const names = entry.systems.map((each) => each.split(':', 1)[0] ?? '');
  if (
    entry.mode === 'dual' &&
    entry.console !== undefined &&
    names.length > 0 &&
    !names.includes(entry.console)
  ) {
    facts.problems.error(
      'no-such-system',
      valueAt(facts, [...path, 'console']),
      `the console goes to \`${entry.console}\`, which this entry does not start`,
      {
        expected: `one of ${names.join(', ')}`,
        hint: didYouMean(nearest(entry.console, names)),
      },
    );
  }
}

/** What the PE would refuse is refused before there is an image. */
function checkPaths(facts: Facts, n: number, { system, dirs = [] }: RawEntry): void {
  const entry = ['boot', 'entries', n] as const;
  if (system?.startsWith('/') === true) checkPath(facts, [...entry, 'system'], system, systemPathProblem);
  for (const [i, dir] of dirs.entries()) checkPath(facts, [...entry, 'dirs', i], dir, dirProblem);
}

function checkPath(
  facts: Facts,
  path: Path,
  value: string,
  check: (value: string) => string | undefined,
): void {
  const problem = check(value);
  if (problem === undefined) return;
  facts.problems.error('bad-path', valueAt(facts, path), `\`${value}\` ${problem}`, {
    expected: 'an absolute path on the data volume, such as /hd',
  });
}

function checkDefault(facts: Facts): void {
  const { default: wanted, entries } = facts.raw.boot;
  const titles = entries.map((entry) => entry.title);
  if (wanted === undefined || titles.includes(wanted) || !isWhole(facts, ['boot', 'entries'])) return;
  facts.problems.error(
    'no-such-entry',
    valueAt(facts, ['boot', 'default']),
    `no entry has the title \`${wanted}\``,
    {
      expected: `one of ${titles.map((title) => `\`${title}\``).join(', ')}`,
      hint: didYouMean(nearest(wanted, titles)),
    },
  );
}

function checkHiddenMenu(facts: Facts): void {
  const { boot } = facts.raw;
  if (boot.timeout > 0) return;
  for (const key of ['memtest', 'first-disk'] as const) {
    if (!boot[key] || !isWritten(facts, ['boot', key])) continue;
    facts.problems.warn(
      'no-effect',
      keyAt(facts, ['boot', key]),
      `\`${key}\` can hardly be reached: with \`timeout: 0\` no menu is shown`,
      {
        expected: 'a timeout of 1 or more seconds',
      },
    );
  }
}
