import { after, type ExitStatus, kill } from '../host.ts';
import type { EndVerdict } from '../lib/systems/run-state.ts';
import { log } from './log.ts';

const killSignal = 9;
/** Milliseconds that clearing away may take before the next thing is done all the same. */
const clearPatience = 60_000;

/** What is different about a service that is more than one process of ours, such as a system. What fails in here fails that service only. */
export interface ServiceHooks {
  /** Makes ready and starts its process, whose end is told to `exited`; resolves to its process id. Rejects with the reason why it cannot. */
  readonly start: (exited: (status: ExitStatus) => void) => Promise<number>;
  /** Asks it to end, instead of SIGTERM to its process. Resolves to false where there is nobody to ask (yet). */
  readonly stop: () => Promise<boolean>;
  /** Milliseconds between asking and force. */
  readonly patience: () => number;
  /** Done after each end, before the next start. */
  readonly cleanup: () => Promise<void>;
  /** How it ended, where that is not how the process ended that was started. */
  readonly ending: (status: ExitStatus) => ExitStatus;
  /** Its end may say that it is to start anew, or to stay as it is, whatever `restart` says; `why` is shown then. */
  readonly verdict: (code: number) => { readonly what: EndVerdict; readonly why: string | undefined };
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Starts a service by its hooks. `begun`, then `ended`, are told at most once each. Returns what gives up on it before it has begun. */
export function startByHooks(
  { start }: ServiceHooks,
  events: {
    readonly begun: (pid: number) => void;
    readonly ended: (status: ExitStatus, why?: string) => void;
  },
): () => void {
  let over = false;
  const end = (status: ExitStatus, why?: string): void => {
    if (over) return;
    over = true;
    events.ended(status, why);
  };
  start(end).then(
    (pid) => {
      if (over) kill(pid, killSignal);
      else events.begun(pid);
    },
    (error: unknown) => {
      end({ code: 1, signal: undefined }, words(error));
    },
  );
  return () => {
    end({ code: 1, signal: undefined }, 'it was not ready in time');
  };
}

/** Asks for the end of a service, whose process is ended at once where there is nobody to ask. */
export function askByHooks(name: string, pid: number, hooks: ServiceHooks): void {
  hooks.stop().then(
    (asked) => {
      if (!asked) kill(pid, killSignal);
    },
    (error: unknown) => {
      log(`service ${name}: it cannot be asked to stop: ${words(error)}`);
    },
  );
}

/** Clears away after a service; `done` comes once, and in any case. */
export function clearByHooks(name: string, hooks: ServiceHooks, done: () => void): void {
  let over = false;
  const finish = (): void => {
    if (over) return;
    over = true;
    cancel();
    done();
  };
  const cancel = after(clearPatience, finish);
  hooks.cleanup().then(finish, (error: unknown) => {
    log(`service ${name}: it cannot be cleared away: ${words(error)}`);
    finish();
  });
}
