import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The inodes of the sockets that have a local port, in the text of `/proc/net/udp` or `/proc/net/tcp`. */
export function socketsOn(port: number, table: string): string[] {
  const local = port.toString(16).toUpperCase().padStart(4, '0');
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, address = '', , state = '']) => address.endsWith(`:${local}`) && (state === '0A' || state === '07'),
    )
    .flatMap(([, , , , , , , , , inode]) => (inode === undefined ? [] : [inode]));
}

/** The program that has a port of this machine, such as `dnsmasq (process 812)`; `undefined` where that is not to be seen. */
export function portOwner(protocol: 'udp' | 'tcp', port: number, proc = '/proc'): string | undefined {
  try {
    const sockets = ['', '6'].flatMap((version) =>
      socketsOn(port, readFileSync(join(proc, 'net', `${protocol}${version}`), 'utf8')),
    );
    const wanted = new Set(sockets.map((inode) => `socket:[${inode}]`));
    for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
      if (Number(pid) !== process.pid && linksOf(join(proc, pid, 'fd')).some((link) => wanted.has(link)))
        return `${readFileSync(join(proc, pid, 'comm'), 'utf8').trim()} (process ${pid})`;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

function linksOf(dir: string): string[] {
  try {
    return readdirSync(dir).flatMap((name) => {
      try {
        return [readlinkSync(join(dir, name))];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
