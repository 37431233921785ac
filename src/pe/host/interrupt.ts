import * as os from 'os';
import { InterruptedError } from '../../base/errors.ts';
import { endStreams } from './stream.ts';

/** Ctrl-C and its like during long work: part of the PE's one door to the machine (see src/pe/host.ts). */

const signals = [1, 2, 15]; // SIGHUP: the SSH connection is gone, SIGINT, SIGTERM
let interrupted = false;
const isInterrupted = (): boolean => interrupted;

/** Throws `InterruptedError` where the person has given up. To be called before what cannot be taken back. */
export function checkInterrupted(): void {
  if (isInterrupted()) throw new InterruptedError();
}

/** Long work that a person may give up: its programs and streams are ended, what it had begun is put away, and `InterruptedError` is thrown. */
export async function interruptible<T>(work: () => Promise<T>): Promise<T> {
  interrupted = false;
  const stop = (): void => {
    interrupted = true;
    endStreams();
  };
  for (const signal of signals) os.signal(signal, stop);
  try {
    return await work();
  } catch (error) {
    throw isInterrupted() ? new InterruptedError() : error;
  } finally {
    for (const signal of signals) os.signal(signal, undefined);
  }
}
