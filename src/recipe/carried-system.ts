import { applySettings } from '../base/apply-settings.ts';
import type { Diagnostic } from '../base/errors.ts';
import { newSystem, type SystemFile } from '../base/system.ts';
import { settings } from '../base/system-settings.ts';
import type { RawSystem } from './raw.ts';

export interface SettingWord {
  /** Where it was written, below the system. */
  readonly path: readonly string[];
  /** As `systemx create` takes it: `memory=256MiB`. */
  readonly word: string;
}

/** The settings of a system of the recipe as words, in the order of the table: some need others before them. */
export function settingWords(raw: RawSystem): SettingWord[] {
  const plain = settings.flatMap(({ key }): SettingWord[] => {
    const value = raw[key];
    return value === undefined || key.endsWith('.*')
      ? []
      : [{ path: [key], word: `${key}=${text(key, value)}` }];
  });
  const env = Object.entries(raw.env ?? {}).map(([name, value]) => ({
    path: ['env', name],
    word: `env.${name}=${value}`,
  }));
  return [...plain, ...env];
}

function text(key: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!Array.isArray(value)) return String(value);
  return key === 'init' ? value.map(quoted).join(' ') : value.join(',');
}

const quoted = (word: unknown): string => `"${String(word).replace(/[\\"]/g, '\\$&')}"`;

export interface AppliedSystem {
  /** With the settings that are right. */
  readonly system: SystemFile;
  readonly mistakes: readonly { readonly path: readonly string[]; readonly mistake: Diagnostic }[];
}

/** What the settings come to in a PE with these packages. */
export function systemOf(raw: RawSystem, packages: readonly string[]): AppliedSystem {
  const engine = packages.includes('lxc') ? 'lxc' : 'chroot';
  let system: SystemFile = {
    ...newSystem,
    ...{ kind: raw.kind, template: { name: raw.template, version: '0' }, engine, created: 0 },
  };
  const mistakes: { path: readonly string[]; mistake: Diagnostic }[] = [];
  const words = settingWords(raw);
  // The network that an engine has by itself is known when the engine is.
  const first = words.filter(({ path: [key] }) => key === 'engine');
  for (const { path, word } of [...first, ...words.filter((one) => !first.includes(one))]) {
    const applied = applySettings(system, [word]);
    system = path[0] === 'engine' ? withItsNetwork(applied.system) : applied.system;
    for (const mistake of applied.mistakes) mistakes.push({ path, mistake });
  }
  return { system: first.length === 0 ? withNetworkUnless(raw, system) : system, mistakes };
}

const withItsNetwork = (system: SystemFile): SystemFile =>
  system.engine === 'chroot' ? { ...system, network: { kind: 'host' } } : system;

const withNetworkUnless = (raw: RawSystem, system: SystemFile): SystemFile =>
  raw['network'] === undefined ? withItsNetwork(system) : system;
