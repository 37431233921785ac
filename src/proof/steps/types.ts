import type { Machine } from '../../boot/machine.ts';
import type { QemuTools } from '../../boot/tools.ts';
import type { TestStep } from '../../recipe/test-types.ts';
import type { SshAccess } from '../ssh-access.ts';

export type StepKind = TestStep['kind'];
export type StepOf<K extends StepKind> = Extract<TestStep, { readonly kind: K }>;

/** A machine of a case, and what its steps must know of each other. */
export interface CaseGuest {
  readonly machine: Machine;
  /** Whether the image has the agent. */
  readonly hasAgent: boolean;
  /** Whether a step has seen to the boot menu of this boot. */
  menuPassed: boolean;
  /** Users for whom the key of the tests has been let in since this boot. */
  readonly letIn: Set<string>;
  /** Length of the serial console's text when this boot began. */
  bootStart: number;
}

/** What a step has to do with. */
export interface StepContext {
  readonly guest: CaseGuest;
  readonly tools: QemuTools;
  /** The step's time limit in milliseconds on an ordinary machine; waiting for a guest stretches it. */
  readonly within: number;
  /** Factor on times that the step measures itself. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly ssh: SshAccess;
  /** Switches the machine on, and follows its boots. */
  readonly powerOn: () => Promise<void>;
  /** Notes that the machine starts from its firmware again. */
  readonly startsAnew: () => void;
  /** Saves the screen under a file name among the results. */
  readonly screenshot: (name: string) => Promise<void>;
}

/** One kind of step: a file in this folder and a line in the registry. */
export interface StepRunner<K extends StepKind> {
  /** As a person would say it: `ready: live`. */
  title(step: StepOf<K>): string;
  /** Usual time limit in milliseconds on an ordinary machine. */
  readonly within: number;
  /** Gives the output of a command, where there is one. Throws an `ExpectationError`, or a `BootError`. */
  run(step: StepOf<K>, context: StepContext): Promise<string | undefined>;
}
