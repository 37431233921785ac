import type { SystemFile } from '../../../base/system.ts';
import { membersOf } from '../../lib/systems/network/filter-plan.ts';
import { memberOf } from '../../lib/systems/network/member.ts';
import { listSystems } from '../store.ts';
import { applyFilter, members, writtenFilter } from './apply.ts';
import { machineId, readBridge } from './bridge.ts';
import { underLock } from './soon.ts';

/** So many are taken at once: those that are started meanwhile wait. */
const most = 8;

/** Looked at already, whatever came of it; those of another bridge do not count. */
let tried: { readonly bridge: string; readonly names: Set<string> } = { bridge: '', names: new Set() };

type OnBridge = Extract<SystemFile['network'], { kind: 'bridge' }>;

/**
 * Puts systems that are off into the packet filter, which takes long while one starts. Resolves to whether there may be more of them.
 */
export const expectSystems = (): Promise<boolean> =>
  underLock(async () => {
    const bridge = readBridge();
    const written = writtenFilter();
    if (bridge === undefined || written === undefined) return false;
    const running = members();
    if (tried.bridge !== written.bridge) tried = { bridge: written.bridge, names: new Set() };
    const { names } = tried;
    const known = new Set([...running, ...membersOf(written)].map(({ name }) => name));
    const all = listSystems().flatMap(({ name, system }): { name: string; wish: OnBridge }[] =>
      system?.network.kind === 'bridge' ? [{ name, wish: system.network }] : [],
    );
    const fresh = all.filter(({ name }) => !known.has(name) && !names.has(name));
    const promised = all.flatMap(({ name, wish: { ipv4 } }) => (ipv4 === undefined ? [] : [{ name, ipv4 }]));
    const expected = fresh.slice(0, most).flatMap(({ name, wish }) => {
      names.add(name);
      return memberOf(name, wish, bridge, machineId(), { members: running, promised }).member ?? [];
    });
    if (expected.length > 0) await applyFilter(bridge, running, expected);
    return fresh.length > most;
  });
