import { readText } from '../../host.ts';
import { ipv4Addresses, ipv6Addresses } from '../../lib/addresses.ts';
import type { FoundSystem } from '../store.ts';
import { writtenInit } from '../written-init.ts';

/** The addresses that a running system has, of its own network; IPv4 first. */
export function addressesOf({ name, system }: FoundSystem): string[] {
  if (system === undefined || system.network.kind === 'host') return [];
  const pid = writtenInit(name);
  if (pid === undefined) return [];
  const of = (file: string): string => readText(`/proc/${pid}/net/${file}`) ?? '';
  const all = [...ipv4Addresses(of('fib_trie'), of('route')), ...ipv6Addresses(of('if_inet6'))];
  return all.map(({ address }) => address);
}
