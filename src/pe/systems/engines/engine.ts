import type { EngineName, SystemNetwork } from '../../../base/system.ts';
import type { EndSigns } from '../../lib/systems/run-state.ts';
import type { SoundSystem } from '../store.ts';

/** How a system runs. A further engine is one file with one of these, and a line in registry.ts. */
export interface Engine {
  readonly name: EngineName;
  /** What it keeps apart and what not, for a person who chooses. */
  readonly isolation: string;
  /** Kinds of network that its systems can have; the first is what a new system gets. */
  readonly networks: readonly SystemNetwork['kind'][];
  /** Whether unprivileged systems get user ids of their own (`idBase`). */
  readonly mapsIds: boolean;
  /** Why it cannot be used in this PE, with what to do; `undefined` where it can. */
  available(): string | undefined;
  /** What keeps this very system from being started with it, each with what to do. Nothing is changed. */
  check(target: Target): readonly string[];
  /**
   * Called when `target.root` is mounted and the cgroup is there. Writes what it needs into `target.run`. Where the foreground
   * process does not end as the first process does, `<run>/end` gets the exit code that counts.
   */
  prepare(target: Target): Promise<StartPlan>;
  /** What is done while the first process begins; the system is up when that is done, too, and is ended where it rejects. */
  beside?(target: Target): Promise<void>;
  /** Whether the system's first process has begun. Asked every few milliseconds from the start on, until it has. */
  hasBegun(target: Target): boolean;
  /** Process id, as the PE sees it, of the system's first process; `undefined` where it does not run (yet). */
  init(target: Target): number | undefined;
  /** The command line, to be run in the PE, that runs `argv` inside. `term`: at a terminal of that kind, for a person. */
  command(target: Target, argv: readonly string[], term: string | undefined): readonly string[];
  /** The command line, to be run in the PE at a terminal, that attaches it to the system's console until Ctrl-A q; `undefined`: it has none. */
  console(target: Target): readonly string[] | undefined;
  /** Asks the system to switch itself off, and returns; the caller waits `StartPlan.patience`, then ends it by force. */
  askToStop(target: Target): Promise<void>;
  /** After its end, before its root is unmounted. Must bear being called again, and when `prepare` failed half way. */
  cleanup(target: Pick<Target, 'name' | 'run'>): Promise<void>;
}

/** A system together with the places of its run. */
export interface Target extends SoundSystem {
  /** `/run/diskbios/systems/<name>`: in memory, made anew at each start. */
  readonly run: string;
  /** `<run>/root`: its root file system is mounted here before `prepare`. */
  readonly root: string;
  /** `/sys/fs/cgroup/systems/<name>`: limits are set on it. */
  readonly cgroup: string;
  /** It gets the machine's screen and keyboard (`diskbios.console=`). */
  readonly console: boolean;
}

export interface StartPlan {
  /**
   * The foreground process: lives as long as the system, and ends with it. Before it starts others it has to enter a group below
   * `target.cgroup`: `birthplace`, if it has no better.
   */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ends: EndSigns;
  /** Milliseconds that the system is given to switch itself off. */
  readonly patience: number;
  /** It goes to a group below `target.cgroup` by itself. */
  readonly entersGroup?: boolean;
  /** Of the foreground process, where memory running out is not to end it first. */
  readonly oomScore?: number;
}
