import { after, changedAt, exists } from '../host.ts';
import { bridgeName } from '../lib/systems/network/bridge.ts';
import type { Places } from '../lib/systems/places.ts';
import { log } from './log.ts';

/** Milliseconds after something has changed: a system that was made just now is mostly started first. */
const pause = 2000;

/** Has systems that may be started some time put into the packet filter while there is time for it. To be called again and again. */
export function createExpecting(places: () => Places): () => void {
  let seen = '';
  let isUnderWay = false;
  return () => {
    if (isUnderWay || !exists(`/sys/class/net/${bridgeName}`)) return;
    const stamp = places()
      .dirs.map(({ path }) => `${path} ${changedAt(path)}`)
      .join('\n');
    if (stamp === seen) return;
    isUnderWay = true;
    after(pause, () => {
      import('../systems/network/expect.ts')
        .then(({ expectSystems }) => expectSystems())
        .then(
          (isMore) => {
            seen = isMore ? '' : stamp;
          },
          (error: unknown) => {
            seen = stamp;
            log(`the network of the systems: ${error instanceof Error ? error.message : String(error)}`);
          },
        )
        .finally(() => {
          isUnderWay = false;
        });
    });
  };
}
