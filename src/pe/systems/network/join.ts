import { FailedError, UserError } from '../../../base/errors.ts';
import { must } from '../../host/run.ts';
import { exists, list, readText, removeFile, replaceFile } from '../../host.ts';
import type { LxcNet } from '../../lib/systems/lxc-config.ts';
import { bridgeName } from '../../lib/systems/network/bridge.ts';
import { resolverText } from '../../lib/systems/network/dnsmasq.ts';
import { macOf } from '../../lib/systems/network/identity.ts';
import { givenAddresses, memberOf, type Others } from '../../lib/systems/network/member.ts';
import { forwardProblems } from '../../lib/systems/network/ports.ts';
import { defaultCard } from '../../lib/systems/network/routes.ts';
import type { Target } from '../engines/engine.ts';
import { listSystems } from '../store.ts';
import { memberPath, members } from './apply.ts';
import { ensureBridge, machineId } from './bridge.ts';
import { listenerOf } from './listeners.ts';
import { requireNetwork } from './programs.ts';
import { applySoon, underLock } from './soon.ts';

/** What the first process of a system does about its network. */
export interface How {
  /** An init, that asks for addresses. */
  readonly asks: boolean;
  /** A program that was given to run, which knows nothing of name servers either. */
  readonly plain: boolean;
}

export interface Joined {
  readonly net: LxcNet;
  /** Files of the PE that are to be seen inside, read-only. */
  readonly files: readonly { readonly from: string; readonly to: string }[];
}

/** Name of a system's card inside. */
const inside = 'eth0';

/**
 * Makes ready what the network of a system needs in the PE, and gives its card for its engine. Throws `MissingError` where the PE
 * lacks programs, `UserError` where its settings cannot be, `FailedError` where there is no such card now. On the bridge nothing gets
 * through to it until `openNetwork`.
 */
export async function joinNetwork(target: Target, how: How): Promise<Joined> {
  const { name, system } = target;
  switch (system.network.kind) {
    case 'host':
      return { net: { type: 'none' }, files: [] };
    case 'none':
      return { net: { type: 'empty' }, files: [] };
    case 'lan':
      return {
        net: {
          type: 'macvlan',
          link: await lanCard(name, system.network.card),
          hwaddr: macOf(name, machineId()),
          name: inside,
        },
        files: [],
      };
    case 'bridge':
      requireNetwork(name, system);
      return joinBridge(target, system.network, how);
  }
}

const joinBridge = ({ name, run }: Target, wish: Parameters<typeof memberOf>[1], how: How): Promise<Joined> =>
  underLock(async () => {
    const others: Others = { members: members().filter((one) => one.name !== name), promised: promised() };
    const bridge = await ensureBridge(others.members);
    const { member, problems } = memberOf(name, wish, bridge, machineId(), others);
    const all = [...problems, ...forwardProblems(name, wish.forwards, others.members, listenerOf)];
    if (member === undefined || all.length > 0)
      throw new UserError(
        all.map((message) => ({ code: 'network', message: `${name} cannot be started: ${message}` })),
      );
    // Left where the last run was ended by force a moment ago.
    if (exists(`/sys/class/net/${member.port}`)) await must(['ip', 'link', 'del', 'dev', member.port]);
    replaceFile(memberPath(name), `${JSON.stringify(member)}\n`);
    const resolver = `${run}/resolv.conf`;
    replaceFile(resolver, resolverText(bridge));
    return {
      net: {
        ...{ type: 'veth', link: bridgeName, hwaddr: member.mac, name: inside, pair: member.port },
        ...givenAddresses(bridge, member, { ipv4: !how.asks || wish.ipv4 !== undefined }),
      },
      files: how.asks || !how.plain ? [] : [{ from: resolver, to: '/etc/resolv.conf' }],
    };
  });

/** Addresses that are set for systems, running or not. */
const promised = (): Others['promised'] =>
  listSystems().flatMap(({ name, system }) =>
    system?.network.kind === 'bridge' && system.network.ipv4 !== undefined
      ? [{ name, ipv4: system.network.ipv4 }]
      : [],
  );

/** Lets a system that has joined reach others, and others reach it. Its first process may begin meanwhile. */
export const openNetwork = (name: string): Promise<void> =>
  exists(memberPath(name)) ? applySoon() : Promise.resolve();

/** After the end of a system: its forwards, addresses and names go. */
export async function leaveNetwork(name: string): Promise<void> {
  if (!exists(memberPath(name))) return;
  removeFile(memberPath(name));
  await applySoon();
}

/** The card that a system is to be on the network of; made ready, since it need not be one that the PE uses. */
async function lanCard(name: string, wished: string | undefined): Promise<string> {
  const card =
    wished ?? defaultCard(readText('/proc/net/route') ?? '', readText('/proc/net/ipv6_route') ?? '');
  const cards = list('/sys/class/net').filter((one) => exists(`/sys/class/net/${one}/device`));
  const cure = `systemx set ${name} network.card=${cards.length === 0 ? 'NAME' : cards.join(' or ')}`;
  // Later it may be there: the supervisor tries again.
  const refuse = (why: string): never => {
    throw new FailedError('no-card', `${name} cannot be started: ${why}: ${cure}`);
  };
  if (card === undefined) return refuse('no card of the machine has a default route');
  if (!exists(`/sys/class/net/${card}`)) return refuse(`the machine has no card ${card}`);
  const up = 1; // IFF_UP
  if ((Number(readText(`/sys/class/net/${card}/flags`)) & up) === 0)
    await must(['ip', 'link', 'set', 'dev', card, 'up']);
  return card;
}
