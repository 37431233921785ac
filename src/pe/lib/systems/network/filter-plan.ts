import { parseJson } from '../../../../base/parse-json.ts';
import type { Bridge } from './bridge.ts';
import type { Member } from './member.ts';

/** What the packet filter was written from: `/run/diskbios/network/filter.json`. */
export interface Written {
  readonly bridge: string;
  readonly members: readonly string[];
  /** Names of those that ran. */
  readonly running: readonly string[];
}

export interface FilterPlan {
  /** `nothing`: all is in it. `more`: `added` is to be added. `whole`: it is to be written anew, from `all`. */
  readonly what: 'nothing' | 'more' | 'whole';
  readonly added: readonly Member[];
  readonly all: readonly Member[];
  readonly written: Written;
}

/** Beyond these, systems that are off are forgotten. */
const mostAway = 256;

const away = (member: Member): Member => ({ ...member, forwards: [] });
const guarded = (member: Member): string => JSON.stringify(away(member));

/**
 * What is to be done to the packet filter. Which addresses are whose may stand in it for systems that are off as well: their ports are
 * not there, and they start in less when they come back. Their forwards go.
 * @param running all that are on the bridge now
 * @param expected that are off, and may be started some time
 */
export function planFilter(
  before: Written | undefined,
  bridge: Bridge,
  running: readonly Member[],
  expected: readonly Member[] = [],
): FilterPlan {
  const bridgeText = JSON.stringify(bridge);
  const known = before?.bridge === bridgeText ? membersOf(before) : [];
  const named = (members: readonly Member[]): Set<string> => new Set(members.map(({ name }) => name));
  const [now, coming] = [named(running), named(expected)];
  const others = [
    ...expected.filter(({ name }) => !now.has(name)),
    ...known.filter(({ name }) => !now.has(name) && !coming.has(name)),
  ];
  const all = [...running, ...others.slice(0, mostAway).map(away)];
  const written = {
    bridge: bridgeText,
    members: all.map((one) => JSON.stringify(one)),
    running: [...now],
  };
  const added = all.filter((_, n) => before?.members.includes(written.members[n] ?? '') !== true);
  const plan = (what: FilterPlan['what']): FilterPlan => ({ what, added, all, written });

  if (before?.bridge !== bridgeText || before.running.some((name) => !now.has(name))) return plan('whole');
  const guards = new Map(known.map((one) => [one.name, guarded(one)]));
  if (added.some((one) => (guards.get(one.name) ?? guarded(one)) !== guarded(one))) return plan('whole');
  if (added.length > 0) return plan('more');
  // Asked for with nothing new to tell: whatever has become of the filter meanwhile, it is made good.
  return plan(expected.length === 0 && now.size === before.running.length ? 'whole' : 'nothing');
}

/** Of what was written; what is damaged counts as not there. */
export const membersOf = ({ members }: Written): readonly Member[] =>
  members.flatMap((text) => {
    const member = parseJson(text) as Member | undefined;
    return member === undefined ? [] : [member];
  });
