import { locked } from '../lock.ts';
import { apply, members } from './apply.ts';
import { readBridge } from './bridge.ts';

/** No name of a system. */
const lock = '*network';

/** Does something while nobody else changes what is known of the systems' network. */
export const underLock = <T>(action: () => Promise<T>): Promise<T> =>
  locked(lock, action, { patience: 60_000, busy: 'another systemx is working on the network' });

let next: Promise<void> | undefined;

/** Filter, addresses and names for the systems that are on the bridge by then. Those who ask while others are served are served together. */
export function applySoon(): Promise<void> {
  // A moment later, since the lock may be free at once.
  next ??= Promise.resolve()
    .then(() => underLock(round))
    .catch((error: unknown) => {
      next = undefined;
      throw error;
    });
  return next;
}

async function round(): Promise<void> {
  next = undefined;
  const bridge = readBridge();
  if (bridge !== undefined) await apply(bridge, members());
}
