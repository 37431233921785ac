/**
 * `<run folder>/state.json`: written by `systemx _prepare`, which runs before a system's first process, and read by the supervisor,
 * which knows no engines. Gone when the system is not running.
 */
export interface RunState {
  /** Folder of the system: `<dir>/<name>`. */
  readonly folder: string;
  readonly engine: string;
  /** Why it cannot be started, each with what to do; the supervisor does not try again by itself. */
  readonly refused: readonly string[];
  /** How the foreground process ends when the system switched itself off, or asked to start anew. */
  readonly ends: EndSigns;
  /** Milliseconds that stopping may take before it is ended by force. */
  readonly patience: number;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** Exit codes of the foreground process (128 + signal where a signal ended it). */
export interface EndSigns {
  readonly powerOff: readonly number[];
  readonly reboot: readonly number[];
}

/** What the supervisor does about a system that has ended. */
export type EndVerdict = 'start-again' | 'stay-off' | 'by-policy';

export function endVerdict(code: number, signs: EndSigns | undefined): EndVerdict {
  if (signs?.reboot.includes(code) === true) return 'start-again';
  return signs?.powerOff.includes(code) === true ? 'stay-off' : 'by-policy';
}

/** Name of the service of a system, and back. */
export const serviceName = (system: string): string => `system-${system}`;
export const systemOfService = (service: string): string | undefined =>
  service.startsWith('system-') ? service.slice('system-'.length) : undefined;
