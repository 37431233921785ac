import { parseJson } from '../../../base/parse-json.ts';
import { makeFolders } from '../../host/files.ts';
import { must } from '../../host/run.ts';
import { exists, list, readText, removeFile, replaceFile, writeText } from '../../host.ts';
import {
  type Bridge,
  bridgeName,
  chooseNetwork4,
  clash,
  networksOf,
  type Surroundings,
} from '../../lib/systems/network/bridge.ts';
import {
  bridgeService,
  dnsmasqConfig,
  dnsmasqFiles,
  networkFolder,
} from '../../lib/systems/network/dnsmasq.ts';
import { macOf } from '../../lib/systems/network/identity.ts';
import type { Member } from '../../lib/systems/network/member.ts';
import { parseRoutes4 } from '../../lib/systems/network/routes.ts';
import { controlService } from '../supervisor-client.ts';
import { apply } from './apply.ts';
import { ownNetwork6, peConfig, rememberedNetworks, rememberNetworks, wishedNetwork } from './wishes.ts';

const path = `${networkFolder}/bridge.json`;
const sysctl = '/proc/sys/net';

/** The bridge as it is; `undefined`: there is none, since no system needed it yet. */
export const readBridge = (): Bridge | undefined =>
  exists(`/sys/class/net/${bridgeName}`) ? (parseJson(readText(path)) as Bridge | undefined) : undefined;

export const machineId = (): string =>
  (readText('/etc/machine-id') ?? '').trim() || (readText('/proc/sys/kernel/random/boot_id') ?? '').trim();

/** What the machine's cards have to do with already. */
function surroundings(): Surroundings {
  const servers = (readText('/etc/resolv.conf') ?? '').matchAll(/^nameserver\s+(\d+(?:\.\d+){3})\s*$/gm);
  return {
    networks: parseRoutes4(readText('/proc/net/route') ?? '').filter(({ card }) => card !== bridgeName),
    addresses: [...servers].map((match) => match[1] ?? ''),
  };
}

/** What is wrong with the bridge, with what to do; for people. */
export function bridgeProblems(): readonly string[] {
  const bridge = readBridge();
  const who = bridge === undefined ? undefined : clash(networksOf(bridge).v4, surroundings());
  return bridge === undefined || who === undefined
    ? []
    : [
        `the network of the systems, ${bridge.ipv4}, has addresses of ${who} in it, which they cannot reach: stop all systems that are on it and start them again, or name another: systemx network set systems.ipv4=NETWORK`,
      ];
}

/** The bridge, made if it is not there. With nobody on it, it follows the settings, and goes out of the way of other networks. */
export async function ensureBridge(members: readonly Member[]): Promise<Bridge> {
  const known = readBridge();
  if (known !== undefined && members.length > 0) return known;
  const around = surroundings();
  const config = peConfig();
  const wished = wishedNetwork(config);
  const remembered = rememberedNetworks();
  const own = (text: string | undefined): string | undefined => (text === 'auto' ? undefined : text);
  const ipv6 =
    !exists(`${sysctl}/ipv6`) || wished?.ipv6 === 'off'
      ? undefined
      : (own(wished?.ipv6) ?? ownNetwork6(remembered, known));
  const bridge: Bridge = {
    ipv4: chooseNetwork4(own(wished?.ipv4), remembered.ipv4 ?? known?.ipv4, around),
    ipv6,
    mac: macOf(`.${bridgeName}`, machineId()),
    hostname: config?.hostname ?? 'pe',
    routes: known?.routes ?? readText(`${sysctl}/ipv4/ip_forward`)?.trim() === '1',
  };
  if (known !== undefined && bridge.ipv4 === known.ipv4 && bridge.ipv6 === known.ipv6) return known;
  await rememberNetworks({
    ...(own(wished?.ipv4) === undefined ? { ipv4: bridge.ipv4 } : {}),
    ...(ipv6 === undefined || own(wished?.ipv6) !== undefined ? {} : { ipv6 }),
  });
  await setUp(bridge, known !== undefined);
  return bridge;
}

async function setUp(bridge: Bridge, again: boolean): Promise<void> {
  const { v4, gateway4, v6 } = networksOf(bridge);
  makeFolders(networkFolder);
  // Never a moment without the filter.
  await apply(bridge, []);
  const link = `link add name ${bridgeName} address ${bridge.mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`;
  if (!exists(`/sys/class/net/${bridgeName}`)) await ip([link]);
  for (const [name, value] of Object.entries({
    accept_ra: 0,
    accept_dad: 0,
    disable_ipv6: v6 === undefined ? 1 : 0,
  }))
    writeText(`${sysctl}/ipv6/conf/${bridgeName}/${name}`, String(value));
  // The PE's own programs reach forwarded ports at 127.0.0.1 too.
  writeText(`${sysctl}/ipv4/conf/${bridgeName}/route_localnet`, '1');
  await ip([
    `addr flush dev ${bridgeName} scope global`,
    `addr add ${gateway4}/${v4.prefix} broadcast + dev ${bridgeName}`,
    ...(v6 === undefined ? [] : [`addr add ${v6.gateway}/64 dev ${bridgeName} nodad`]),
    `link set dev ${bridgeName} up`,
  ]);
  removeFile(dnsmasqFiles.pid);
  replaceFile(dnsmasqFiles.config, dnsmasqConfig(bridge));
  await controlService(again ? 'restart' : 'start', bridgeService);
  forwardPackets(v6 !== undefined);
  replaceFile(path, `${JSON.stringify(bridge)}\n`);
}

const ip = (lines: readonly string[]): Promise<string> =>
  must(['ip', '-batch', '-'], { stdin: `${lines.join('\n')}\n` });

/** IPv6 can be forwarded by all cards or none; those that take their address from a router go on being hosts. */
function forwardPackets(ipv6: boolean): void {
  writeText(`${sysctl}/ipv4/ip_forward`, '1');
  const conf = `${sysctl}/ipv6/conf`;
  const read = (card: string, name: string): string => (readText(`${conf}/${card}/${name}`) ?? '').trim();
  if (!ipv6 || read('all', 'forwarding') === '1') return;
  const hosts = list(conf).filter(
    (card) => card !== 'all' && card !== bridgeName && read(card, 'forwarding') === '0',
  );
  const learning = hosts.filter((card) => read(card, 'accept_ra') === '1');
  // A card that becomes a router forgets what it has learned, unless it is told to go on learning.
  for (const card of learning) writeText(`${conf}/${card}/accept_ra`, '2');
  writeText(`${conf}/all/forwarding`, '1');
  for (const card of hosts) writeText(`${conf}/${card}/forwarding`, '0');
  for (const card of learning) writeText(`${conf}/${card}/accept_ra`, '1');
}
