import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a server may take for its first words, in milliseconds; QEMU accepts connections that nobody answers. */
const greetingMs = 5000;
const betweenTries = 200;

/** Waits until an SSH server says hello on a port of this machine, for as long as the signal lets it. */
export async function waitForSshServer(port: number, signal: AbortSignal): Promise<void> {
  while (!(await greets(port, signal))) await sleep(betweenTries, undefined, { signal });
}

/** Whether what listens on the port begins as an SSH server does (RFC 4253, 4.2). */
function greets(port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (answer: boolean): void => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(answer);
    };
    const giveUp = (): void => settle(false);
    signal.addEventListener('abort', giveUp);
    socket.setTimeout(greetingMs, giveUp);
    socket.once('data', (bytes) => settle(bytes.toString('latin1').startsWith('SSH-')));
    socket.once('error', giveUp);
    socket.once('close', giveUp);
  });
}
