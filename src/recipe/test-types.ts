import type { Mode } from '../base/cmdline.ts';
import type { Json } from '../base/json.ts';
import type {
  DiskFilesystem,
  Firmware,
  ImageAttachment,
  MachineDisk,
  MachineModel,
  NetworkCardModel,
} from '../base/machine.ts';
import type { BootMediumKind } from './types.ts';

/** One entry of a recipe's `tests:`, with everything filled in. Each combination of its matrix is a case of its own. */
export interface BootTest {
  readonly name: string;
  readonly matrix: TestMatrix;
  /** File with the only certificate in machines with Secure Boot, absolute; `undefined`: they have Microsoft's keys. */
  readonly certificate?: string | undefined;
  /** Machines by name; a test that names none has one called `pe`. */
  readonly guests: Readonly<Record<string, TestGuest>>;
  readonly steps: readonly TestStep[];
  /** Where the test stands in the recipe: `['tests', 2]`. */
  readonly path: readonly (string | number)[];
}

/** None of the lists is empty. */
export interface TestMatrix {
  readonly medium: readonly TestMedium[];
  readonly firmware: readonly Firmware[];
  /** Bytes. */
  readonly memory: readonly number[];
  readonly cpus: readonly number[];
}

/** A medium and how it is attached: `iso` is an ISO as CD, `iso-as-usb` the same file on a stick. */
export interface TestMedium {
  readonly kind: BootMediumKind;
  readonly as: ImageAttachment;
}

export interface TestGuest {
  /** Whether the image is attached to it, before all disks; a machine without it boots from its disks. */
  readonly image: boolean;
  /** Default: q35. */
  readonly model?: MachineModel | undefined;
  /** Instead of the matrix's. */
  readonly firmware: Firmware | undefined;
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
  /** By name, in boot order. */
  readonly disks: Readonly<Record<string, TestDisk>>;
  readonly networks: readonly TestNetwork[];
  /** Whether the machine is switched on at once; else by a step `power-on`. */
  readonly on: boolean;
}

/** A disk made for one case and kept across its boots. */
export type TestDisk = MachineDisk;
export type TestFilesystem = DiskFilesystem;

/** `user`: QEMU's NAT router; `link`: a private cable between the guests that name it. */
export type TestNetwork =
  | { readonly kind: 'user'; readonly card?: NetworkCardModel }
  | { readonly kind: 'link'; readonly name: string };

interface Common {
  /** Names of the guests it is for, at least one, one after the other. `wait`, which is for none, names one. */
  readonly guests: readonly string[];
  /** Time limit in milliseconds on an ordinary machine; `undefined`: the step's usual one. */
  readonly within: number | undefined;
}

export type TestStep = Common &
  (
    | { readonly kind: 'ready'; readonly mode: Mode }
    /** A command in the guest, by a shell, through the agent or as an outside user through SSH. */
    | (CommandStep & { readonly kind: 'run'; readonly stdin: string | undefined })
    | (CommandStep & { readonly kind: 'ssh'; readonly user: string })
    | { readonly kind: 'menu'; readonly entry: string; readonly by: 'serial' | 'keyboard' }
    /** A conversation on the serial line: waits for `expect` (regular expression), then sends `send`. */
    | { readonly kind: 'console'; readonly expect: string | undefined; readonly send: string | undefined }
    | { readonly kind: 'screen'; readonly contains: readonly string[]; readonly save: string | undefined }
    | { readonly kind: 'type'; readonly text: string }
    /** Keys pressed together, by QEMU's names: `[ctrl, alt, delete]`. */
    | { readonly kind: 'press'; readonly keys: readonly string[] }
    | { readonly kind: 'reboot'; readonly by: 'command' | 'keyboard' }
    /** The plug is pulled after so many milliseconds, and put in again. */
    | { readonly kind: 'power-cut'; readonly after: number }
    | { readonly kind: 'poweroff'; readonly by: 'button' | 'command' | 'itself' }
    | { readonly kind: 'power-on' }
    | { readonly kind: 'plug'; readonly disk: string }
    | { readonly kind: 'unplug'; readonly disk: string }
    /** The boot must fail with this name (`src/base/boot-failures.ts`). */
    | { readonly kind: 'fails'; readonly failure: string }
    | { readonly kind: 'wait'; readonly ms: number }
  );

export interface CommandStep {
  readonly command: string;
  readonly expect: CommandExpectation;
  /** Ask again until the answer is right, for so many milliseconds; 0: once. */
  readonly retry: number;
}

export interface CommandExpectation {
  /** The exit code; `any`: does not matter. */
  readonly status: number | 'any';
  readonly stdout: TextExpectation | undefined;
  readonly stderr: TextExpectation | undefined;
  /** The output is JSON that holds this: objects need have only these keys, lists hold an element for each of these. */
  readonly json: Json | undefined;
}

/** All that are given must hold. */
export interface TextExpectation {
  /** The whole text but for white space around it. */
  readonly is: string | undefined;
  readonly contains: readonly string[];
  readonly lacks: readonly string[];
  /** A regular expression (JavaScript, multi-line). */
  readonly matches: string | undefined;
}
