import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { FailedError, UserError } from '../base/errors.ts';
import type { Recipe } from '../recipe/types.ts';
import { machineSources } from './apt-sources.ts';
import { baseSuite, debianSuites } from './suites.ts';

/** Base addresses of package archives, without trailing slashes. */
export interface Mirrors {
  readonly main: string;
  /** Debian's security archive. */
  readonly security: string;
  /** Where packages that have vanished from the mirrors are looked for. */
  readonly snapshot?: string | undefined;
  /** Extra repositories by the name that the recipe gives them. */
  readonly repositories: Readonly<Record<string, string>>;
  /** Where `main` was said, for messages: `--mirror`, `DISKBIOS_MIRROR`, a file name. */
  readonly from: string;
}

export interface MirrorOptions {
  /** `--mirror`. */
  readonly explicit?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The machine's apt configuration; default `/etc/apt`. */
  readonly aptEtc?: string | undefined;
}

/** What one place says; keys that it does not name are looked for in the next place. */
interface Said {
  readonly from: string;
  readonly main?: string | undefined;
  readonly security?: string | undefined;
  readonly snapshot?: string | undefined;
}

/**
 * Finds the mirrors, in this order: `--mirror`, `DISKBIOS_MIRROR`, the person's `config.yaml`, the recipe, and the
 * machine's own apt sources where they are Debian's.
 */
export function findMirrors(recipe: Pick<Recipe, 'file' | 'source'>, options: MirrorOptions = {}): Mirrors {
  const env = options.env ?? process.env;
  const places = [
    { from: '--mirror', main: options.explicit },
    { from: 'DISKBIOS_MIRROR', main: env['DISKBIOS_MIRROR'] },
    readConfig(configFile(env)),
    fromRecipe(recipe),
  ];
  const machine = fromMachine(options.aptEtc ?? '/etc/apt');
  const chosen = [...places, machine].find((said) => said.main !== undefined && said.main !== '');
  if (chosen?.main === undefined) throw noMirror(env);
  const main = checked(chosen.main, chosen.from);
  // The machine's security mirror belongs to the machine's mirror: another main mirror has its own beside it.
  const security = firstSaid([...places, ...(chosen === machine ? [machine] : [])], 'security');
  const snapshot = firstSaid(places, 'snapshot');
  return {
    main,
    security: security === undefined ? `${main}-security` : checked(security.value, security.from),
    ...(snapshot === undefined ? {} : { snapshot: checked(snapshot.value, snapshot.from) }),
    repositories: Object.fromEntries(recipe.source.repositories.map(({ name, url }) => [name, trimmed(url)])),
    from: chosen.from,
  };
}

function firstSaid(
  places: readonly Said[],
  key: 'security' | 'snapshot',
): { value: string; from: string } | undefined {
  for (const said of places) {
    const value = said[key];
    if (value !== undefined && value !== '') return { value, from: said.from };
  }
  return undefined;
}

function fromRecipe(recipe: Pick<Recipe, 'file' | 'source'>): Said {
  const { mirror, securityMirror, snapshot } = recipe.source;
  return { from: recipe.file, main: mirror, security: securityMirror, snapshot };
}

/** The person's settings: `$XDG_CONFIG_HOME/diskbios/config.yaml`. */
export function configFile(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CONFIG_HOME'];
  const base = xdg?.startsWith('/') === true ? xdg : join(env['HOME'] ?? '/', '.config');
  return join(base, 'diskbios', 'config.yaml');
}

function readConfig(file: string): Said {
  if (!existsSync(file)) return { from: file };
  const document = parseDocument(readFileSync(file, 'utf8'));
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new UserError({ code: 'config-syntax', message: `${file}: ${problem.message}` });
  }
  const value: unknown = document.toJS();
  const read = (key: string): string | undefined => {
    const item: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    if (item === undefined || typeof item === 'string') return item;
    throw new UserError({ code: 'config-type', message: `${file}: ${key} must be an address` });
  };
  return { from: file, main: read('mirror'), security: read('security-mirror'), snapshot: read('snapshot') };
}

function fromMachine(etc: string): Said {
  const debian = machineSources(etc).filter(
    ({ uri, suite }) => isAddress(uri) && debianSuites.includes(baseSuite(suite)),
  );
  return {
    from: etc,
    main: debian.find(({ uri }) => uri.endsWith('/debian'))?.uri,
    security: debian.find(({ uri }) => uri.endsWith('/debian-security'))?.uri,
  };
}

function isAddress(text: string): boolean {
  // No white space and no brackets: the address becomes a word of a sources.list line.
  return /^(https?:\/\/[^\s[\]]+|file:\/[^\s[\]]+)$/.test(text) && URL.canParse(text);
}

function trimmed(address: string): string {
  return address.replace(/\/+$/, '');
}

function checked(address: string, from: string): string {
  if (isAddress(address)) return trimmed(address);
  throw new UserError({
    code: 'bad-mirror',
    message: `${from} says that the mirror is ${JSON.stringify(address)}, which is no address`,
    expected: 'an address that starts with http://, https:// or file:///',
  });
}

function noMirror(env: NodeJS.ProcessEnv): FailedError {
  return new FailedError(
    'no-mirror',
    'no Debian mirror is configured, and this machine has none of its own',
    {
      hint:
        'name one with --mirror http://mirror.example/debian, with the environment variable DISKBIOS_MIRROR, ' +
        `as \`mirror:\` in ${configFile(env)}, or as \`packages.mirror\` in the recipe`,
    },
  );
}
