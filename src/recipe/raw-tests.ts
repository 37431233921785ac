import type { BootFailure } from '../base/boot-failures.ts';
import type { Mode } from '../base/cmdline.ts';
import type { Json } from '../base/json.ts';
import type { DiskBus, DriveFault, Firmware, MachineModel, NetworkCardModel } from '../base/machine.ts';
import type { TestFilesystem } from './test-types.ts';

/** One value, or a list of them. */
export type Many<T> = T | readonly T[];

export function many<T extends string | number>(value: Many<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [value];
}

/** An item of `tests:` that fits the schema, with the schema's defaults filled in; durations and sizes as they were written. */
export interface RawTest {
  readonly name: string;
  readonly matrix: {
    readonly medium?: Many<string>;
    readonly firmware?: Many<Firmware>;
    readonly memory?: Many<string>;
    readonly cpus?: Many<number>;
  };
  /** Either machines by name, … */
  readonly guests?: Readonly<Record<string, RawGuest>>;
  /** … or, of the only one, its kind, disks and network. */
  readonly machine?: MachineModel;
  readonly disks?: RawDisks;
  readonly network?: RawNetwork;
  readonly steps: readonly RawStep[];
}

export interface RawGuest {
  readonly image: boolean;
  readonly machine?: MachineModel;
  readonly firmware?: Firmware;
  readonly memory?: string;
  readonly cpus?: number;
  readonly disks?: RawDisks;
  readonly network?: RawNetwork;
  readonly on: boolean;
}

export type RawDisks = Readonly<Record<string, RawDisk>>;

export interface RawDisk {
  readonly bus: DiskBus;
  readonly size?: string;
  readonly from?: string;
  readonly filesystem?: TestFilesystem['type'] | RawFilesystem;
  readonly fault?: Pick<DriveFault, 'on' | 'error' | 'once'> & { readonly sector?: number };
  readonly 'read-only': boolean;
  readonly plugged: boolean;
}

export interface RawFilesystem {
  readonly type: TestFilesystem['type'];
  readonly label?: string;
  readonly files?: string;
  readonly full?: boolean;
}

interface RawLink {
  readonly link: string;
}
type RawCard = 'user' | NetworkCardModel | RawLink;
export type RawNetwork = 'none' | RawCard | readonly RawCard[];

interface Within {
  readonly within?: string;
}

/** Any combination of keys fits the schema; the rules see to it that exactly one is a verb (`tests/verbs.ts`). */
export interface RawStep extends Within {
  readonly ready?: Mode | (Within & { readonly mode: Mode });
  readonly run?: string;
  readonly ssh?: string;
  readonly menu?: string;
  readonly console?: Within & { readonly expect?: string; readonly send?: string };
  readonly screen?: Within & { readonly contains?: Many<string>; readonly save?: string };
  readonly type?: string;
  readonly press?: Many<string>;
  readonly reboot?: Within & { readonly by: 'command' | 'keyboard' };
  readonly 'power-cut'?: { readonly after: string };
  readonly poweroff?: Within & { readonly by: 'button' | 'command' | 'itself' };
  readonly 'power-on'?: Readonly<Record<string, never>>;
  readonly plug?: string;
  readonly unplug?: string;
  readonly fails?: BootFailure;
  readonly wait?: string;

  readonly on?: Many<string>;
  readonly expect?: RawExpectation;
  readonly stdin?: string;
  readonly retry?: string;
  readonly user?: string;
  readonly by?: 'serial' | 'keyboard';
}

export interface RawExpectation {
  readonly status?: number | 'any';
  readonly stdout?: string | RawText;
  readonly stderr?: string | RawText;
  readonly json?: Json;
}

export interface RawText {
  readonly is?: string;
  readonly contains?: Many<string>;
  readonly lacks?: Many<string>;
  readonly matches?: string;
}
