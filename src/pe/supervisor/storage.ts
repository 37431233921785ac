import type { PeConfig } from '../../base/pe-config.ts';
import type { BootChoice } from '../lib/command-line.ts';
import type { SystemsDir } from '../lib/systems/places.ts';
import { keepHostKeys, keepPasswords, recall, recallNetwork, shadowStamp } from '../systems/memory.ts';
import { log } from './log.ts';
import { createVolumes, type Volumes } from './volumes.ts';

/** The data volumes together with what the PE remembers on them. */
export interface Storage extends Volumes {
  /** A person has given root a password of their own. */
  readonly ownPassword: () => boolean;
  /** Keeps what has changed since. Cheap where nothing has; to be called now and then. */
  readonly keep: () => void;
}

export interface StorageEvents {
  readonly network: (settings: PeConfig['network']) => void;
  readonly changed: () => void;
}

/** `again`: an earlier supervisor of this boot has put things into place already. */
export function createStorage(
  choice: BootChoice,
  config: PeConfig,
  again: boolean,
  events: StorageEvents,
): Storage {
  let home: SystemsDir | undefined;
  let ownPassword = false;
  let seen = '';
  let busy = false;

  async function arrive(dir: SystemsDir): Promise<readonly string[]> {
    home = dir;
    if (again) {
      const known = recallNetwork(dir, config);
      if (known !== undefined) events.network(known.network);
      return [];
    }
    const { problems, network, rootPassword } = await recall(dir, config);
    ownPassword = rootPassword;
    if (network !== undefined) events.network(network);
    return problems;
  }

  async function keep(dir: SystemsDir): Promise<void> {
    const stamp = shadowStamp();
    if (stamp !== seen && (await keepPasswords(dir))) log('changed passwords are kept on the data volume');
    seen = stamp;
    if (await keepHostKeys(dir)) log('new host keys are kept on the data volume');
  }

  return {
    ...createVolumes(choice, config, again, { home: arrive, changed: events.changed }),
    ownPassword: () => ownPassword,
    keep() {
      if (home === undefined || home.readOnly || busy) return;
      busy = true;
      void keep(home)
        .catch((error: unknown) => {
          log(
            `cannot keep settings on the data volume: ${error instanceof Error ? error.message : String(error)}`,
          );
        })
        .then(() => {
          busy = false;
        });
    },
  };
}
