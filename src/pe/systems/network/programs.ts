import { MissingError } from '../../../base/errors.ts';
import type { SystemFile } from '../../../base/system.ts';
import { exists } from '../../host.ts';

export const nft = '/usr/sbin/nft';
export const dnsmasq = '/usr/sbin/dnsmasq';

const programs = [
  { path: nft, package: 'nftables' },
  { path: dnsmasq, package: 'dnsmasq-base' },
];

/** Throws `MissingError` where this PE lacks what the network of a system needs. */
export function requireNetwork(name: string, { network }: SystemFile): void {
  if (network.kind !== 'bridge') return;
  const missing = programs.filter(({ path }) => !exists(path)).map((one) => one.package);
  if (missing.length === 0) return;
  const [packages, them] = missing.length === 1 ? ['package', 'it'] : ['packages', 'them'];
  throw new MissingError(
    `${name} cannot be started: its network needs the ${packages} ${missing.join(' and ')}, and this PE does not have ${them}`,
    `systemx set ${name} network=none, or add ${missing.join(' and ')} to pe.packages of the recipe`,
  );
}
