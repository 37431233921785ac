import type { PortForward } from '../../../base/system.ts';
import { readLink } from '../../host/files.ts';
import { list, readText } from '../../host.ts';
import { dnsmasqFiles } from '../../lib/systems/network/dnsmasq.ts';
import { parseSockets } from '../../lib/systems/network/ports.ts';

/** Who listens on a port of the PE, for people; `undefined`: nobody, or our own server on the bridge. */
export function listenerOf(protocol: PortForward['protocol'], port: number): string | undefined {
  const inodes = ['', '6']
    .flatMap((family) => parseSockets(protocol, readText(`/proc/net/${protocol}${family}`) ?? ''))
    .filter((one) => one.port === port)
    .map(({ inode }) => `socket:[${inode}]`);
  if (inodes.length === 0) return undefined;
  const holders = list('/proc').filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      list(`/proc/${pid}/fd`).some((fd) => inodes.includes(readLink(`/proc/${pid}/fd/${fd}`) ?? '')),
  );
  const [other] = holders.filter(
    (pid) => readText(`/proc/${pid}/cmdline`)?.includes(dnsmasqFiles.config) !== true,
  );
  if (other === undefined) return holders.length > 0 ? undefined : "the PE's kernel";
  const program = (readText(`/proc/${other}/comm`) ?? '').trim();
  const system = /\/systems\/([^/\n]+)/.exec(readText(`/proc/${other}/cgroup`) ?? '')?.[1];
  return system === undefined ? `${program} of the PE` : `${program} of system ${system}`;
}
