import type { Diagnostic } from '../base/errors.ts';
import type { Monitor } from '../base/events.ts';
import type { Json } from '../base/json.ts';
import type { Archive } from '../debian/fetch-archive.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { DebMember } from '../formats/deb.ts';
import type { KeptFolder } from '../store/kept.ts';
import type { RunResult } from '../sys/run.ts';
import type { RunOptions } from '../sys/run-options.ts';

/** A file on the build machine that a step reads. Only its digest, not its path, is part of the step's id. */
export interface SourceFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/**
 * One step of a plan: data that alone determines the result. Its id is the SHA-256 of the canonical JSON of its kind,
 * the kind's version, options, digests of source files, and the ids of inputs and tools.
 */
export interface StepNode {
  readonly kind: StepKind;
  readonly id: string;
  /** One line for a person: `read package lxc 1:6.0.4-4`. */
  readonly title: string;
  /** Which step of the recipe this is, whatever its id: `package lxc`. Tells which earlier run to compare with;
   * empty: none is remembered. */
  readonly slot: string;
  readonly options: Json;
  readonly inputs: Readonly<Record<string, StepNode>>;
  readonly files: Readonly<Record<string, SourceFile>>;
  /** The tools tree that its commands come from. */
  readonly tools: StepNode | undefined;
  /** Seconds since 1970 for every time it writes; `undefined` for kinds that write none. */
  readonly epoch: number | undefined;
}

/** A finished step's folder in the store. */
export interface Artifact {
  readonly id: string;
  readonly dir: string;
  /** Absolute path of one of its files. */
  file(name: string): string;
}

/** Everything a step may touch. */
export interface StepContext {
  readonly id: string;
  /** Artifacts of the inputs, by the names the node gave them. */
  readonly inputs: Readonly<Record<string, Artifact>>;
  readonly files: Readonly<Record<string, SourceFile>>;
  /** Where to write the result; becomes the artifact when the step returns, and vanishes when it throws. */
  readonly out: string;
  /** A folder for temporary files, removed afterwards. */
  readonly scratch: string;
  /** Seconds since 1970 for every time written into an artifact. */
  readonly epoch: number;
  readonly signal: AbortSignal;
  readonly monitor: Monitor;
  /** Reports bytes done, for the progress display. */
  progress(bytes: number, total?: number): void;
  /** Tells a person what a long step does now, in a few words. */
  say(text: string): void;
  warn(diagnostic: Diagnostic): void;
  /** Resolves when the tools are there; only kinds with `lateTools` need to ask. */
  toolsReady(): Promise<void>;
  /** Path of a data file in the tools tree: `toolFile('usr/lib/grub/i386-pc/boot.img')`. */
  toolFile(path: string): string;
  /** The argv that starts a tool through its own loader: `tool('usr/bin/xorriso', '-version')`. */
  tool(path: string, ...args: string[]): string[];
  /** A package's file in the store, downloaded if it is not there yet. */
  fetch(pkg: LockedPackage): Promise<string>;
  /** The file of an archive with this SHA-256: in place where it is a path, else in the store, downloaded if it is not there yet. */
  fetchArchive(archive: Archive): Promise<string>;
  /** A folder that outlives this step and others may find as it was left: what is in it must never change a result. */
  kept(key: string, title: string): KeptFolder;
  /** Makes the artifact of a step that only came to light while this one ran. */
  make(node: StepNode): Promise<Artifact>;
  /** Unpacks a member of a .deb to the end of an open file; gives the number of bytes written. */
  unpack(deb: string, member: DebMember, to: number): Promise<number>;
  /** `src/sys/run.ts`'s run, with signal and monitor filled in and `SOURCE_DATE_EPOCH` set. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/** A kind of step: one file in `src/steps/` or `src/media/`, one line in the plan builder that uses it. */
export interface StepKind {
  readonly name: string;
  /** Raised whenever the code changes what it makes of the same inputs. */
  readonly version: number;
  run(context: StepContext, options: Json): Promise<void>;
  /** It starts before its tools are there, and awaits `context.toolsReady()` before it uses one. */
  readonly lateTools?: boolean;
  /** Its artifact is large and can be made again from pinned packages: a CRC guards it, not a SHA-256. */
  readonly bulk?: boolean;
  /** It waits for others rather than computes, and is not counted among the steps that run at once. */
  readonly waits?: boolean;
  /** Work before `run` that waits rather than computes (downloads): not counted among the steps that run at once. */
  prepare?(context: Pick<StepContext, 'fetch' | 'monitor'>, options: Json): Promise<void>;
}
