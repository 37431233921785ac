import { idsEach } from './ids.ts';

/** One line of the table by which a root is put together, in order. */
export interface RootMount {
  readonly what: string;
  readonly at: string;
  /** `none` with the option `bind`. */
  readonly type: 'none' | 'overlay' | 'tmpfs';
  readonly options: readonly string[];
}

export interface RootFacts {
  /** Folder of the system: `<dir>/<name>`. */
  readonly folder: string;
  /** Folder in memory that the parts are mounted in. */
  readonly run: string;
  /** Where the root is to be. */
  readonly root: string;
  /** First of its own user and group ids; `undefined`: root inside is root of the machine. */
  readonly idBase: number | undefined;
}

/** What stands on a template. `lower`: its read-only layers, the topmost first. */
export interface AppFacts extends RootFacts {
  readonly lower: readonly string[];
}

/** A top folder of the root of a system whose template is mounted folder by folder. */
export interface TopFolder {
  readonly name: string;
  /** `template`: that of the template, read-only. `own`: the system's own, in its delta. */
  readonly from: 'template' | 'own';
}

/**
 * Overlayfs makes its own files (whiteouts, copies under way) as root of the machine, so that id too must have a place on the
 * disk: the first that no system has. Nothing inside the system can be or become that user.
 */
const idMap = (base: number): string => `X-mount.idmap=b:0:${base}:${idsEach} b:${idsEach}:0:1`;

/** Device files that a template or an archive may have brought open nothing. */
const tame = (idBase: number | undefined): string[] => (idBase === undefined ? [] : ['nodev']);

function bind(what: string, at: string, idBase: number | undefined, ...options: string[]): RootMount {
  const mapped = idBase === undefined ? [] : [idMap(idBase)];
  return { what, at, type: 'none', options: ['bind', ...options, ...mapped] };
}

/** The root of a system that has one of its own. */
export const osMounts = ({ folder, root, idBase }: RootFacts): RootMount[] => [
  bind(`${folder}/rootfs`, root, idBase, ...tame(idBase)),
];

/** Its template's layers where an overlay can take them, and the mounts that bring them there. */
function lowerMounts({ run, lower, idBase }: AppFacts): { lower: string[]; mounts: RootMount[] } {
  if (idBase === undefined) return { lower: [...lower], mounts: [] };
  const at = (n: number): string => `${run}/lower/${n}`;
  return {
    lower: lower.map((_, n) => at(n)),
    mounts: lower.map((what, n) => bind(what, at(n), idBase, 'ro', 'nodev')),
  };
}

/** Overlayfs takes `:` and `,` in paths as separators, so they are refused where paths are made (`dirProblem`). */
function overlay(at: string, lower: readonly string[], options: readonly string[]): RootMount {
  return {
    what: 'overlay',
    at,
    type: 'overlay',
    options: [`lowerdir=${lower.join(':')}`, ...options],
  };
}

/** All layers as one folder that nobody writes to, the topmost first. */
export const overlayReadOnly = (layers: readonly string[], at: string): RootMount =>
  overlay(at, layers, ['ro', 'nodev']);

/** The root of an app system: one overlay of its delta on its template. */
export function overlayMounts(facts: AppFacts): RootMount[] {
  const { folder, run, root, idBase } = facts;
  const { lower, mounts } = lowerMounts(facts);
  // Delta and work must be reached through one and the same mount.
  const own = idBase === undefined ? folder : `${run}/own`;
  return [
    ...mounts,
    ...(idBase === undefined ? [] : [bind(folder, own, idBase)]),
    overlay(root, lower, [`upperdir=${own}/delta`, `workdir=${own}/work`, 'noatime', ...tame(idBase)]),
  ];
}

/** The root of an app system that is its delta, with folders of its template mounted over it one by one, read-only. */
export function bindMounts(facts: AppFacts, tops: readonly TopFolder[]): RootMount[] {
  const { folder, run, root, idBase } = facts;
  const { lower, mounts } = lowerMounts(facts);
  const [only = '', ...more] = lower;
  const template = more.length === 0 ? only : `${run}/template`;
  return [
    ...mounts,
    ...(more.length === 0 ? [] : [overlay(template, lower, ['ro', 'nodev'])]),
    bind(`${folder}/delta`, root, idBase, ...tame(idBase)),
    ...tops
      .filter(({ from }) => from === 'template')
      .map(({ name }) => bind(`${template}/${name}`, `${root}/${name}`, undefined, 'ro', ...tame(idBase))),
  ];
}

/** What of a template a system with the layering `binds` has for itself; the rest of the folders is the template's. */
const own = new Set(['etc', 'home', 'media', 'mnt', 'opt', 'root', 'srv', 'var']);
/** Mounted anew at each start. */
const volatile = new Set(['dev', 'proc', 'run', 'sys', 'tmp']);

/** What becomes of each top folder of a template. */
export const topFolders = (names: readonly string[]): TopFolder[] =>
  names
    .filter((name) => !volatile.has(name))
    .map((name) => ({ name, from: own.has(name) ? 'own' : 'template' }));

const escaped = (text: string): string =>
  text.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** The table for `mount -a -T`: one process mounts them all. */
export const mountTable = (mounts: readonly RootMount[]): string =>
  mounts
    .map(({ what, at, type, options }) =>
      [what, at, type, options.join(',')].map(escaped).concat('0 0').join(' '),
    )
    .map((line) => `${line}\n`)
    .join('');

/** Layers of the PE's own root that are none of a system's business: its programs and settings, drivers, the agent for tests. */
const ofThePe = /^\d+-(pe|modules|agent)$/;

/** The layers that systems on the livefs share, of the names below `/run/diskbios/livefs`, the topmost first. */
export const sharedLayers = (names: readonly string[]): string[] =>
  names
    .filter((name) => /^\d+-/.test(name) && !ofThePe.test(name))
    .sort()
    .reverse();
