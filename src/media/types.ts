import type { LockedPackage } from '../debian/package.ts';
import type { SourceFile, StepNode } from '../plan/types.ts';
import type { MediumKind, Recipe } from '../recipe/types.ts';
import type { Carried } from '../steps/carried.ts';

/** A file that another step makes. */
export interface StepFile {
  readonly node: StepNode;
  /** Its name in that step's artifact. */
  readonly file: string;
}

/** What media are put together from. */
export interface MediumParts {
  /** Its artifact holds `vmlinuz`. */
  readonly kernel: StepNode;
  /** Its artifact holds `initrd.img`. */
  readonly initrd: StepNode;
  /** The build tools, with GRUB's and Memtest86+'s files. */
  readonly tools: StepNode;
  /** The tools of `run` and `test`, with qemu-img. */
  readonly qemuTools: StepNode;
  /** Layers of the livefs, lowest first. */
  readonly layers: readonly { readonly name: string; readonly node: StepNode }[];
  /** What the initrd starts with. */
  readonly early: { readonly init: SourceFile; readonly busybox: LockedPackage };
  /** The root of a template of the recipe; its artifact holds `root.tar` and `root.json`. */
  templateRoot(name: string): StepNode;
  /** Seconds since 1970, the time of everything on the medium. */
  readonly epoch: number;
  /** More files, by their absolute paths on the medium. */
  readonly extras: Readonly<Record<string, SourceFile | StepFile>>;
  /** Systems and templates that travel along; `undefined`: none. */
  readonly carried: Carried | undefined;
}

/** One kind of medium: a file in this folder and a line in the registry. */
export interface Medium {
  readonly kind: MediumKind;
  /** One line for a person. */
  readonly describe: string;
  /** The files of the output folder: the medium, then what lies beside it. */
  files(recipe: Recipe, parts: MediumParts): readonly [MediumFile, ...MediumFile[]];
  /** What of it a virtual machine starts from; without it the medium itself. */
  startsFrom?(recipe: Recipe, parts: MediumParts): StepFile;
}

export interface MediumFile extends StepFile {
  /** File name in the output folder. */
  readonly name: string;
  /** It is a folder. */
  readonly folder?: boolean;
  /** Of a folder: an archive in the same artifact that is unpacked into its folder `root`. */
  readonly root?: string;
}
