import type { PeConfig } from '../../base/pe-config.ts';
import type { PersonalFile, PersonalSettings } from '../../base/personal.ts';

/** What the recipe says with the personal settings laid over it. Whoever gave keys or a password needs no one-time password. */
export function personalised(config: PeConfig, settings: PersonalSettings): PeConfig {
  const { hostname = config.hostname, sshKeys = [], passwordHash, network = {} } = settings;
  const { dns = config.network.dns, search = config.network.search, interfaces = [] } = network;
  const withKeys = sshKeys.length > 0 && config.rootLogin === 'one-time' ? 'locked' : config.rootLogin;
  return {
    ...config,
    hostname,
    rootLogin: passwordHash === undefined ? withKeys : 'hash',
    network: { ...config.network, dns, search, interfaces: [...interfaces, ...config.network.interfaces] },
  };
}

/** The lines of `authorized_keys` with keys that are not among them yet. */
export function withKeys(text: string, keys: readonly string[]): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return [...new Set([...lines, ...keys])].map((line) => `${line}\n`).join('');
}

/** `/etc/hosts` with another name for this machine. */
export function renamedHosts(text: string, hostname: string): string {
  const names = hostname.includes('.') ? `${hostname} ${hostname.split('.')[0] ?? ''}` : hostname;
  return text.replace(/^127\.0\.1\.1\t.*$/m, `127.0.1.1\t${names}`);
}

/**
 * `.pe/personal-seen.json`: which personal settings of its own disk the PE has met, each by the text that differs each time it
 * is set. What was set on the machine before counts less than settings that are new to it, and what is set later counts more.
 */
export interface SeenSettings {
  readonly passwordHash?: string;
  readonly network?: string;
  readonly autostart?: {
    readonly set: string /** Systems that have been told. */;
    readonly done: readonly string[];
  };
}

/** The settings of one kind that are new. */
export const isNew = (file: PersonalFile, seen: SeenSettings, key: 'passwordHash' | 'network'): boolean =>
  file.settings[key] !== undefined && file.set[key] !== seen[key];

/** Which systems start by themselves, by personal settings or else as they are set. */
export interface Autostart {
  /** The systems that have not been told are to be, those there for the first time and those that came later. */
  readonly starts: (name: string, set: boolean) => boolean;
  /** What is to be remembered when these systems have been told; `undefined`: it is already. */
  readonly told: (names: readonly string[]) => SeenSettings['autostart'];
  /** Systems that are to start and are not there. */
  readonly missing: (names: readonly string[]) => readonly string[];
}

export function autostartOf({ settings, set }: PersonalFile, seen: SeenSettings['autostart']): Autostart {
  const { autostart: wanted = [] } = settings;
  const stamp = set.autostart ?? '';
  const first = settings.autostart !== undefined && seen?.set !== stamp;
  const done = first ? [] : (seen?.done ?? []);
  return {
    starts: (name, asSet) =>
      first ? wanted.includes(name) : wanted.includes(name) && !done.includes(name) ? true : asSet,
    told(names) {
      const fresh = names.filter((name) => !done.includes(name) && (first || wanted.includes(name)));
      return first || fresh.length > 0 ? { set: stamp, done: [...done, ...fresh] } : undefined;
    },
    missing: (names) => wanted.filter((name) => !done.includes(name) && !names.includes(name)),
  };
}
