import { type NetworkOverride, networkOverride } from '../../base/network-override.ts';
import { parseJson } from '../../base/parse-json.ts';
import type { PeConfig } from '../../base/pe-config.ts';
import { makeFolders, removeOne } from '../host/files.ts';
import { syncPaths } from '../host/tree.ts';
import { exists, readText, removeFile, replaceFile, uptime } from '../host.ts';
import { type OwnNetwork, type Trial, trialPath } from '../lib/systems/own-network.ts';
import { peFolder, type SystemsDir } from '../lib/systems/places.ts';
import { writeDurably } from './durable.ts';

/** What this machine sets over the recipe's network: on the data volume for good, or in memory for a time. */

export const networkPath = (dir: SystemsDir): string => `${peFolder(dir.path)}/network.json`;

/** The settings in memory, as long as they count. */
export function trial(): Trial | undefined {
  const found = parseJson(readText(trialPath)) as Trial | undefined;
  return found === undefined || (found.until !== null && uptime() >= found.until) ? undefined : found;
}

export const putOnTrial = (wanted: Trial): void => {
  replaceFile(trialPath, `${JSON.stringify(wanted)}\n`);
};

export const endTrial = (): void => {
  removeFile(trialPath);
};

export const trialIsOver = (): boolean => exists(trialPath) && trial() === undefined;

/** The settings on the data volume, whatever they are worth; `undefined`: there are none. */
function kept(dir: SystemsDir | undefined): { readonly json: unknown } | undefined {
  const text = dir === undefined ? undefined : readText(networkPath(dir));
  return text === undefined ? undefined : { json: parseJson(text) };
}

/** The recipe's network with what this machine sets over it; problems name the file. */
export function networkNow(config: PeConfig, dir: SystemsDir | undefined): NetworkOverride {
  const own = ownNetwork(dir);
  if (own === undefined) return { network: config.network, problems: [] };
  const { network, problems } = networkOverride(config.network, own.json);
  const cure = 'systemx network reset takes all of it back';
  return {
    network,
    problems: problems.map(
      (problem) => `${dir === undefined ? trialPath : networkPath(dir)}: ${problem}; ${cure}`,
    ),
  };
}

/** What counts now, unread: of a trial, or else of the data volume. */
export function ownNetwork(dir: SystemsDir | undefined): { readonly json: unknown } | undefined {
  const tried = trial();
  return tried === undefined ? kept(dir) : { json: tried.own };
}

/** Without any setting the file goes. */
export async function keepNetwork(dir: SystemsDir, own: OwnNetwork): Promise<void> {
  const path = networkPath(dir);
  if (Object.keys(own).length > 0) {
    makeFolders(peFolder(dir.path), 0o700);
    await writeDurably(path, `${JSON.stringify(own, undefined, 2)}\n`);
  } else if (exists(path)) {
    removeOne(path);
    await syncPaths(peFolder(dir.path));
  }
  endTrial();
}
