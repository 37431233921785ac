import type { Firmware, ImageAttachment } from '../base/machine.ts';
import type { BootTimes } from '../boot/boot-times.ts';
import type { AcceleratorKind } from '../boot/spec.ts';
import type { BootMediumKind } from '../recipe/types.ts';

export type { BootTimes };

/** What a run of `diskbios test` found: everything that the reports (terminal, JUnit, JSON, HTML) are made from. JSON as it is. */
export interface ProofReport {
  readonly format: 1;
  /** Name of the recipe, or of the image's file. */
  readonly name: string;
  readonly version: string | undefined;
  /** The images under test. */
  readonly images: readonly ProofImage[];
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly durationMs: number;
  readonly machine: {
    readonly accelerator: AcceleratorKind;
    /** Why this one. */
    readonly reason: string;
    readonly probeMs: number | undefined;
    /** Factor on all time limits. */
    readonly patience: number;
    readonly qemu: string;
    readonly processors: number;
    /** Cases at the same time. */
    readonly jobs: number;
  };
  readonly cases: readonly CaseResult[];
}

export interface ProofImage {
  readonly medium: BootMediumKind;
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  /** Whether it carries the agent. */
  readonly agent: boolean;
  /** Digest over its layers but the agent's: the same as of the image without it, in whose manifest it stands (`recipeDigest`). */
  readonly layers: string | undefined;
}

export type Outcome = 'passed' | 'failed' | 'not-run';

export interface CaseResult {
  /** Name of the test. */
  readonly test: string;
  /** Unique, for file names: `boots-everywhere.iso-as-usb.uefi.256MiB`; a repetition adds `.7`. */
  readonly id: string;
  /** What of the matrix varies: `iso-as-usb, UEFI, 256 MiB`. */
  readonly title: string;
  readonly medium: { readonly kind: BootMediumKind; readonly as: ImageAttachment };
  readonly firmware: Firmware;
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
  /** From 1. */
  readonly repetition: number;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** Milliseconds from the end of the last QEMU to this result. */
  readonly overheadMs: number;
  readonly steps: readonly StepResult[];
  readonly guests: readonly GuestResult[];
  readonly failure: CaseFailure | undefined;
}

export interface StepResult {
  /** As a person would say it: `ready: live`, `run: ip -j route`. */
  readonly title: string;
  readonly guest: string;
  readonly outcome: Outcome;
  /** Milliseconds since the case began. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Output of a command, cut to a readable length. */
  readonly output: string | undefined;
}

export interface GuestResult {
  readonly name: string;
  /** One for each time that it was switched on or reset. */
  readonly boots: readonly BootTimes[];
  /** Paths relative to the artifacts folder. */
  readonly serialLog: string;
  readonly screenshots: readonly { readonly title: string; readonly file: string }[];
  /** Repeats its first boot by hand. */
  readonly command: string;
}

export interface CaseFailure {
  /** A name of `BootFailure`, or `expectation` (it ran, but said something else), or `harness` (a fault of ours). */
  readonly name: string;
  readonly message: string;
  /** What was expected and what came, or more lines about it. */
  readonly detail: readonly string[];
  /** Index into `steps`; `undefined`: before the first. */
  readonly step: number | undefined;
  readonly guest: string | undefined;
  /** Where the step stands in the recipe: `file:line:col`. */
  readonly place: string | undefined;
  /** Last lines of the guest's serial console. */
  readonly lastLines: readonly string[];
  /** Relative to the artifacts folder. */
  readonly screenshot: string | undefined;
  /** Repeats the boot by hand. */
  readonly command: string | undefined;
}
