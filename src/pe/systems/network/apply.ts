import { parseJson } from '../../../base/parse-json.ts';
import { execute, must } from '../../host/run.ts';
import { exists, kill, list, readText, removeFile, replaceFile } from '../../host.ts';
import type { Bridge } from '../../lib/systems/network/bridge.ts';
import {
  bridgeService,
  dhcpHosts,
  dnsmasqFiles,
  hostLines,
  networkFolder,
} from '../../lib/systems/network/dnsmasq.ts';
import { planFilter, type Written } from '../../lib/systems/network/filter-plan.ts';
import { withHosts } from '../../lib/systems/network/hosts-file.ts';
import { withoutStale } from '../../lib/systems/network/leases.ts';
import type { Member } from '../../lib/systems/network/member.ts';
import { nftAdditions, nftText } from '../../lib/systems/network/nft.ts';
import { runFolder } from '../../lib/systems/places.ts';
import { controlService } from '../supervisor-client.ts';
import { cgroupsFolder } from '../target.ts';
import { nft } from './programs.ts';

const hangUp = 1;

export const memberPath = (name: string): string => `${runFolder(name)}/network.json`;

/** The systems that are on the bridge now, by name. One whose run was not cleared away has no control group any more. */
export const members = (): Member[] =>
  list(runFolder('')).flatMap((name) => {
    const member = parseJson(readText(memberPath(name))) as Member | undefined;
    return member === undefined || !exists(`${cgroupsFolder}/${name}`) ? [] : [member];
  });

/** Packet filter, reserved addresses and names as they are to be with these systems. May be done again at any time. */
export async function apply(bridge: Bridge, all: readonly Member[]): Promise<void> {
  await applyFilter(bridge, all);
  replaceFile(dnsmasqFiles.reserved, dhcpHosts(all));
  const lines = hostLines(bridge, all);
  replaceFile(dnsmasqFiles.hosts, lines.map((line) => `${line}\n`).join(''));
  const hosts = readText('/etc/hosts') ?? '';
  const fresh = withHosts(hosts, lines);
  if (fresh !== hosts) replaceFile('/etc/hosts', fresh);
  const leases = withoutStale(readText(dnsmasqFiles.leases) ?? '', all);
  if (leases !== undefined) await forget(leases);
  const pid = Number(readText(dnsmasqFiles.pid));
  if (pid > 0 && readText(`/proc/${pid}/comm`)?.trim() === 'dnsmasq') kill(pid, hangUp);
}

const filterPath = `${networkFolder}/filter.json`;

/** What the packet filter was written from last; `undefined`: there is none, or nobody knows. */
export const writtenFilter = (): Written | undefined =>
  parseJson(readText(filterPath)) as Written | undefined;

/** Puts into the packet filter who is on the bridge, and who may be later. */
export async function applyFilter(
  bridge: Bridge,
  running: readonly Member[],
  expected: readonly Member[] = [],
): Promise<void> {
  const { what, added, all, written } = planFilter(writtenFilter(), bridge, running, expected);
  const more = (): string => nftAdditions(bridge, added);
  const isWhole =
    what === 'whole' || (what === 'more' && (await execute([nft, '-f', '-'], { stdin: more() })).code !== 0);
  if (isWhole) {
    const rules = `${networkFolder}/nftables`;
    removeFile(filterPath);
    replaceFile(rules, nftText(bridge, all));
    await must([nft, '-f', rules]);
  }
  replaceFile(filterPath, `${JSON.stringify(written)}\n`);
}

/** It reads its leases at its start only, and writes them while it runs. */
async function forget(leases: string): Promise<void> {
  await controlService('stop', bridgeService);
  replaceFile(dnsmasqFiles.leases, leases);
  await controlService('start', bridgeService);
}
