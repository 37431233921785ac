import { cardValues, cardValueText, type Family } from '../../../base/card-address.ts';
import { fieldsOf } from '../../../base/json-reader.ts';
import { networkOverride } from '../../../base/network-override.ts';
import type { PeConfig, PeConfigInterface } from '../../../base/pe-config.ts';
import type { PersonalNetwork } from '../../../base/personal.ts';
import { interfaceConfig } from '../network-config.ts';

/** What this machine sets over the recipe's network: `.pe/network.json`. What is left out is the recipe's. */
export interface OwnNetwork {
  readonly dns?: readonly string[];
  readonly search?: readonly string[];
  readonly interfaces?: readonly PeConfigInterface[];
  readonly systems?: { readonly ipv4?: string; readonly ipv6?: string };
}

export type Recipe = PeConfig['network'];

/** Where settings are that wait for `systemx network keep`, or that there is no disk for. In memory. */
export const trialPath = '/run/diskbios/network-trial.json';

export interface Trial {
  readonly own: OwnNetwork;
  /** Seconds of uptime at which everything is as before; `null`: when the machine is switched off. */
  readonly until: number | null;
}

/** Keys for people: what may stand behind the `=`, and what it means. */
export const networkKeys = [
  ['CARD.ipv4', cardValues[4], 'addresses of a card, or of all cards that a glob such as en* names'],
  ['CARD.ipv6', cardValues[6], 'the same; auto: what routers and DHCPv6 servers say'],
  ['dns', 'addresses with commas, or none', 'name servers, beside those that DHCP tells'],
  ['search', 'domains with commas, or none', 'where short names are looked up'],
  ['systems.ipv4', 'auto, or a network such as 10.99.0.0/24', 'the network of the systems behind the PE'],
  ['systems.ipv6', 'auto, off, or a network such as fd12:3456:789a::/64', 'the same'],
] as const;

/** `eth0.ipv4`, `systems.ipv6`: the part before the family, and the family. */
export function splitKey(key: string): { readonly head: string; readonly family: Family } | undefined {
  const match = /^(.+)\.ipv([46])$/.exec(key);
  return match?.[1] === undefined ? undefined : { head: match[1], family: match[2] === '4' ? 4 : 6 };
}

export const exact = (match: string): boolean => !/[*?]/.test(match);

/** What is said about a card, or about all that a glob names; `undefined`: nothing, so that it is left alone. */
export const said = (recipe: Recipe, own: OwnNetwork, match: string): PeConfigInterface | undefined => {
  const interfaces = [...(own.interfaces ?? []), ...recipe.interfaces];
  return exact(match)
    ? interfaceConfig({ ...recipe, interfaces }, match, true)
    : interfaces.find((one) => one.match === match);
};

/** What was written, maybe by hand, with what it leaves out of an interface filled in; or why it does not count. */
export function readOwnNetwork(
  recipe: Recipe,
  json: unknown,
): { readonly own: OwnNetwork; readonly problems: readonly string[] } {
  const { network, problems } = networkOverride(recipe, json);
  const fields = fieldsOf(json);
  if (fields === undefined || problems.length > 0) return { own: {}, problems };
  const given = (key: string): boolean => fields[key] !== undefined && fields[key] !== null;
  const interfaces = network.interfaces.slice(0, network.interfaces.length - recipe.interfaces.length);
  const systems = Object.entries(fieldsOf(fields['systems']) ?? {}).filter(([, value]) => value !== null);
  const own = {
    ...(given('dns') ? { dns: network.dns } : {}),
    ...(given('search') ? { search: network.search } : {}),
    ...(interfaces.length === 0 ? {} : { interfaces }),
    ...(systems.length === 0
      ? {}
      : { systems: Object.fromEntries(systems) as OwnNetwork['systems'] & object }),
  };
  return { own, problems };
}

/** A setting as it counts, and whose it is. */
export interface ShownSetting {
  readonly key: string;
  readonly value: string;
  readonly from: 'recipe' | 'personal settings' | 'this machine';
}

/**
 * All settings, those that count first where two are for one card.
 * @param recipe with the personal settings laid over it
 * @param personal these settings
 */
export function shownSettings(
  recipe: Recipe,
  own: OwnNetwork,
  personal: PersonalNetwork = {},
): readonly ShownSetting[] {
  type From = ShownSetting['from'];
  const cards = (interfaces: readonly PeConfigInterface[], from: From): ShownSetting[] =>
    interfaces.flatMap(({ match, ipv4, ipv6 }) => [
      { key: `${match}.ipv4`, value: cardValueText(ipv4), from },
      { key: `${match}.ipv6`, value: cardValueText(ipv6), from },
    ]);
  const from = (here: unknown, byPerson?: unknown): From =>
    here !== undefined ? 'this machine' : byPerson !== undefined ? 'personal settings' : 'recipe';
  const list = (key: 'dns' | 'search'): ShownSetting => ({
    key,
    value: (own[key] ?? recipe[key]).join(',') || 'none',
    from: from(own[key], personal[key]),
  });
  const systems = (['ipv4', 'ipv6'] as const).map((field) => ({
    key: `systems.${field}`,
    value: own.systems?.[field] ?? recipe.systems?.[field] ?? 'auto',
    from: from(own.systems?.[field]),
  }));
  const [mine, given] = [own.interfaces ?? [], personal.interfaces ?? []];
  const without = (
    interfaces: readonly PeConfigInterface[],
    ...covering: (readonly PeConfigInterface[])[]
  ): PeConfigInterface[] =>
    interfaces.filter(({ match }) => !covering.flat().some((one) => one.match === match));
  return [
    ...cards(mine, 'this machine'),
    ...cards(without(given, mine), 'personal settings'),
    ...cards(without(recipe.interfaces, mine, given), 'recipe'),
    ...[list('dns'), list('search'), ...systems],
  ];
}

/** Lines `eth0.ipv4: dhcp -> off`, for what differs. */
export function networkChanges(recipe: Recipe, before: OwnNetwork, after: OwnNetwork): readonly string[] {
  const keys = new Set([after, before].flatMap((own) => shownSettings(recipe, own).map(({ key }) => key)));
  const value = (own: OwnNetwork, key: string): string => {
    const split = splitKey(key);
    if (split === undefined || split.head === 'systems')
      return shownSettings(recipe, own).find((one) => one.key === key)?.value ?? 'none';
    const spec = said(recipe, own, split.head)?.[`ipv${split.family}`];
    return spec === undefined ? 'not used' : cardValueText(spec);
  };
  return [...keys].flatMap((key) => {
    const [old, fresh] = [value(before, key), value(after, key)];
    return old === fresh ? [] : [`${key}: ${old} -> ${fresh}`];
  });
}
