import { cardValues, type Family, matchProblem, parseCardValue } from '../../../base/card-address.ts';
import type { Diagnostic } from '../../../base/errors.ts';
import { domainProblem, serverProblem } from '../../../base/network-override.ts';
import type { PeConfigInterface } from '../../../base/pe-config.ts';
import { nearest } from '../../../base/suggest.ts';
import { systemsNetworkProblem } from '../../../base/systems-network.ts';
import { exact, networkKeys, type OwnNetwork, type Recipe, said, splitKey } from './own-network.ts';

type Operator = '=' | '+=' | '-=';

const lists = {
  dns: { problem: serverProblem, expected: 'addresses with commas, or none' },
  search: { problem: domainProblem, expected: 'domains with commas, or none' },
} as const;
const isList = (key: string): key is keyof typeof lists => key in lists;

/** Names come before globs: the first that fits counts. What says no more than the recipe does goes. */
function withInterface(recipe: Recipe, own: OwnNetwork, fresh: PeConfigInterface): OwnNetwork {
  const { interfaces = [] } = own;
  const rest = interfaces.filter((one) => one.match !== fresh.match);
  const plain = said(recipe, { interfaces: rest }, fresh.match);
  const needless = JSON.stringify([plain?.ipv4, plain?.ipv6]) === JSON.stringify([fresh.ipv4, fresh.ipv6]);
  const all = needless ? rest : [...rest, fresh];
  const sorted = [...all.filter(({ match }) => exact(match)), ...all.filter(({ match }) => !exact(match))];
  return tidy({ ...own, interfaces: sorted });
}

interface Changing {
  readonly recipe: Recipe;
  /** Names of the cards of this machine. */
  readonly cards: readonly string[];
}

type Change = (own: OwnNetwork) => OwnNetwork;
type Wrong = Omit<Diagnostic, 'code'>;

function changeList(
  key: keyof typeof lists,
  operator: Operator,
  text: string,
  recipe: Recipe,
): Change | Wrong {
  const { problem, expected } = lists[key];
  const items = text === 'none' && operator === '=' ? [] : text.split(',');
  const [bad] = items.filter((one) => problem(one) !== undefined);
  if (bad !== undefined) return { message: `${key}: '${bad}' ${problem(bad) ?? ''}`, expected };
  return (own) => {
    const before = own[key] ?? recipe[key];
    const after =
      operator === '='
        ? items
        : operator === '+='
          ? [...before, ...items]
          : before.filter((one) => !items.includes(one));
    return { ...own, [key]: [...new Set(after)] };
  };
}

function changeAddresses(
  key: string,
  { head, family }: { readonly head: string; readonly family: Family },
  text: string,
  { recipe, cards }: Changing,
): Change | Wrong {
  const field = `ipv${family}` as const;
  if (head === 'systems') {
    const wrong = systemsNetworkProblem(family)(text);
    return wrong === undefined
      ? (own) => ({ ...own, systems: { ...own.systems, [field]: text } })
      : { message: `${key}: '${text}' ${wrong}` };
  }
  if (matchProblem(head) !== undefined || (exact(head) && !cards.includes(head)))
    return {
      message: `${key}: this machine has no card ${head}`,
      expected: [...cards, 'a glob such as en*'].join(', or '),
    };
  const found = parseCardValue(family, text);
  if (typeof found === 'string')
    return { message: `${key}: '${text}' ${found}`, expected: cardValues[family] };
  return (own) => {
    const before = said(recipe, own, head) ?? { ipv4: 'dhcp', ipv6: 'auto' };
    return withInterface(recipe, own, { ...before, match: head, [field]: found.value });
  };
}

function changeOf(word: string, around: Changing): Change | Wrong {
  const match = /^([\w.*?-]+?)(\+=|-=|=)(.*)$/s.exec(word);
  if (match === null)
    return { message: `'${word}' is no setting`, expected: 'KEY=VALUE, such as eth0.ipv4=dhcp' };
  const [, key = '', sign = '', text = ''] = match;
  const operator = sign as Operator;
  if (isList(key)) return changeList(key, operator, text, around.recipe);
  const split = splitKey(key);
  if (split === undefined) return unknown(key, around.cards);
  if (operator !== '=') return { message: `${key} is no list, so it takes = only` };
  return changeAddresses(key, split, text, around);
}

/** Keys as they can be set on a machine with these cards. */
export const keysFor = (cards: readonly string[]): readonly string[] => [
  ...cards.flatMap((card) => [`${card}.ipv4`, `${card}.ipv6`]),
  ...networkKeys.map(([key]) => key).filter((key) => !key.startsWith('CARD')),
];

function unknown(key: string, cards: readonly string[]): Wrong {
  const meant = nearest(key, [...keysFor(cards)]);
  return {
    message: `there is no setting ${key}`,
    hint: meant === undefined ? 'systemx network --help lists them' : `did you mean ${meant}?`,
  };
}

/** Words such as `eth0.ipv4=192.0.2.7/24` and `dns+=192.0.2.53`, in order; all mistakes are named. */
export function setNetwork(
  own: OwnNetwork,
  words: readonly string[],
  around: Changing,
): { readonly own: OwnNetwork; readonly mistakes: readonly Diagnostic[] } {
  return applyAll(own, words, (word) => changeOf(word, around));
}

/** Takes settings back to the recipe's: `dns`, `eth0`, `eth0.ipv4`, `systems`; all, where none is named. */
export function resetNetwork(
  own: OwnNetwork,
  keys: readonly string[],
  recipe: Recipe,
): { readonly own: OwnNetwork; readonly mistakes: readonly Diagnostic[] } {
  if (keys.length === 0) return { own: {}, mistakes: [] };
  return applyAll(own, keys, (key) => {
    const set = setHere(own);
    return set.includes(key)
      ? (before) => without(before, key, recipe)
      : {
          message: `${key} is not set on this machine`,
          expected: set.length === 0 ? 'nothing is set here' : set.join(', '),
        };
  });
}

/** What can be taken back. */
const setHere = ({ dns, search, interfaces = [], systems }: OwnNetwork): readonly string[] => [
  ...interfaces.flatMap(({ match }) => [match, `${match}.ipv4`, `${match}.ipv6`]),
  ...(dns === undefined ? [] : ['dns']),
  ...(search === undefined ? [] : ['search']),
  ...(systems === undefined ? [] : ['systems', 'systems.ipv4', 'systems.ipv6']),
];

function without(own: OwnNetwork, key: string, recipe: Recipe): OwnNetwork {
  if (key === 'dns' || key === 'search' || key === 'systems') return tidy({ ...own, [key]: undefined });
  const split = splitKey(key);
  const field = split === undefined ? undefined : (`ipv${split.family}` as const);
  if (split?.head === 'systems') {
    const left = Object.entries(own.systems ?? {}).filter(([name]) => name !== field);
    return tidy({ ...own, systems: left.length === 0 ? undefined : Object.fromEntries(left) });
  }
  const { interfaces = [] } = own;
  const entry = interfaces.find(({ match }) => match === (split?.head ?? key));
  if (entry === undefined) return own;
  const others = interfaces.filter((one) => one !== entry);
  if (field === undefined) return tidy({ ...own, interfaces: others });
  const plain = said(recipe, { interfaces: others }, entry.match) ?? { ipv4: 'dhcp', ipv6: 'auto' };
  return withInterface(recipe, own, { ...entry, [field]: plain[field] });
}

/** Without what says nothing. */
const tidy = ({
  dns,
  search,
  interfaces = [],
  systems,
}: { readonly [K in keyof OwnNetwork]: OwnNetwork[K] | undefined }): OwnNetwork => ({
  ...(dns === undefined ? {} : { dns }),
  ...(search === undefined ? {} : { search }),
  ...(interfaces.length === 0 ? {} : { interfaces }),
  ...(systems === undefined ? {} : { systems }),
});

function applyAll(
  own: OwnNetwork,
  words: readonly string[],
  read: (word: string) => Change | Wrong,
): { readonly own: OwnNetwork; readonly mistakes: readonly Diagnostic[] } {
  const mistakes: Diagnostic[] = [];
  let result = own;
  for (const word of words) {
    const change = read(word);
    if (typeof change === 'function') result = change(result);
    else mistakes.push({ code: 'bad-setting', ...change });
  }
  return { own: result, mistakes };
}
