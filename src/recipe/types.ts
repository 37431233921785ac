import type { Mode } from '../base/cmdline.ts';
import type { Place } from '../base/errors.ts';
import type { HardwareReport } from '../base/hardware-report.ts';
import type { SystemFile, SystemKind } from '../base/system.ts';
import type { HardwareProfileName, MicrocodeVendor } from './hardware-profiles.ts';
import { type RootMediaSpec, type RootMediumKind, rootMediaKinds } from './root-media-types.ts';
import type { BootTest } from './test-types.ts';

export type { Mode } from '../base/cmdline.ts';

/**
 * The recipe after everything is settled: one frozen value, defaults filled in, paths absolute, nothing optional by
 * accident. Everything after `src/recipe/` works from this and never asks whether a key was there.
 */
export interface Recipe {
  /** The recipe's file, absolute. */
  readonly file: string;
  readonly name: string;
  readonly version: string;
  /** Debian's name for the architecture. */
  readonly arch: Arch;
  readonly source: PackageSource;
  readonly kernel: KernelSpec;
  readonly hardware: HardwareSpec;
  readonly pe: PeSpec;
  readonly paths: { readonly systems: string };
  /** Roots that travel on the media, by name. */
  readonly templates: Readonly<Record<string, TemplateSpec>>;
  /** Systems that the PE makes of them, or of its own root, when it starts for the first time; by name. */
  readonly systems: Readonly<Record<string, CarriedSystemSpec>>;
  readonly boot: BootSpec;
  readonly media: MediaSpec;
  /** What `diskbios test` proves, at least one; nothing of it is in the image. */
  readonly tests: readonly BootTest[];
  /**
   * Where a value was written, for errors found later: `place(['pe', 'packages', 2])`. The path uses the keys of the
   * YAML file (camelCase is understood too); one that is not there gives its nearest parent.
   */
  readonly place: (path: readonly (string | number)[]) => Place;
}

/** The architectures that can be built, by Debian's names. */
export const arches = ['amd64'] as const;
export type Arch = (typeof arches)[number];

export interface PackageSource {
  readonly suite: string;
  readonly components: readonly string[];
  /** Base address of the Debian mirror, no trailing slash; `undefined`: from the environment, see `src/debian/mirror.ts`. */
  readonly mirror: string | undefined;
  /** The mirror of Debian's security archive; `undefined`: found beside `mirror`. */
  readonly securityMirror: string | undefined;
  /** A snapshot mirror to fall back to for packages that have vanished. */
  readonly snapshot: string | undefined;
  /** Use the suite's `-updates` and `-security`. */
  readonly updates: boolean;
  readonly security: boolean;
  readonly repositories: readonly Repository[];
}

/** A package repository beside Debian's own. */
export interface Repository {
  readonly name: string;
  readonly url: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Absolute path of its public key, `.asc` or `.gpg`. */
  readonly key: string;
}

export interface KernelSpec {
  readonly from: KernelOrigin;
  readonly modules: ModuleSelection;
  /** Words added to the kernel command line of every entry. */
  readonly cmdline: readonly string[];
}

export type KernelOrigin =
  /** Debian package that brings (or depends on) `/boot/vmlinuz-*` and its modules. */
  | { readonly kind: 'package'; readonly package: string }
  | KernelSource
  /** A bzImage that was built elsewhere, and a folder or an archive with its modules; absolute. */
  | { readonly kind: 'file'; readonly file: string; readonly modules: string | undefined };

export interface KernelSource {
  readonly kind: 'source';
  readonly source:
    | { readonly kind: 'package'; readonly package: string }
    /** `url` is an address or an absolute path. */
    | { readonly kind: 'archive'; readonly url: string; readonly sha256: string };
  /** Laid over `base`, later over earlier. */
  readonly fragments: readonly KernelFragment[];
  readonly base: BaseConfig;
  /** `CONFIG_LOCALVERSION`; empty: what the fragments say. */
  readonly suffix: string;
}

export interface KernelFragment {
  /** As it is written in the recipe. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** It comes with diskbios. */
  readonly shipped: boolean;
}

/** What the fragments of a kernel’s configuration are laid over: targets of its Makefile. */
export const baseConfigs = ['tinyconfig', 'allnoconfig'] as const;
export type BaseConfig = (typeof baseConfigs)[number];

export interface ModuleSelection {
  /** Named sets, see `src/recipe/module-profiles.ts`. */
  readonly profiles: readonly string[];
  /** Module names, or globs over paths below `kernel/` such as `drivers/net/ethernet/**`. Each must match something. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What machine the image is for: `kernel.modules` is beside it, and what either names is in. */
export interface HardwareSpec {
  /** Named kinds of machines, see `src/recipe/hardware-profiles.ts`. */
  readonly profiles: readonly HardwareProfileName[];
  readonly from: HardwareMachine | undefined;
  /** `auto`: the files that the chosen modules name; else those of them that fit a glob, and all others that do. */
  readonly firmware: 'auto' | 'none' | readonly string[];
  readonly microcode: readonly MicrocodeVendor[];
  /** Bytes of the smallest machine it must boot in; `undefined`: not said. */
  readonly memory: number | undefined;
}

/** One certain machine. */
export interface HardwareMachine {
  /** What `diskbios hardware probe` wrote, absolute. */
  readonly file: string;
  readonly report: HardwareReport;
}

/** Forms of the root file system inside the initrd. */
export const livefsFormats = ['squashfs', 'erofs', 'cpio'] as const;
export type LivefsFormat = (typeof livefsFormats)[number];

export interface PeSpec {
  /** Absolute path of the template folder (`rootfs-templates/<name>`). */
  readonly template: string;
  readonly livefs: LivefsFormat;
  readonly packages: readonly string[];
  /** Globs of paths (no leading slash) left out of packages. */
  readonly exclude: readonly string[];
  readonly files: readonly PeFile[];
  readonly hostname: string;
  readonly timezone: string;
  readonly users: readonly PeUser[];
  /** Public keys that may log in as root by SSH, each one line. */
  readonly sshKeys: readonly string[];
  readonly console: PeConsole;
  /** Services of the PE by name. */
  readonly services: Readonly<Record<string, PeService>>;
  readonly network: PeNetwork;
}

/** The PE's own screens and keyboard. */
export interface PeConsole {
  /** A font of Debian's console-setup-linux by name; `auto`: a large one on wide screens; `undefined`: the kernel's. */
  readonly font: string | undefined;
  /** A keymap of Debian's console-data by name; `undefined`: the kernel's, which is American. */
  readonly keymap: string | undefined;
}

/** A file, folder or link that the recipe puts into the livefs. */
export interface PeFile {
  /** Absolute path in the PE. */
  readonly path: string;
  /** Exactly one of the three. `source` is an absolute path on the build machine, a file or a folder. */
  readonly from:
    | { readonly kind: 'source'; readonly source: string }
    | { readonly kind: 'content'; readonly content: string }
    | { readonly kind: 'link'; readonly target: string };
  /** Permission bits; `undefined`: the source's own, or 0644. */
  readonly mode: number | undefined;
  readonly uid: number;
  readonly gid: number;
}

export interface PeUser {
  readonly name: string;
  readonly uid: number;
  readonly groups: readonly string[];
  readonly home: string;
  readonly shell: string;
  /** crypt(3) hash; `undefined`: no password login (root without keys and hash gets a one-time password). */
  readonly passwordHash: string | undefined;
  readonly sshKeys: readonly string[];
}

/** A supervised service. Its JSON form is read by the PE's supervisor (src/pe). */
export interface PeService {
  /** Command and arguments; it stays in the foreground. */
  readonly run: readonly string[];
  /** Services that are started before this one. */
  readonly after: readonly string[];
  readonly restart: 'always' | 'on-failure' | 'never';
  readonly env: Readonly<Record<string, string>>;
  readonly enabled: boolean;
}

export interface PeNetwork {
  /** Name servers and search domains beside those from DHCP. */
  readonly dns: readonly string[];
  readonly search: readonly string[];
  /** Per interface: a name or a glob (`eth0`, `en*`, `*`), first match wins. */
  readonly interfaces: readonly PeInterface[];
}

export interface PeInterface {
  readonly match: string;
  readonly ipv4: 'dhcp' | 'off' | { readonly address: string; readonly gateway: string | undefined };
  readonly ipv6: 'auto' | 'off' | { readonly address: string; readonly gateway: string | undefined };
}

/** A root that systems are made from. */
export interface TemplateSpec {
  /** `undefined`: follows from what it is made of. */
  readonly version: string | undefined;
  readonly from: TemplateOrigin;
  /** Laid over what it is made of. */
  readonly files: readonly PeFile[];
}

export type TemplateOrigin =
  | {
      readonly kind: 'debian';
      readonly suite: string;
      /** Beside the essential ones. */
      readonly packages: readonly string[];
      /** Globs of paths (no leading slash) left out. */
      readonly exclude: readonly string[];
      /** Run the packages' scripts, by mmdebstrap; else the root is finished as the PE's own is. */
      readonly scripts: boolean;
    }
  /** An OCI image, absolute: a layout in a folder, an `oci-archive`, what `docker save` writes. */
  | { readonly kind: 'oci'; readonly path: string; readonly tag: string | undefined }
  /** An archive of a root, absolute; `strip`: leading folders of its names to leave out. */
  | { readonly kind: 'tar'; readonly path: string; readonly strip: number };

export interface CarriedSystemSpec {
  /** A name of `templates`, or `livefs`. */
  readonly template: string;
  readonly kind: SystemKind;
  /** Words such as `memory=256MiB`, as `systemx create` takes them. */
  readonly settings: readonly string[];
  /** What these come to, but for what is known in the PE only. */
  readonly system: Pick<SystemFile, 'autostart' | 'engine'>;
}

export interface BootSpec {
  /** Seconds the menu waits; 0: no menu. */
  readonly timeout: number;
  /** Title of the default entry. */
  readonly default: string;
  /** Kernel consoles; the last is `/dev/console`: `tty0`, `ttyS0,115200n8`. */
  readonly consoles: readonly string[];
  /** Of the kernel only errors are shown. */
  readonly quiet: boolean;
  readonly entries: readonly BootEntry[];
  readonly memtest: boolean;
  /** Offer "boot from the first disk". */
  readonly firstDisk: boolean;
  readonly secure: SecureBoot;
}

/** By whose signatures media start on UEFI with Secure Boot. */
export type SecureBoot =
  | { readonly kind: 'off' }
  /** Debian's, which most firmware trusts through Microsoft's. */
  | { readonly kind: 'debian' }
  | OwnKey;

/** A key of the user's: PEM files, absolute. The private one is read when something is signed, and kept nowhere. */
export interface OwnKey {
  readonly kind: 'own';
  readonly key: string;
  readonly certificate: string;
}

export interface BootEntry {
  readonly title: string;
  readonly mode: Mode;
  /** `diskbios.system=`, for takeover. */
  readonly system: string | undefined;
  /** `diskbios.systems=`, for dual. */
  readonly systems: readonly string[];
  /** `diskbios.console=`. */
  readonly console: string | undefined;
  /** `diskbios.dir=`; `undefined`: `paths.systems`. */
  readonly dirs?: readonly string[] | undefined;
  /** `diskbios.data=`. */
  readonly data: string | undefined;
  /** `diskbios.debug`. */
  readonly debug: boolean;
  /** More words for the kernel command line. */
  readonly cmdline: readonly string[];
}

export interface MediaSpec extends RootMediaSpec {
  readonly iso: IsoSpec | undefined;
  readonly uki: UkiSpec | undefined;
  readonly usb: UsbSpec | undefined;
  readonly qcow2: DiskSpec | undefined;
  readonly vmdk: DiskSpec | undefined;
  readonly vdi: DiskSpec | undefined;
  readonly vhd: DiskSpec | undefined;
  readonly vhdx: DiskSpec | undefined;
  readonly ova: OvaSpec | undefined;
  readonly netboot: NetbootSpec | undefined;
}

export interface IsoSpec {
  /** ISO 9660 volume name: 1 to 32 of A–Z, 0–9 and `_`. */
  readonly label: string;
  /** Output file name. */
  readonly filename: string;
}

/** A program for UEFI: kernel, initrd and command line in one. */
export interface UkiSpec {
  /** Output file name. */
  readonly filename: string;
}

/** A disk with a boot loader, two slots for kernel and initrd, and a data file system. Sizes are in bytes. */
export interface DiskSpec {
  /** Output file name. */
  readonly filename: string;
  /** Volume name of the EFI system partition: 1 to 11 of A–Z, 0–9 and `_`. */
  readonly label: string;
  /** Of the whole disk; `undefined`: as large as its parts. */
  readonly size: number | undefined;
  /** Of each of the two slots; `undefined`: what goes in, and half as much again. */
  readonly slotSize: number | undefined;
  readonly dataSize: number;
  /** The recipe says `dataSize`; else it grows by what travels on it. */
  readonly dataSizeAsked: boolean;
}

export interface UsbSpec extends DiskSpec {
  readonly compress: 'none' | 'zstd';
}

export interface OvaSpec extends DiskSpec {
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
}

export interface NetbootSpec {
  /** Name of the folder in the output folder. */
  readonly filename: string;
}

/** The media that are a disk. */
export const diskMediaKinds = ['usb', 'qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx', 'ova'] as const;
export type DiskMediumKind = (typeof diskMediaKinds)[number];

/** The media that can be built; a new one is added here and in `src/media/registry.ts`. */
export const mediaKinds = ['iso', 'uki', ...diskMediaKinds, 'netboot', ...rootMediaKinds] as const;
export type MediumKind = (typeof mediaKinds)[number];

/** The media that a machine can start from: all but those that are a root. */
export type BootMediumKind = Exclude<MediumKind, RootMediumKind>;

export function isBootMedium(kind: MediumKind): kind is BootMediumKind {
  return !(rootMediaKinds as readonly string[]).includes(kind);
}

export const bootMediaKinds = mediaKinds.filter(isBootMedium);
