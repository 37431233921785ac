/**
 * `<run folder>/state.json`: written before a system's first process starts, and read by all that knows no engines. Gone when the system is not running.
 */
export interface RunState {
  /** Folder of the system: `<dir>/<name>`. */
  readonly folder: string;
  readonly engine: string;
  /** Why it could not be started, each with what to do; empty where it could. */
  readonly refused: readonly string[];
  /** Trying again by itself would not help. */
  readonly final: boolean;
  /** How the foreground process ends when the system switched itself off, or asked to start anew. */
  readonly ends: EndSigns;
  /** Milliseconds that stopping may take before it is ended by force. */
  readonly patience: number;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** Milliseconds until a system must be up for whoever has started it and waits. */
export const startPatience = 150_000;

/** Exit codes of the foreground process (128 + signal where a signal ended it). */
export interface EndSigns {
  readonly powerOff: readonly number[];
  readonly reboot: readonly number[];
}

/** What the supervisor does about a system that has ended. */
export type EndVerdict = 'start-again' | 'stay-off' | 'give-up' | 'by-policy';

export function endVerdict(
  code: number,
  state: RunState | undefined,
): { readonly what: EndVerdict; readonly why: string | undefined } {
  if (state === undefined) return { what: 'by-policy', why: undefined };
  const why = state.refused.length > 0 ? state.refused.join('; ') : undefined;
  if (why !== undefined) return { what: state.final ? 'give-up' : 'by-policy', why };
  if (state.ends.reboot.includes(code)) return { what: 'start-again', why: 'it asked to start anew' };
  if (state.ends.powerOff.includes(code)) return { what: 'stay-off', why: 'it switched itself off' };
  return { what: 'by-policy', why: undefined };
}

/** Name of the service of a system, and back. */
export const serviceName = (system: string): string => `system-${system}`;
export const systemOfService = (service: string): string | undefined =>
  service.startsWith('system-') ? service.slice('system-'.length) : undefined;
