import type { Mode } from '../base/cmdline.ts';

/** What one boot entry asks of the PE; `BootEntry` of the recipe fits. */
export interface KernelEntry {
  readonly mode: Mode;
  readonly system: string | undefined;
  readonly systems: readonly string[];
  readonly console: string | undefined;
  readonly dirs?: readonly string[] | undefined;
  readonly data: string | undefined;
  readonly debug: boolean;
  readonly cmdline: readonly string[];
}

/** What the command lines of all entries have in common. */
export interface KernelCommon {
  readonly consoles: readonly string[];
  readonly cmdline: readonly string[];
  /** Of the kernel's messages only errors are shown. */
  readonly quiet?: boolean | undefined;
}

/**
 * The words of an entry's kernel command line: `diskbios.*` in the order of `src/base/cmdline.ts`, the consoles (the
 * last is `/dev/console`), whether it is quiet, the words of every entry, the entry's own words.
 */
export function kernelWords(entry: KernelEntry, common: KernelCommon): string[] {
  const words = [`diskbios.mode=${entry.mode}`];
  if (entry.system !== undefined) words.push(`diskbios.system=${entry.system}`);
  if (entry.systems.length > 0) words.push(`diskbios.systems=${entry.systems.join(',')}`);
  if (entry.console !== undefined) words.push(`diskbios.console=${entry.console}`);
  if (entry.dirs !== undefined) words.push(`diskbios.dir=${entry.dirs.join(',')}`);
  if (entry.data !== undefined) words.push(`diskbios.data=${entry.data}`);
  if (entry.debug) words.push('diskbios.debug');
  words.push(...common.consoles.map((console) => `console=${console}`));
  if (common.quiet === true) words.push('quiet');
  // GRUB puts its own quotes around a word with spaces, and would pass these on as part of the value.
  return [...words, ...common.cmdline, ...entry.cmdline].map((word) => word.replaceAll('"', ''));
}
