import type { PeConfig } from '../../base/pe-config.ts';
import type { BootChoice } from '../lib/command-line.ts';
import type { SystemsDir } from '../lib/systems/places.ts';
import { refreshBootEntries } from '../systems/boot-entries.ts';
import { keepHostKeys, keepPasswords, recall, shadowStamp } from '../systems/memory.ts';
import { log } from './log.ts';
import { createVolumes, type VolumeEvents, type Volumes } from './volumes.ts';

/** The data volumes together with what the PE remembers on them. */
export interface Storage extends Volumes {
  /** A person has given root a password of their own. */
  readonly ownPassword: () => boolean;
  /** Keeps what has changed since. Cheap where nothing has; to be called now and then. */
  readonly keep: () => void;
}

export interface StorageEvents {
  readonly beforeMount: VolumeEvents['beforeMount'];
  /** The PE's memory is in this directory; nothing of it has been read. */
  readonly memory: (dir: SystemsDir) => Promise<void>;
  /** There may be network settings in this directory. */
  readonly network: (dir: SystemsDir) => void;
  /** The SSH server has to begin anew to show the keys that are the machine's. */
  readonly hostKeys: () => void;
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
    await events.memory(dir);
    events.network(dir);
    if (again) return [];
    const { problems, rootPassword, hostKeysReplaced } = await recall(dir);
    ownPassword = rootPassword;
    if (hostKeysReplaced) events.hostKeys();
    return problems;
  }

  async function keep(dir: SystemsDir): Promise<void> {
    const stamp = shadowStamp();
    if (stamp !== seen && (await keepPasswords(dir))) log('changed passwords are kept on the data volume');
    seen = stamp;
    if (await keepHostKeys(dir)) log('new host keys are kept on the data volume');
  }

  let menuKnows = again;
  /** A boot that the menu was told of for one time has begun by now. */
  function tellMenu(): void {
    // Settling tells of a change itself.
    if (!volumes.settled() || volumes.places().dirs.length === 0 || menuKnows) return;
    menuKnows = true;
    refreshBootEntries(volumes.places(), () => ({ once: undefined })).catch((error: unknown) => {
      log(`cannot write to the boot menu's file: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  const volumes = createVolumes(choice, config, again, {
    beforeMount: events.beforeMount,
    home: arrive,
    changed() {
      tellMenu();
      events.changed();
    },
  });
  return {
    ...volumes,
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
