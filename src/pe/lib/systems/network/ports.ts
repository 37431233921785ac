import type { PortForward } from '../../../../base/system.ts';
import type { Member } from './member.ts';

/** A port of the PE that one of its programs listens on. */
export interface Listener {
  readonly protocol: PortForward['protocol'];
  readonly port: number;
  /** Of the socket. */
  readonly inode: string;
}

const states = { tcp: '0A', udp: '07' } as const; // listening; not connected

/** Reads `/proc/net/tcp`, `udp` and those with a 6. */
export const parseSockets = (protocol: PortForward['protocol'], table: string): Listener[] =>
  table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 10 && fields[3] === states[protocol])
    .map((fields) => ({
      protocol,
      port: Number.parseInt(fields[1]?.split(':')[1] ?? '', 16),
      inode: fields[9] ?? '',
    }));

/**
 * Which forwards of a system cannot be, and who has the port, each with what to do.
 * @param holder who listens on a port of the PE, for people; `undefined`: somebody who does not mind
 */
export function forwardProblems(
  name: string,
  forwards: readonly PortForward[],
  members: readonly Member[],
  holder: (protocol: PortForward['protocol'], port: number) => string | undefined,
): string[] {
  return forwards.flatMap((one, i) => {
    const same = (other: PortForward): boolean => other.protocol === one.protocol && other.port === one.port;
    const port = `${one.port}/${one.protocol}`;
    const words = `${one.port}:${one.to}${one.protocol === 'udp' ? '/udp' : ''}`;
    const cure = `systemx set ${name} network.forward-=${words}`;
    if (forwards.findIndex(same) < i)
      return [`port ${port} of the machine leads to two of its ports: ${cure}`];
    const other = members.find((member) => member.name !== name && member.forwards.some(same));
    if (other !== undefined)
      return [`port ${port} of the machine leads to system ${other.name} already: ${cure}`];
    const used = holder(one.protocol, one.port);
    return used === undefined ? [] : [`port ${port} of the machine is used by ${used}: ${cure}`];
  });
}
