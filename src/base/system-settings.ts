import { formatBytes, parseBytes } from './sizes.ts';
import {
  engineNames,
  layerings,
  type PortForward,
  type SystemFile,
  type SystemLimits,
  type SystemMount,
  type SystemNetwork,
} from './system.ts';
import {
  cardProblem,
  hostnameProblem,
  ipv4Problem,
  ipv6Problem,
  pathProblem,
  wrongName,
} from './system-file.ts';

/** `=` replaces; `+=` and `-=` add to and take from a list. An empty text behind `=` means the default or nothing. */
export type Operator = '=' | '+=' | '-=';

/** A field of a system that a person can set by `systemx set` and `systemx create`. */
export interface Setting {
  /** `memory`; with `.*`, of which there is one for each name: `env.*`. */
  readonly key: string;
  /** What may stand behind the `=`. */
  readonly values: string;
  readonly meaning: string;
  readonly list: boolean;
  /** Counts when the system starts the next time. */
  readonly show: (system: SystemFile) => string;
  /** The changed system, or what is wrong with the value. `name`: what stands for `*`. */
  readonly change: (
    system: SystemFile,
    operator: Operator,
    value: string,
    name: string,
  ) => SystemFile | string;
}

type Read<T> = (value: string) => { readonly value: T } | string;

function simple<K extends keyof SystemFile>(
  key: K,
  values: string,
  meaning: string,
  read: Read<SystemFile[K]>,
  show: (value: SystemFile[K]) => string,
): Setting {
  return {
    key,
    values,
    meaning,
    list: false,
    show: (system) => show(system[key]),
    change(system, _, value) {
      const found = read(value);
      return typeof found === 'string' ? found : { ...system, [key]: found.value };
    },
  };
}

function limit(
  key: keyof SystemLimits,
  values: string,
  meaning: string,
  read: Read<number>,
  show: (value: number) => string,
): Setting {
  return {
    key,
    values,
    meaning,
    list: false,
    show: ({ limits }) => (limits[key] === undefined ? 'none' : show(limits[key])),
    change(system, _, value) {
      const found = value === '' || value === 'none' ? { value: undefined } : read(value);
      return typeof found === 'string'
        ? found
        : { ...system, limits: { ...system.limits, [key]: found.value } };
    },
  };
}

/** Of a list: `+=` leaves what is there already, `-=` takes only what is there. */
function changed<T>(items: readonly T[], operator: Operator, fresh: readonly T[]): readonly T[] | string {
  const same = (a: T, b: T): boolean => JSON.stringify(a) === JSON.stringify(b);
  if (operator === '=') return fresh;
  if (operator === '+=')
    return [...items, ...fresh.filter((one) => !items.some((other) => same(one, other)))];
  const absent = fresh.filter((one) => !items.some((other) => same(one, other)));
  return absent.length > 0
    ? 'is not in the list'
    : items.filter((one) => !fresh.some((other) => same(one, other)));
}

function collection<T>(
  spec: Pick<Setting, 'key' | 'values' | 'meaning'>,
  get: (system: SystemFile) => readonly T[] | string,
  set: (system: SystemFile, items: readonly T[]) => SystemFile,
  read: Read<T>,
  show: (item: T) => string,
): Setting {
  return {
    ...spec,
    list: true,
    show(system) {
      const items = get(system);
      return typeof items === 'string' || items.length === 0 ? 'none' : items.map(show).join(',');
    },
    change(system, operator, value) {
      const items = get(system);
      if (typeof items === 'string') return items;
      const fresh: T[] = [];
      for (const part of value.split(',').filter((word) => word !== '')) {
        const found = read(part);
        if (typeof found === 'string') return found;
        fresh.push(found.value);
      }
      const result = changed(items, operator, fresh);
      return typeof result === 'string' ? result : set(system, result);
    },
  };
}

const flag: Read<boolean> = (value) => {
  if (/^(yes|on|true|1)$/.test(value)) return { value: true };
  return /^(no|off|false|0)$/.test(value) ? { value: false } : 'is neither yes nor no';
};
const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

const oneOf =
  <T extends string>(values: readonly T[]): Read<T> =>
  (value) => {
    const found = values.find((one) => one === value);
    return found === undefined ? `is none of ${values.join(', ')}` : { value: found };
  };

const whole =
  (least: number, most: number): Read<number> =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
      ? { value: Number(value) }
      : `is no whole number from ${least} to ${most}`;

const checked =
  (problem: (text: string) => string | undefined): Read<string> =>
  (value) => {
    const wrong = problem(value);
    return wrong === undefined ? { value } : wrong;
  };

const orNone =
  <T>(read: Read<T>): Read<T | undefined> =>
  (value) =>
    value === '' || value === 'none' ? { value: undefined } : read(value);

const bytes: Read<number> = (value) => {
  const found = parseBytes(value);
  return found === undefined || found < 1 ? 'is no size such as 64MiB or 2GiB' : { value: found };
};

const restarts = ['always', 'on-failure', 'never'] as const;
const networks = ['bridge', 'lan', 'host', 'none'] as const;

function networkOf(kind: (typeof networks)[number]): SystemNetwork {
  switch (kind) {
    case 'bridge':
      return { kind, ipv4: undefined, ipv6: undefined, forwards: [] };
    case 'lan':
      return { kind, card: undefined };
    case 'host':
    case 'none':
      return { kind };
  }
}

type Bridge = Extract<SystemNetwork, { kind: 'bridge' }>;
const needsBridge = 'has an effect with network=bridge only';

function onBridge(
  key: 'ipv4' | 'ipv6',
  meaning: string,
  problem: (text: string) => string | undefined,
): Setting {
  return {
    key: `network.${key}`,
    values: 'ADDRESS or dhcp',
    meaning,
    list: false,
    show: ({ network }) => (network.kind === 'bridge' ? (network[key] ?? 'dhcp') : '-'),
    change(system, _, value) {
      if (system.network.kind !== 'bridge') return needsBridge;
      const automatic = value === '' || value === 'dhcp';
      const wrong = automatic ? undefined : problem(value);
      if (wrong !== undefined) return wrong;
      return { ...system, network: { ...system.network, [key]: automatic ? undefined : value } };
    },
  };
}

/** `8080:80`, `53:53/udp`, `80` for the same port on both sides. */
const forward: Read<PortForward> = (value) => {
  const match = /^(\d{1,5})(?::(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(value);
  const port = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  const fits = [port, to].every((one) => one >= 1 && one <= 65_535);
  return fits
    ? { value: { protocol: match?.[3] === 'udp' ? 'udp' : 'tcp', port, to } }
    : 'is no forward such as 8080:80 or 53:53/udp';
};
const showForward = ({ protocol, port, to }: PortForward): string =>
  `${port}:${to}${protocol === 'udp' ? '/udp' : ''}`;

/** `/srv/data:/data`, `/srv/data:/data:ro`. */
const mount: Read<SystemMount> = (value) => {
  const [from = '', to = '', mode, ...more] = value.split(':');
  const wrong =
    pathProblem(from) ??
    pathProblem(to) ??
    (more.length > 0 || (mode !== undefined && !/^r[ow]$/.test(mode))
      ? 'ends in neither :ro nor :rw'
      : undefined);
  if (to === '') return 'is no mount such as /srv/data:/data or /srv/data:/data:ro';
  return wrong === undefined ? { value: { from, to, readOnly: mode === 'ro' } } : wrong;
};

/** Words as a shell splits them, with quotes; for the command of the first process. */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+))(?=\s|$)/y;
  while (pattern.lastIndex < text.trimEnd().length) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    words.push(match[1]?.replace(/\\(.)/g, '$1') ?? match[2] ?? match[3] ?? '');
  }
  return words;
}

const command: Read<readonly string[]> = (value) => {
  const words = splitWords(value);
  if (words === undefined) return 'has quotes that do not close';
  return words[0]?.startsWith('/') === true
    ? { value: words }
    : 'does not begin with the absolute path of a program';
};

/** All of them, in the order in which they are shown. */
export const settings: readonly Setting[] = [
  simple('autostart', 'yes, no', 'start it with the PE in the mode dual', flag, yesNo),
  simple('engine', engineNames.join(', '), 'how it runs', oneOf(engineNames), String),
  limit('memory', 'SIZE or none', 'how much memory it may use', bytes, formatBytes),
  limit(
    'cpus',
    'NUMBER or none',
    "processors' worth of time, such as 0.5",
    (value) =>
      /^\d+(\.\d+)?$/.test(value) && Number(value) >= 0.01
        ? { value: Number(value) }
        : 'is no number such as 0.5 or 2',
    String,
  ),
  limit('processes', 'NUMBER or none', 'how many processes it may have', whole(1, 4_194_304), String),
  limit(
    'disk',
    'SIZE or none',
    'how much of the disk it may fill, where the file system can',
    bytes,
    formatBytes,
  ),
  {
    key: 'network',
    values: networks.join(', '),
    meaning: "bridge: behind the PE (NAT); lan: on the network itself; host: the PE's own; none",
    list: false,
    show: ({ network }) => network.kind,
    change(system, _, value) {
      const kind = networks.find((one) => one === value);
      if (kind === undefined) return `is none of ${networks.join(', ')}`;
      return kind === system.network.kind ? system : { ...system, network: networkOf(kind) };
    },
  },
  onBridge('ipv4', 'a fixed address on the bridge', ipv4Problem),
  onBridge('ipv6', 'a fixed address on the bridge', ipv6Problem),
  collection(
    {
      key: 'network.forward',
      values: 'PORT:PORT[/udp],...',
      meaning: 'ports of the machine that lead to ones of the system',
    },
    ({ network }) => (network.kind === 'bridge' ? network.forwards : needsBridge),
    (system, forwards) => ({ ...system, network: { ...(system.network as Bridge), forwards } }),
    forward,
    showForward,
  ),
  {
    key: 'network.card',
    values: 'NAME or none',
    meaning: 'the card for network=lan; none: the one with the default route',
    list: false,
    show: ({ network }) => (network.kind === 'lan' ? (network.card ?? 'none') : '-'),
    change(system, _, value) {
      if (system.network.kind !== 'lan') return 'has an effect with network=lan only';
      const read = orNone(checked(cardProblem))(value);
      return typeof read === 'string' ? read : { ...system, network: { kind: 'lan', card: read.value } };
    },
  },
  simple(
    'hostname',
    'NAME or none',
    "its host name; none: the system's name",
    orNone(checked(hostnameProblem)),
    (value) => value ?? 'none',
  ),
  simple(
    'init',
    'COMMAND or none',
    'its first process; none: /sbin/init',
    orNone(command),
    (value) => value?.join(' ') ?? 'none',
  ),
  simple('restart', restarts.join(', '), 'what is done when it ends by itself', oneOf(restarts), String),
  simple('order', '0 to 999', 'smaller starts first', whole(0, 999), String),
  collection(
    { key: 'after', values: 'NAME,...', meaning: 'systems that must be up before it' },
    ({ after }) => after,
    (system, after) => ({ ...system, after }),
    checked(wrongName),
    String,
  ),
  collection(
    { key: 'mount', values: 'FROM:TO[:ro],...', meaning: 'folders of the PE or the disk that it sees' },
    ({ mounts }) => mounts,
    (system, mounts) => ({ ...system, mounts }),
    mount,
    ({ from, to, readOnly }) => `${from}:${to}${readOnly ? ':ro' : ''}`,
  ),
  {
    key: 'env.*',
    values: 'TEXT or nothing',
    meaning: 'an environment variable of its first process',
    list: false,
    show: ({ env }) =>
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    change(system, _, value, name) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'is no name of an environment variable';
      const others = Object.fromEntries(Object.entries(system.env).filter(([key]) => key !== name));
      return { ...system, env: value === '' ? others : { ...others, [name]: value } };
    },
  },
  simple(
    'layering',
    layerings.join(', '),
    'how an app system lies on its template',
    oneOf(layerings),
    String,
  ),
  simple('privileged', 'yes, no', 'root inside is root of the machine: only if it must be', flag, yesNo),
  simple('note', 'TEXT', 'for people', (value) => ({ value }), String),
];
