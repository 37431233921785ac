import { join } from 'node:path';
import { start } from '../sys/start.ts';
import { option } from './drive-args.ts';
import { type LaunchOptions, withGuestFolder } from './launch.ts';
import type { LinkNetwork } from './spec.ts';
import type { QemuTools } from './tools.ts';

/** An end of a private cable that goes into a machine; a place in the folder of sockets. */
export type LinkEnd = Pick<LinkNetwork, 'local' | 'remote'>;

/** Private cables between machines, by name. */
export interface Links {
  /** The end of a cable for one machine; a machine may have several ends of one cable. */
  readonly end: (link: string, machine: string) => LinkEnd;
}

/**
 * Lays private cables for as long as `work` lasts. Two ends are a pair of sockets; more ends meet in a hub, which is a QEMU
 * without a machine, so that each of them may be switched off and on without the others losing each other.
 * @param members names of the machines at each cable, by the cable's name
 */
export function withLinks<T>(
  tools: QemuTools,
  members: Readonly<Record<string, readonly string[]>>,
  options: LaunchOptions,
  work: (links: Links) => Promise<T>,
): Promise<T> {
  return withGuestFolder(async ({ dir }) => {
    const laid = Object.entries(members).map(([name, machines], index) => ({
      name,
      ends: layLink(join(dir, String(index)), machines),
    }));
    const hubs = laid.filter(({ ends }) => ends.length > 2);
    const hub = hubs.length === 0 ? undefined : startHubs(tools, hubs, options);
    try {
      return await work({ end: (link, machine) => takeEnd(laid, link, machine) });
    } finally {
      hub?.kill('SIGKILL');
      await hub?.ended;
    }
  });
}

interface Laid {
  readonly name: string;
  readonly ends: readonly (LinkEnd & { readonly machine: string })[];
}

function layLink(path: string, machines: readonly string[]): Laid['ends'] {
  const paired = machines.length <= 2;
  return machines.map((machine, i) => ({
    machine,
    local: `${path}-${i}`,
    remote: paired ? `${path}-${1 - i}` : `${path}-hub-${i}`,
  }));
}

function takeEnd(laid: readonly Laid[], link: string, machine: string): LinkEnd {
  const end = laid.find(({ name }) => name === link)?.ends.find((one) => one.machine === machine);
  if (end === undefined) throw new Error(`the link ${link} has no end for ${machine}`);
  return { local: end.local, remote: end.remote };
}

function startHubs(tools: QemuTools, hubs: readonly Laid[], options: LaunchOptions) {
  const ports = hubs.flatMap(({ ends }, hub) =>
    ends.flatMap(({ local, remote }, i) => [
      '-netdev',
      `dgram,id=end${hub}-${i},local.type=unix,local.path=${option(remote)},remote.type=unix,remote.path=${option(local)}`,
      '-netdev',
      `hubport,id=port${hub}-${i},hubid=${hub},netdev=end${hub}-${i}`,
    ]),
  );
  const argv = tools.argv('-no-user-config', '-nodefaults', '-display', 'none', '-machine', 'none', ...ports);
  return start(argv, { env: tools.env, monitor: options.monitor, signal: options.signal });
}
