import { fieldsOf, type Reader, readerOf } from './json-reader.ts';
import {
  engineNames,
  layerings,
  nameProblem,
  newSystem,
  type SystemFile,
  type SystemMount,
  type SystemNetwork,
  systemKinds,
} from './system.ts';

export type ParsedSystem =
  | { readonly system: SystemFile; readonly problems: readonly [] }
  | { readonly system: undefined; readonly problems: readonly string[] };

const keys: ReadonlySet<string> = new Set([
  ...Object.keys(newSystem),
  ...['kind', 'template', 'engine', 'created'],
]);

/** Reads the text of a system.json. Fields that are left out have the values of a new system; all mistakes are named. */
export function parseSystem(text: string | undefined): ParsedSystem {
  if (text === undefined) return { system: undefined, problems: ['system.json cannot be read'] };
  const alike = readAlike(text);
  if (alike !== undefined) return { system: alike, problems: [] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = text.trim() === '' ? 'it is empty' : error instanceof Error ? error.message : String(error);
    return { system: undefined, problems: [`system.json is no JSON: ${why}`] };
  }
  const problems: string[] = [];
  const fields = fieldsOf(json);
  if (fields === undefined) return { system: undefined, problems: ['system.json is no object'] };
  const reader = readerOf(fields, (key, wrong) => problems.push(`system.json: ${key} ${wrong}`));
  reader.onlyKnown(keys);
  const system = readSystem(reader);
  if (system.kind === 'app' && system.template === undefined && fields['template'] === undefined)
    problems.push('system.json: template is missing, and an app system lives on one');
  if (problems.length > 0) return { system: undefined, problems };
  // In any other form, the same line may mean something else.
  if (text === systemText(json as SystemFile)) {
    if (known.size >= mostKnown) known.clear();
    known.set(withoutNumbers(text).rest, system);
  }
  return { system, problems: [] };
}

/**
 * Sound systems by their text without its numbers: mostly they differ in nothing else, and to read one whole takes QuickJS a
 * millisecond or more.
 */
const known = new Map<string, SystemFile>();
const mostKnown = 64;
const [leastIdBase, mostIdBase] = [65536, 4294901760];

interface Numbers {
  idBase?: number;
  created?: number;
}

/** Without a pattern for the whole: QuickJS takes longer for that than for all else. */
function withoutNumbers(text: string): { readonly rest: string; readonly numbers: Numbers } {
  const numbers: Numbers = {};
  let rest = text;
  for (const key of ['idBase', 'created'] as const) {
    const line = `\n "${key}": `;
    const at = rest.indexOf(line);
    if (at < 0) continue;
    const from = at + line.length;
    const digits = /^\d+/.exec(rest.slice(from, from + 16))?.[0] ?? '';
    const isNumber = digits.length < 16 && (digits === '0' || !digits.startsWith('0')) && digits !== '';
    const behind = rest[from + digits.length];
    if (!isNumber || (behind !== ',' && behind !== '\n')) continue;
    numbers[key] = Number(digits);
    rest = `${rest.slice(0, from)}${rest.slice(from + digits.length)}`;
  }
  return { rest, numbers };
}

function readAlike(text: string): SystemFile | undefined {
  if (known.size === 0) return undefined;
  const { rest, numbers } = withoutNumbers(text);
  const { idBase = leastIdBase } = numbers;
  const system = idBase < leastIdBase || idBase > mostIdBase ? undefined : known.get(rest);
  return system === undefined ? undefined : { ...system, ...numbers };
}

function readSystem(reader: Reader): SystemFile {
  if (reader.value('format') !== 1) reader.wrong('format', 'is not 1; a newer version may have written it');
  return {
    format: 1,
    kind: reader.choice('kind', systemKinds, undefined),
    template: reader.object('template', (inner) => ({
      name: inner.text('name', '', wrongName),
      version: inner.text('version', '', versionProblem),
    })),
    layering: reader.choice('layering', layerings, newSystem.layering),
    engine: reader.choice('engine', engineNames, undefined),
    init: reader.optional('init', () => reader.texts('init', [])),
    hostname: reader.optional('hostname', () => reader.text('hostname', '', hostnameProblem)),
    autostart: reader.flag('autostart', newSystem.autostart),
    order: reader.number('order', newSystem.order, { least: 0, most: 999 }),
    after: reader.texts('after', newSystem.after, wrongName),
    restart: reader.choice('restart', ['always', 'on-failure', 'never'], newSystem.restart),
    privileged: reader.flag('privileged', newSystem.privileged),
    idBase: reader.optional('idBase', () =>
      reader.number('idBase', 0, { least: leastIdBase, most: mostIdBase }),
    ),
    network: reader.object('network', readNetwork) ?? newSystem.network,
    limits:
      reader.object('limits', (inner) => ({
        memory: inner.optional('memory', () => inner.number('memory', 0, { least: 1 })),
        cpus: inner.optional('cpus', () => inner.number('cpus', 0, { least: 0.01, fraction: true })),
        processes: inner.optional('processes', () => inner.number('processes', 0, { least: 1 })),
        disk: inner.optional('disk', () => inner.number('disk', 0, { least: 1 })),
      })) ?? newSystem.limits,
    mounts: reader.objects('mounts', readMount),
    env: reader.textMap('env', newSystem.env),
    created: reader.number('created', 0, { least: 0 }),
    note: reader.text('note', newSystem.note),
  };
}

function readNetwork(reader: Reader): SystemNetwork {
  const kind = reader.choice('kind', ['host', 'none', 'bridge', 'lan'], undefined);
  switch (kind) {
    case 'host':
    case 'none':
      return { kind };
    case 'lan':
      return { kind, card: reader.optional('card', () => reader.text('card', '', cardProblem)) };
    case 'bridge':
      return {
        kind,
        ipv4: reader.optional('ipv4', () => reader.text('ipv4', '', ipv4Problem)),
        ipv6: reader.optional('ipv6', () => reader.text('ipv6', '', ipv6Problem)),
        forwards: reader.objects('forwards', (inner) => ({
          protocol: inner.choice('protocol', ['tcp', 'udp'], 'tcp'),
          port: inner.number('port', 0, { least: 1, most: 65535 }),
          to: inner.number('to', 0, { least: 1, most: 65535 }),
        })),
      };
  }
}

const readMount = (reader: Reader): SystemMount => ({
  from: reader.text('from', '', pathProblem),
  to: reader.text('to', '', pathProblem),
  readOnly: reader.flag('readOnly', false),
});

/** `nameProblem` in the form of the other checks. */
export function wrongName(text: string): string | undefined {
  const problem = nameProblem(text);
  return problem === undefined ? undefined : `is no name: ${problem}`;
}

export const versionProblem = (text: string): string | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}$/.test(text)
    ? undefined
    : 'is no version: letters, digits and . + ~ _ -, at most 64';

export const hostnameProblem = (text: string): string | undefined =>
  text.length <= 253 && text.split('.').every((part) => nameProblem(part) === undefined)
    ? undefined
    : 'is no host name: small letters, digits and hyphens, parts of at most 63 characters between dots';

export const cardProblem = (text: string): string | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/.test(text) ? undefined : 'is no name of a network card';

export function ipv4Problem(text: string): string | undefined {
  const parts = text.split('.');
  const fits = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return fits ? undefined : 'is no IPv4 address';
}

export const ipv6Problem = (text: string): string | undefined =>
  /^(?=.*:)[0-9a-f:]{2,39}$/i.test(text) && !/:::|::.*::/.test(text) && text.split(':').length <= 8
    ? undefined
    : 'is no IPv6 address';

/** A path that is handed to mount and to configuration files of engines. */
export function pathProblem(text: string): string | undefined {
  if (!text.startsWith('/')) return 'is not an absolute path';
  if (text.split('/').includes('..')) return "has '..' in it";
  return /[\u0000-\u001f\u007f\\]/.test(text) ? 'has control characters or backslashes in it' : undefined;
}

/** The text of a system.json. Fields without a value are left out. */
export const systemText = (system: SystemFile): string => `${JSON.stringify(system, undefined, 1)}\n`;
