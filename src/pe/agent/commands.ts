import type { AgentRequest } from '../../base/agent-protocol.ts';
import { after, type ExitStatus, kill, list, readText, reap, spawn } from '../host.ts';
import { isBase64 } from '../lib/base64.ts';
import { familyOf } from '../lib/family.ts';
import { feed, type Output, openOutput } from './pipes.ts';
import { withPrograms } from './programs.ts';

type RunRequest = Extract<AgentRequest, { type: 'run' }>;

const killSignal = 9;
/** A shell's exit code for what cannot be carried out. */
const cannotRun = 126;
/** The end of its output is often seen a moment before the command itself can be collected. */
const reapSoon = 5;

export interface CommandEvents {
  readonly output: (id: number, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly ended: (id: number, end: { readonly status: number; readonly timedOut: boolean }) => void;
}

export interface Commands {
  /** Carries out a command, beside all others. */
  readonly run: (request: RunRequest) => void;
  readonly kill: (id: number) => void;
  /** Kills all; nothing more is told of them. */
  readonly abandon: () => void;
  /** Stops reading what commands write, so that they wait when their pipes are full; or goes on. */
  readonly hold: (on: boolean) => void;
}

interface Command {
  readonly pid: number;
  readonly outputs: readonly Output[];
  readonly cancelTimer: () => void;
  readonly stopFeeding: () => void;
  timedOut: boolean;
  abandoned: boolean;
}

/** Kills a command with all that it started, but for daemons that have left it. */
function killFamily(leader: number): void {
  const stats = new Map(
    list('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), readText(`/proc/${name}/stat`) ?? '']),
  );
  const family = familyOf(leader, stats);
  kill(-leader, killSignal);
  for (const pid of family) kill(pid, killSignal);
}

/**
 * Runs commands, each in a session of its own. A command has ended when its shell has: what it wrote until then is
 * passed on, at most a full pipe; what its background children write later is read and dropped, so that they neither
 * hold up the answer nor die of a broken pipe.
 */
export function createCommands(events: CommandEvents): Commands {
  const running = new Map<number, Command>();
  let held = false;

  function refuse(id: number, why: string): void {
    events.output(
      id,
      'stderr',
      Uint8Array.from(`agent: ${why}\n`, (letter) => letter.charCodeAt(0)),
    );
    events.ended(id, { status: cannotRun, timedOut: false });
  }

  function exited(id: number, { code }: ExitStatus): void {
    const command = running.get(id);
    if (command === undefined) return;
    command.cancelTimer();
    command.stopFeeding();
    for (const output of command.outputs) output.finish();
    running.delete(id);
    if (!command.abandoned) events.ended(id, { status: code, timedOut: command.timedOut });
  }

  function open(id: number, stream: 'stdout' | 'stderr'): Output | undefined {
    const told = (bytes: Uint8Array): void => {
      if (running.get(id)?.abandoned !== true) events.output(id, stream, bytes);
    };
    return openOutput(told, () => after(reapSoon, reap));
  }

  function run({ id, command, stdin, within }: RunRequest): void {
    if (!isBase64(stdin) || running.has(id)) {
      refuse(id, running.has(id) ? 'there is a command of this number' : 'stdin is not base64');
      return;
    }
    const stdout = open(id, 'stdout');
    const stderr = open(id, 'stderr');
    const fed = feed(stdin);
    const outputs = [stdout, stderr].filter((output) => output !== undefined);
    const pid =
      stdout === undefined || stderr === undefined || fed === undefined
        ? -1
        : spawn(
            ['/usr/bin/busybox', 'setsid', ...withPrograms(), command],
            {
              stdout: stdout.childEnd,
              stderr: stderr.childEnd,
              ...(fed.childEnd === undefined ? {} : { stdin: fed.childEnd }),
            },
            (status) => {
              exited(id, status);
            },
          );
    for (const output of outputs) output.started();
    fed?.started();
    if (pid <= 0) {
      fed?.stop();
      for (const output of outputs) output.finish();
      refuse(id, 'the machine is out of processes, memory or open files');
      return;
    }
    const cancelTimer = after(within, () => {
      const late = running.get(id);
      if (late === undefined) return;
      late.timedOut = true;
      killFamily(pid);
    });
    running.set(id, {
      ...{ pid, outputs, cancelTimer, stopFeeding: fed?.stop ?? (() => undefined) },
      ...{ timedOut: false, abandoned: false },
    });
    if (held) for (const output of outputs) output.hold(true);
  }

  return {
    run,
    kill(id) {
      const command = running.get(id);
      if (command !== undefined) killFamily(command.pid);
    },
    abandon() {
      for (const command of running.values()) {
        command.abandoned = true;
        killFamily(command.pid);
      }
    },
    hold(on) {
      if (held === on) return;
      held = on;
      for (const { outputs } of running.values()) for (const output of outputs) output.hold(on);
    },
  };
}
