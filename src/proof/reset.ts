import type { Guest } from '../boot/guest.ts';
import { ExpectationError } from './failed-expectation.ts';

/** Waits for a guest to be reset, `limit` milliseconds; throws where it is not, or ends instead. */
export function awaitReset(guest: Guest, limit: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', give);
      act();
    };
    const give = (): void => settle(() => reject(signal.reason as Error));
    const stopListening = guest.qmp.onEvent(({ event }) => {
      if (event === 'RESET') settle(resolve);
    });
    const timer = setTimeout(() => {
      const seconds = Math.round(limit / 1000);
      settle(() => reject(new ExpectationError(`the machine did not start again within ${seconds} s`)));
    }, limit);
    signal.addEventListener('abort', give);
    void guest.ended.then(() =>
      settle(() => reject(new ExpectationError('the machine ended instead of starting again'))),
    );
  });
}
