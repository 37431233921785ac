import { cardValues, type Family, matchProblem, parseCardValue } from '../../base/card-address.ts';
import type { Diagnostic } from '../../base/errors.ts';
import { domainProblem, serverProblem } from '../../base/network-override.ts';
import type { PeConfigInterface } from '../../base/pe-config.ts';
import type { PersonalNetwork } from '../../base/personal.ts';

type Mistake = (message: string, expected: string) => void;

const lists = {
  dns: { problem: serverProblem, expected: 'addresses with commas, such as dns=192.0.2.53, or none' },
  search: { problem: domainProblem, expected: 'domains with commas, such as search=example.org, or none' },
} as const;
const isList = (key: string): key is keyof typeof lists => key in lists;

const forms = 'CARD=dhcp, CARD=off, CARD=192.0.2.7/24,192.0.2.1, CARD=2001:db8::7/64, dns=…, search=…';

/** The families that a value for a card speaks of, where the card's name says none. */
function familiesOf(value: string): readonly Family[] {
  if (value === 'off') return [4, 6];
  return value === 'auto' || value.includes(':') ? [6] : [4];
}

type Card = { readonly [K in 4 | 6]?: PeConfigInterface['ipv4'] | PeConfigInterface['ipv6'] };

/**
 * Network settings from words such as `eth0=dhcp`, `en*=192.0.2.7/24,192.0.2.1`, `eth0.ipv6=off` and `dns=192.0.2.53`. What is
 * not said of a card is left to the network.
 */
export function networkOf(words: readonly string[], mistakes: Diagnostic[]): PersonalNetwork {
  const cards = new Map<string, Card>();
  const found: { dns?: readonly string[]; search?: readonly string[] } = {};
  for (const word of words) {
    const mistake: Mistake = (what, expected) => {
      mistakes.push({ code: 'bad-network', message: `--network ${word}: ${what}`, expected });
    };
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (key === '') mistake('this is no setting', forms);
    else if (isList(key)) {
      const items = listOf(key, value, mistake);
      if (items !== undefined) found[key] = items;
    } else setCard(cards, key, value, mistake);
  }
  const interfaces = [...cards].map(
    ([match, card]) => ({ match, ipv4: card[4] ?? 'dhcp', ipv6: card[6] ?? 'auto' }) as PeConfigInterface,
  );
  // The first that fits a card counts.
  const glob = ({ match }: PeConfigInterface): number => Number(/[*?]/.test(match));
  interfaces.sort((a, b) => glob(a) - glob(b));
  return { ...found, ...(interfaces.length === 0 ? {} : { interfaces }) };
}

function listOf(key: keyof typeof lists, value: string, mistake: Mistake): readonly string[] | undefined {
  const { problem, expected } = lists[key];
  const items = value === 'none' ? [] : value.split(',');
  const bad = items.find((item) => problem(item) !== undefined);
  if (bad === undefined) return items;
  mistake(`'${bad}' ${problem(bad) ?? ''}`, expected);
  return undefined;
}

function setCard(cards: Map<string, Card>, key: string, value: string, mistake: Mistake): void {
  const [, match = key, digit] = /^(.+)\.ipv([46])$/.exec(key) ?? [];
  if (matchProblem(match) !== undefined) {
    mistake(`${match} is no name of a card, nor a glob`, forms);
    return;
  }
  const families = digit === undefined ? familiesOf(value) : [Number(digit) as Family];
  for (const family of families) {
    const parsed = parseCardValue(family, value);
    const before = cards.get(match) ?? {};
    if (typeof parsed === 'string')
      mistake(parsed.startsWith(':') ? parsed.slice(2) : `'${value}' ${parsed}`, cardValues[family]);
    else if (before[family] !== undefined)
      mistake(`${match} has its IPv${family} twice`, 'each family of a card once');
    else cards.set(match, { ...before, [family]: parsed.value });
  }
}
