import { connect, type Socket } from 'node:net';
import { FailedError } from '../base/errors.ts';
import { type QmpMessage, qmpLines } from './qmp-lines.ts';

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Seconds since 1970. */
  readonly time: number;
}

/** A conversation with QEMU's machine protocol. */
export interface Qmp {
  /** Runs a command and gives what it returns; throws QEMU's own error. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Calls back for each event from now on; returns how to stop that. */
  onEvent(listener: (event: QmpEvent) => void): () => void;
  close(): void;
}

/** Connects to the socket of a QEMU that has just been started and says hello. */
export async function connectQmp(path: string): Promise<Qmp> {
  const socket = await connectTo(path);
  const qmp = converse(socket);
  await qmp.execute('qmp_capabilities');
  return qmp;
}

/** Connects to a Unix socket. */
export function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // A guest that ends takes its sockets with it; its end is reported elsewhere.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

interface Pending {
  readonly command: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

function converse(socket: Socket): Qmp {
  const pending = new Map<number, Pending>();
  const listeners = new Set<(event: QmpEvent) => void>();
  let nextId = 1;

  const receive = (message: QmpMessage): void => {
    if (message.kind === 'event') {
      for (const listener of listeners) listener(message);
      return;
    }
    if (message.kind === 'greeting') return;
    const waiting = pending.get(message.id);
    if (waiting === undefined) return;
    pending.delete(message.id);
    if (message.kind === 'return') waiting.resolve(message.value);
    else waiting.reject(new FailedError('qemu-refused', `QEMU refused ${waiting.command}: ${message.text}`));
  };

  const parse = qmpLines(receive);
  socket.setEncoding('utf8');
  socket.on('data', (text) => parse(String(text)));
  socket.on('close', () => {
    for (const waiting of pending.values()) {
      waiting.reject(new FailedError('qemu-ended', `QEMU ended before it answered ${waiting.command}`));
    }
    pending.clear();
  });

  return {
    execute: (command, args) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed || !socket.writable) {
          reject(new FailedError('qemu-ended', `QEMU has ended: ${command} cannot be sent`));
          return;
        }
        const id = nextId++;
        pending.set(id, { command, resolve, reject });
        socket.write(
          `${JSON.stringify({ execute: command, ...(args === undefined ? {} : { arguments: args }), id })}\n`,
        );
      }),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => socket.destroy(),
  };
}
