/**
 * A system as `system.json` describes it (`<systems dir>/<name>/system.json`). Written by the manager and by the builder, read by both and by
 * early take-over. No Node types: compiled for QuickJS too.
 */
export interface SystemFile {
  readonly format: 1;
  /** `os`: a root of its own in `rootfs/`. `app`: its template and what it changed in `delta/`. */
  readonly kind: SystemKind;
  /** What it was made from; an app system lives on it. */
  readonly template: TemplateRef | undefined;
  /** How an app system is put together. `overlay`: one overlay mount. `binds`: the template's folders one by one, read-only. */
  readonly layering: Layering;
  readonly engine: EngineName;
  /** Command of its first process; `undefined`: /sbin/init. */
  readonly init: readonly string[] | undefined;
  readonly hostname: string | undefined;
  readonly autostart: boolean;
  /** Smaller starts first; equals side by side. */
  readonly order: number;
  /** Systems that must run before it. */
  readonly after: readonly string[];
  readonly restart: 'always' | 'on-failure' | 'never';
  /** Root inside is root outside: by asking only. */
  readonly privileged: boolean;
  /** First host id of its 65,536 user and group ids; `undefined` where privileged or with an engine without id mapping. */
  readonly idBase: number | undefined;
  readonly network: SystemNetwork;
  readonly limits: SystemLimits;
  /** Extra folders of the PE or the data volume that it sees. */
  readonly mounts: readonly SystemMount[];
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly note: string;
}

export const systemKinds = ['os', 'app'] as const;
export type SystemKind = (typeof systemKinds)[number];
export const layerings = ['overlay', 'binds'] as const;
export type Layering = (typeof layerings)[number];
/** Engines that the contracts know; which of them a PE has is found out there. */
export const engineNames = ['chroot', 'lxc', 'uml', 'vm'] as const;
export type EngineName = (typeof engineNames)[number];

export interface TemplateRef {
  readonly name: string;
  readonly version: string;
}

/** The PE's own root as a template; it is never copied. Its version is the image's. */
export const livefsTemplate = 'livefs';

export type SystemNetwork =
  /** The PE's network itself (engine chroot knows no other). */
  | { readonly kind: 'host' }
  | { readonly kind: 'none' }
  /** The PE's bridge: NAT, DHCP, names. `undefined` addresses come from DHCP; fixed ones are of the bridge's network. */
  | {
      readonly kind: 'bridge';
      readonly ipv4: string | undefined;
      readonly ipv6: string | undefined;
      readonly forwards: readonly PortForward[];
    }
  /** Directly on the network of a card of the machine (macvlan), by its own DHCP. `undefined`: the card with the default route. */
  | { readonly kind: 'lan'; readonly card: string | undefined };

/** A port of the machine that leads to one of the system. */
export interface PortForward {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly to: number;
}

/** `undefined`: no limit. */
export interface SystemLimits {
  /** Bytes. */
  readonly memory: number | undefined;
  /** Processors' worth of time, such as 0.5 or 2. */
  readonly cpus: number | undefined;
  readonly processes: number | undefined;
  /** Bytes of its delta or root, where the file system can (ext4 project quota, btrfs qgroup). */
  readonly disk: number | undefined;
}

export interface SystemMount {
  /** Absolute path outside. */
  readonly from: string;
  /** Absolute path inside. */
  readonly to: string;
  readonly readOnly: boolean;
}

/** `<systems dir>/.templates/<name>@<version>.json`, beside the root itself. */
export interface TemplateFile {
  readonly format: 1;
  readonly name: string;
  readonly version: string;
  /** `folder`: `<name>@<version>/`; `erofs`/`squashfs`: an image file with that ending. */
  readonly form: 'folder' | 'erofs' | 'squashfs';
  /** Where it came from, for a person: `debian trixie`, `oci:…`, `tar:…`. */
  readonly source: string;
  /** Over paths, modes, owners, links and contents in a fixed order, or over the image file. */
  readonly sha256: string;
  readonly size: number;
  readonly created: number;
  /** Default first process of systems made from it (OCI entry points). */
  readonly init: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** Names of systems and templates: 1 to 63 characters, as a host name and a folder name can be. */
export const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Why a text cannot be the name of a system, or `undefined` where it can. */
export function nameProblem(name: string): string | undefined {
  if (namePattern.test(name)) return undefined;
  if (name === '') return 'it is empty';
  if (name.length > 63) return `it has ${name.length} characters, and 63 is the most`;
  if (/[/\\]/.test(name)) return 'it has a slash in it';
  if (/[A-Z]/.test(name)) return 'it has capital letters; small ones only, since it becomes a host name';
  if (/\s/.test(name)) return 'it has white space in it';
  if (/^-|-$/.test(name)) return 'it begins or ends with a hyphen';
  if (/^\./.test(name)) return 'it begins with a dot';
  return 'it may have only the letters a to z, digits and hyphens';
}

/** The values that `systemx create` starts from. */
export const newSystem: Omit<SystemFile, 'kind' | 'template' | 'created' | 'engine'> = {
  format: 1,
  layering: 'overlay',
  init: undefined,
  hostname: undefined,
  autostart: false,
  order: 50,
  after: [],
  restart: 'on-failure',
  privileged: false,
  idBase: undefined,
  network: { kind: 'bridge', ipv4: undefined, ipv6: undefined, forwards: [] },
  limits: { memory: undefined, cpus: undefined, processes: undefined, disk: undefined },
  mounts: [],
  env: {},
  note: '',
};
