import { FailedError } from '../../base/errors.ts';
import { makeFolders, makeLink, readLink, removeOne } from '../host/files.ts';
import { sleep } from '../host.ts';
import { isAlive, myself } from './processes.ts';

const folder = '/run/diskbios/locks';

const own = (): string => {
  const { boot, pid, ticks } = myself();
  return `${pid}:${ticks}:${boot}`;
};

function livesOn(holder: string): boolean {
  const [pid = '', ticks = '', boot = ''] = holder.split(':');
  return isAlive({ boot, pid: Number(pid), ticks: Number(ticks) });
}

/** Takes a lock from a dead holder. Only one at a time may look and take, or two could each take it from the other. */
function takeOver(path: string): void {
  const guard = `${path}.taking`;
  if (!makeLink(own(), guard)) {
    const taker = readLink(guard);
    if (taker !== undefined && !livesOn(taker)) removeOne(guard);
    return;
  }
  const holder = readLink(path);
  if (holder !== undefined && !livesOn(holder)) removeOne(path);
  removeOne(guard);
}

/**
 * Does something while nobody else, in this process or another, does anything under the same lock. The name is that of a system, or
 * `*` with the path of a systems directory for what concerns them all. Waits `patience` milliseconds for the present holder.
 */
export async function locked<T>(
  name: string,
  action: () => Promise<T>,
  { patience = 10_000, busy }: { readonly patience?: number; readonly busy?: string } = {},
): Promise<T> {
  makeFolders(folder);
  const path = `${folder}/${name.replaceAll('/', '\\')}`;
  for (let waited = 0; !makeLink(own(), path); waited += 20) {
    const holder = readLink(path);
    if (holder !== undefined && !livesOn(holder)) {
      takeOver(path);
      continue;
    }
    if (waited >= patience)
      throw new FailedError(
        'busy',
        `${busy ?? `another systemx is working on ${name}`} (process ${holder?.split(':')[0] ?? '?'})`,
        {
          hint: 'wait for it, or end it',
        },
      );
    await sleep(20);
  }
  try {
    return await action();
  } finally {
    removeOne(path);
  }
}
