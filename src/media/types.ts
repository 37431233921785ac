import type { SourceFile, StepNode } from '../plan/types.ts';
import type { MediumKind, Recipe } from '../recipe/types.ts';

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
  /** Seconds since 1970, the time of everything on the medium. */
  readonly epoch: number;
  /** More files, by their absolute paths on the medium. */
  readonly extras: Readonly<Record<string, SourceFile | StepFile>>;
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
}
