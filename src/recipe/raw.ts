import type { Mode } from '../base/cmdline.ts';
import type { Json } from '../base/json.ts';
import type { SystemKind } from '../base/system.ts';
import type { HardwareProfileName, MicrocodeVendor } from './hardware-profiles.ts';
import { childSchema } from './merge.ts';
import type { RawTest } from './raw-tests.ts';
import type { RawRootMedia } from './root-media-types.ts';
import type { SchemaNode } from './schema/node.ts';
import type { Arch, BaseConfig, LivefsFormat } from './types.ts';

/** A recipe that fits the schema, with the schema's defaults filled in: what the rules look at and `Recipe` is made from. */
export interface RawRecipe {
  readonly name: string;
  readonly version: string;
  readonly arch: Arch;
  readonly packages: {
    readonly suite: string;
    readonly components: readonly string[];
    readonly mirror?: string;
    readonly 'security-mirror'?: string;
    readonly snapshot?: string;
    readonly updates: boolean;
    readonly security: boolean;
    readonly repositories: readonly {
      readonly name: string;
      readonly url: string;
      readonly suite: string;
      readonly components: readonly string[];
      readonly key: string;
    }[];
  };
  readonly kernel: RawKernel;
  readonly hardware: RawHardware;
  readonly pe: RawPe;
  readonly paths: { readonly systems: string };
  readonly templates: Readonly<Record<string, RawTemplate>>;
  readonly systems: Readonly<Record<string, RawSystem>>;
  readonly boot: {
    readonly timeout: number;
    readonly default?: string;
    readonly consoles: readonly string[];
    readonly quiet: boolean;
    readonly entries: readonly RawEntry[];
    readonly memtest: boolean;
    readonly 'first-disk': boolean;
    readonly secure: RawSecureBoot;
  };
  readonly media: RawMedia;
  readonly tests: readonly RawTest[];
}

export interface RawKernel {
  readonly package?: string;
  readonly source?: string | { readonly url: string; readonly sha256: string };
  readonly config: readonly string[];
  readonly 'base-config': BaseConfig;
  readonly 'version-suffix'?: string;
  readonly file?: string;
  readonly modules: {
    readonly profiles: readonly string[];
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    readonly from?: string;
  };
  readonly cmdline: readonly string[];
}

export interface RawHardware {
  readonly profiles: readonly HardwareProfileName[];
  readonly from?: string;
  readonly firmware?: 'auto' | 'none' | readonly string[];
  readonly microcode: 'auto' | 'none' | readonly MicrocodeVendor[];
  readonly memory?: string;
}

export interface RawTemplate {
  readonly debian?: string;
  readonly packages: readonly string[];
  readonly exclude: readonly string[];
  readonly scripts: boolean;
  readonly oci?: string;
  readonly tag?: string;
  readonly tar?: string;
  readonly strip: number;
  readonly version?: string;
  readonly files: readonly RawFile[];
}

type RawSetting = string | number | boolean | readonly (string | number)[];

/** Beside the two, the settings of `src/base/system-settings.ts`; environment variables as one map. */
export interface RawSystem {
  readonly template: string;
  readonly kind: SystemKind;
  readonly env?: Readonly<Record<string, string>>;
  readonly [setting: string]: RawSetting | Readonly<Record<string, string>> | undefined;
}

export type RawSecureBoot =
  | 'auto'
  | 'debian'
  | 'off'
  | { readonly key: string; readonly certificate: string };

export interface RawMedia extends RawRootMedia {
  readonly iso?: { readonly label?: string; readonly filename?: string };
  readonly uki?: { readonly filename?: string };
  readonly usb?: RawDiskMedium & { readonly compress: 'none' | 'zstd' };
  readonly qcow2?: RawDiskMedium;
  readonly vmdk?: RawDiskMedium;
  readonly vdi?: RawDiskMedium;
  readonly vhd?: RawDiskMedium;
  readonly vhdx?: RawDiskMedium;
  readonly netboot?: { readonly filename?: string };
  readonly ova?: RawDiskMedium & { readonly memory: string; readonly cpus: number };
}

export interface RawDiskMedium {
  readonly label?: string;
  readonly filename?: string;
  readonly size?: string;
  readonly 'slot-size'?: string;
  readonly 'data-size'?: string;
}

interface RawPe {
  readonly template: string;
  readonly livefs: LivefsFormat;
  readonly packages: readonly string[];
  readonly exclude: readonly string[];
  readonly files: readonly RawFile[];
  readonly hostname?: string;
  readonly timezone: string;
  readonly console: { readonly font?: string; readonly keymap?: string };
  readonly users: readonly RawUser[];
  readonly 'ssh-keys': readonly RawKey[];
  readonly services: Readonly<Record<string, RawService>>;
  readonly network: {
    readonly dns: readonly string[];
    readonly search: readonly string[];
    readonly interfaces: readonly RawInterface[];
  };
}

export interface RawFile {
  readonly path: string;
  readonly source?: string;
  readonly content?: string;
  readonly link?: string;
  readonly mode?: string | number;
  readonly uid: number;
  readonly gid: number;
}

export type RawKey = string | { readonly file: string };

export interface RawUser {
  readonly name: string;
  readonly uid?: number;
  readonly groups: readonly string[];
  readonly home?: string;
  readonly shell: string;
  readonly 'password-hash'?: string;
  readonly 'ssh-keys': readonly RawKey[];
}

export interface RawService {
  readonly run: string | readonly string[];
  readonly after: readonly string[];
  readonly restart: 'always' | 'on-failure' | 'never';
  readonly env: Readonly<Record<string, string>>;
  readonly enabled: boolean;
}

interface FixedAddress {
  readonly address: string;
  readonly gateway?: string;
}

export interface RawInterface {
  readonly match: string;
  readonly ipv4: 'dhcp' | 'off' | FixedAddress;
  readonly ipv6: 'auto' | 'off' | FixedAddress;
}

export interface RawEntry {
  readonly title: string;
  readonly mode: Mode;
  readonly system?: string;
  readonly systems: readonly string[];
  readonly console?: string;
  readonly dirs?: readonly string[];
  readonly data?: string;
  readonly debug: boolean;
  readonly cmdline: readonly string[];
}

/** Fills in the schema's defaults, in maps that are there and in those that a default makes. */
export function withDefaults(value: Json, schema: SchemaNode | undefined): Json {
  if (Array.isArray(value)) return (value as Json[]).map((item) => withDefaults(item, schema?.items));
  if (value === null || typeof value !== 'object') return value;
  const missing = Object.entries(schema?.properties ?? {}).flatMap(([key, { default: byDefault }]) =>
    byDefault === undefined || key in value ? [] : [[key, byDefault] as const],
  );
  return Object.fromEntries(
    [...Object.entries(value), ...missing].map(([key, item]) => [
      key,
      withDefaults(item ?? null, childSchema(schema, key)),
    ]),
  );
}
