import { randomUUID } from 'node:crypto';
import { longestCommand, longestRequest } from '../base/agent-protocol.ts';
import { FailedError, InterruptedError } from '../base/errors.ts';
import { agentLines, requestLine } from './agent-lines.ts';
import { type AgentPeer, agentPeer, type CommandEnd } from './agent-peer.ts';
import { connectTo, type Qmp } from './qmp.ts';

export interface AgentResult {
  /** The exit code; 128 + signal where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** It was killed because its time was over. */
  readonly timedOut: boolean;
}

export interface AgentCommand {
  readonly stdin?: string | Uint8Array | undefined;
  /** Milliseconds until it is killed in the guest. */
  readonly within: number;
  readonly signal?: AbortSignal | undefined;
}

/** The agent of one running guest (images built with `--with-agent`). After a reset it is another one, which is awaited anew. */
export interface Agent {
  /** Waits until it has said hello since the last reset. Throws `FailedError` `agent-missing` or `agent-lost`. */
  waitUntilThere(withinMs: number): Promise<void>;
  /**
   * Runs a command by `/bin/sh -c` as root, several at once if wished; waits for the agent first, for as long. A command
   * that took too long is a result (`timedOut`). Throws `FailedError`: `agent-missing`; `agent-lost` where the machine
   * was reset or switched off, or the agent ended; `agent-silent` where nothing was heard long after the time was over;
   * `agent-output` for more than 64 MiB; `agent-request` for what is too long to be sent.
   */
  run(command: string, how: AgentCommand): Promise<AgentResult>;
  /** The guest was reset or cut: forgets the agent until it says hello again. Noticed by itself where QEMU tells. */
  lost(): void;
  close(): void;
}

/** Milliseconds for the kill and the answer, after a command's time is over. */
const answerMs = 30_000;
const longestOutput = 64 * 1024 ** 2;

/** Of the port in QEMU's arguments (`src/boot/args.ts`). */
const portId = 'agent-port';
const chardevId = 'agent';

/** Numbers are never used twice, so that an answer that comes late is not taken for another one's. */
let lastId = Date.now();

/** Connects to the agent's port of a running QEMU; the agent itself may come later. `heard` is called whenever it says something. */
export async function connectAgent(socketPath: string, qmp: Qmp, heard?: () => void): Promise<Agent> {
  const socket = await connectTo(socketPath);
  const peer = agentPeer(randomUUID(), (request) => socket.write(requestLine(request)));
  socket.setEncoding('utf8');
  const read = agentLines(peer.received);
  socket.on('data', (text) => {
    heard?.();
    read(String(text));
  });
  socket.on('close', () => peer.ended());
  const stopListening = qmp.onEvent(({ event, data }) => {
    if (event === 'RESET') peer.lost('the machine was reset');
    if (event === 'VSERPORT_CHANGE' && data['id'] === portId && data['open'] === false)
      peer.lost('the agent, or the machine, ended');
  });
  peer.greet();

  const waitUntilThere = async (withinMs: number): Promise<void> => {
    if (await peer.there(withinMs)) return;
    throw missing(withinMs, await isPortOpen(qmp));
  };
  return {
    waitUntilThere,
    async run(command, how) {
      if (how.signal?.aborted === true) throw new InterruptedError();
      await waitUntilThere(how.within);
      return perform(peer, command, how);
    },
    lost: () => peer.lost('the machine was reset'),
    close: () => {
      stopListening();
      socket.destroy();
    },
  };
}

async function perform(peer: AgentPeer, command: string, how: AgentCommand): Promise<AgentResult> {
  const stdin = Buffer.from(how.stdin ?? '').toString('base64');
  if (Buffer.byteLength(command) > longestCommand || stdin.length > longestRequest - 2 * longestCommand) {
    throw new FailedError('agent-request', `the command or its input is too long: ${named(command)}`, {
      hint: `a command has at most ${longestCommand} bytes, its standard input some 11 MiB`,
    });
  }
  lastId += 1;
  const id = lastId;
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let left = longestOutput;
  const end = await new Promise<CommandEnd>((resolve) => {
    const settle = (how: CommandEnd): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      peer.forget(id);
      resolve(how);
    };
    const give = (error: Error): void => {
      peer.send({ type: 'kill', id });
      settle({ error });
    };
    const interrupt = (): void => give(new InterruptedError());
    const { signal, within } = how;
    const timer = setTimeout(() => give(silent(command, within)), within + answerMs);
    signal?.addEventListener('abort', interrupt);
    peer.expect(id, named(command), {
      output: (stream, bytes) => {
        left -= bytes.length;
        (stream === 'stdout' ? stdout : stderr).push(bytes);
        if (left < 0) give(tooMuch(command));
      },
      ended: settle,
    });
    peer.send({ type: 'run', id, command, stdin, within: Math.ceil(within) });
  });
  if ('error' in end) throw end.error;
  const text = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString('utf8');
  return { ...end, stdout: text(stdout), stderr: text(stderr) };
}

/** Whether something in the guest has opened the port; `undefined`: QEMU does not say. */
async function isPortOpen(qmp: Qmp): Promise<boolean | undefined> {
  const list = await qmp.execute('query-chardev').catch(() => []);
  const found = (list as Readonly<Record<string, unknown>>[]).find(({ label }) => label === chardevId);
  const open = found?.['frontend-open'];
  return typeof open === 'boolean' ? open : undefined;
}

/** A command as messages name it: its first line, not too long. */
function named(command: string): string {
  const line = command.trim().split('\n', 1)[0] ?? '';
  return line.length > 80 || line !== command.trim() ? `${line.slice(0, 80)} …` : line;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

function missing(withinMs: number, open: boolean | undefined): FailedError {
  const why =
    open === true
      ? 'its port is open in the guest, but what has opened it does not answer'
      : 'nothing in the guest has opened its port';
  return new FailedError(
    'agent-missing',
    `the agent in the PE did not say hello within ${seconds(withinMs)}: ${why}`,
    {
      hint: 'the image was built without `--with-agent`, or the PE does not run (yet), or its virtio drivers do not work',
    },
  );
}

function silent(command: string, within: number): FailedError {
  return new FailedError(
    'agent-silent',
    `the agent in the PE has not answered ${seconds(answerMs)} after the ${seconds(within)} that the command had: ${named(command)}`,
    { hint: 'the machine hangs, or is far too slow' },
  );
}

function tooMuch(command: string): FailedError {
  const most = `${longestOutput / 1024 ** 2} MiB`;
  return new FailedError('agent-output', `the command wrote more than ${most}: ${named(command)}`);
}
