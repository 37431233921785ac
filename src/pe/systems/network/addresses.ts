import { readText } from '../../host.ts';
import { ipv4Addresses, ipv6Addresses } from '../../lib/addresses.ts';
import { engines } from '../engines/registry.ts';
import type { FoundSystem } from '../store.ts';
import { isSound } from '../store.ts';
import { runState, targetOf } from '../target.ts';

/** The addresses that a running system has, of its own network; IPv4 first. */
export function addressesOf(found: FoundSystem): string[] {
  if (!isSound(found) || found.system.network.kind === 'host') return [];
  const engine = engines.find(({ name }) => name === (runState(found.name)?.engine ?? found.system.engine));
  const pid = engine?.init(targetOf(found));
  if (pid === undefined) return [];
  const of = (file: string): string => readText(`/proc/${pid}/net/${file}`) ?? '';
  const all = [...ipv4Addresses(of('fib_trie'), of('route')), ...ipv6Addresses(of('if_inet6'))];
  return all.map(({ address }) => address);
}
