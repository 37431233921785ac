import type { PeConfig } from '../../base/pe-config.ts';
import { after } from '../host.ts';
import type { SystemsDir } from '../lib/systems/places.ts';
import { endTrial, networkNow, trialIsOver } from '../systems/own-network.ts';
import { log } from './log.ts';
import type { Network } from './network.ts';

const settleTick = 50;

/** Keeps the cards to the recipe's network and what this machine sets over it. */
export interface OwnNetworkKeeper {
  /** There may be settings in this directory. */
  readonly load: (dir: SystemsDir | undefined) => void;
  /** Goes over to the settings that are there now; `done` when the cards are set up, or given up for now. */
  readonly apply: (done: () => void) => void;
  /** Takes back what was tried and not kept in time. To be called now and then. */
  readonly step: () => void;
  /** Mistakes in the settings, for people. */
  readonly problems: () => readonly string[];
}

export function createOwnNetwork(
  config: PeConfig,
  network: Pick<Network, 'reconfigure' | 'settled'>,
): OwnNetworkKeeper {
  let home: SystemsDir | undefined;
  let problems: readonly string[] = [];

  function load(dir: SystemsDir | undefined): void {
    home = dir;
    const found = networkNow(config, dir);
    problems = found.problems;
    network.reconfigure(found.network);
  }

  function whenSettled(done: () => void): void {
    if (network.settled()) done();
    else
      after(settleTick, () => {
        whenSettled(done);
      });
  }

  return {
    load,
    apply(done) {
      load(home);
      whenSettled(done);
    },
    step() {
      if (!trialIsOver()) return;
      endTrial();
      log('network: the settings on trial were not kept in time; going back to those before');
      load(home);
    },
    problems: () => problems,
  };
}
