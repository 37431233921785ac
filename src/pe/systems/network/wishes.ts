import { parseNetwork4 } from '../../../base/ipv4.ts';
import { prefixDigits } from '../../../base/ipv6.ts';
import { fieldsOf } from '../../../base/json-reader.ts';
import { parseJson } from '../../../base/parse-json.ts';
import type { PeConfig } from '../../../base/pe-config.ts';
import { makeFolders } from '../../host/files.ts';
import { readText } from '../../host.ts';
import { type Bridge, makeNetwork6 } from '../../lib/systems/network/bridge.ts';
import { peFolder } from '../../lib/systems/places.ts';
import { writeDurably } from '../durable.ts';
import { networkNow } from '../own-network.ts';
import { settledConfig } from '../personal.ts';
import { readPlaces } from '../places.ts';

type Chosen = Pick<Bridge, 'ipv4' | 'ipv6'>;

const file = 'systems-network.json';

export const peConfig = (): PeConfig | undefined => settledConfig() as PeConfig | undefined;

/** What the recipe, or this machine over it, says about the network of the systems. */
export function wishedNetwork(config: PeConfig | undefined): PeConfig['network']['systems'] {
  const [home] = readPlaces().dirs;
  return config === undefined ? undefined : networkNow(config, home).network.systems;
}

/** The networks of the last time; what is damaged counts as not there. */
export function rememberedNetworks(): Partial<Chosen> {
  const [home] = readPlaces().dirs;
  const fields =
    home === undefined ? undefined : fieldsOf(parseJson(readText(`${peFolder(home.path)}/${file}`)));
  const { ipv4, ipv6 } = fields ?? {};
  return {
    ...(typeof ipv4 === 'string' && parseNetwork4(ipv4) !== undefined ? { ipv4 } : {}),
    ...(typeof ipv6 === 'string' && prefixDigits(ipv6) !== undefined ? { ipv6 } : {}),
  };
}

/** Those that the PE chose, so that systems have the same addresses after a reboot. Without a disk there is no next time. */
export async function rememberNetworks(chosen: Partial<Chosen>): Promise<void> {
  const [home] = readPlaces().dirs;
  if (home === undefined || home.readOnly) return;
  const before = rememberedNetworks();
  const after = { ...before, ...chosen };
  if (before.ipv4 === after.ipv4 && before.ipv6 === after.ipv6) return;
  makeFolders(peFolder(home.path), 0o700);
  await writeDurably(`${peFolder(home.path)}/${file}`, `${JSON.stringify(after)}\n`);
}

/** Of this machine's own, made once. */
export const ownNetwork6 = (remembered: Partial<Chosen>, known: Bridge | undefined): string =>
  remembered.ipv6 ?? known?.ipv6 ?? makeNetwork6((readText('/proc/sys/kernel/random/uuid') ?? '').trim());
