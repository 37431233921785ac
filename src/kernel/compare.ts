import { parseConfig, settingLine } from './fragment.ts';

/** An option that two configurations do not share; `n`: it is off or not there. */
export interface ConfigDifference {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Set by Kconfig itself, of the compiler and of what it can do. */
const found =
  /^(CC_|GCC_|CLANG_|AS_|LD_|LLD_|RUSTC?_|PAHOLE_|TOOLS_|ARCH_|HAVE_|HAS_|CPU_BIG|BINDGEN|GENERIC_)/;

/** Options whose values differ, by name. `all`: also those that nobody sets, which follow from the machine and the compiler. */
export function compareConfigs(from: string, to: string, all = false): ConfigDifference[] {
  const [before, after] = [parseConfig(from), parseConfig(to)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => all || !found.test(name))
    .map((name) => ({ name, from: before.get(name) ?? 'n', to: after.get(name) ?? 'n' }))
    .filter((one) => one.from !== one.to)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** As `diff -u` would show it, without context. */
export function differencesText(
  differences: readonly ConfigDifference[],
  titles: { readonly from: string; readonly to: string },
): string {
  const line = (sign: string, name: string, value: string): string[] =>
    value === 'n' ? [] : [`${sign}${settingLine(name, value)}`];
  return [
    `--- ${titles.from}`,
    `+++ ${titles.to}`,
    ...differences.flatMap(({ name, from, to }) => [...line('-', name, from), ...line('+', name, to)]),
    '',
  ].join('\n');
}
