import { FailedError, UserError } from '../../../base/errors.ts';
import { busybox } from '../../host/run.ts';
import { syncFileSystem } from '../../host/tree.ts';
import { closeFd, makePipe, pause, readText, spawn, writeText } from '../../host.ts';
import { shellLine } from '../../lib/network-config.ts';
import { stateOf } from '../running.ts';
import type { SoundSystem } from '../store.ts';
import { cgroupsFolder } from '../target.ts';

const patience = 10_000; // milliseconds

/** Thaws a control group when the pipe to it is closed, by us or by our death. */
function thawer(group: string): { readonly thaw: () => void } {
  const pipe = makePipe();
  if (pipe === undefined) throw new FailedError('files', 'too many open files');
  const wait = `cat >/dev/null; ${thawLine(group)}`;
  // A session of its own: Ctrl-C is not for it.
  spawn([busybox, 'setsid', busybox, 'sh', '-c', wait], { stdin: pipe.read }, () => undefined);
  closeFd(pipe.read);
  return {
    thaw() {
      writeText(`${group}/cgroup.freeze`, '0');
      closeFd(pipe.write);
    },
  };
}

const thawLine = (group: string): string => `echo 0 >${shellLine([[`${group}/cgroup.freeze`]])}`;

/**
 * Does something with the files of a system while nothing changes them. One that runs is refused, or with `live` held still as long
 * as it takes; what its programs had not yet written is then missing as after a power cut. `what`: `backed up`.
 */
export async function keepingStill<T>(
  { name, folder }: SoundSystem,
  what: string,
  live: boolean,
  action: (held: boolean) => Promise<T>,
): Promise<T> {
  const state = stateOf(name);
  if (state === 'stopped' || state === 'failed') return action(false);
  if (!live || state !== 'running')
    throw new UserError({
      code: 'running',
      message: `${name} is ${state}, and has to be off to be ${what}`,
      hint: `systemx stop ${name}${state === 'running' ? ', or --live, which holds it still meanwhile' : ''}`,
    });
  const group = `${cgroupsFolder}/${name}`;
  const { thaw } = thawer(group);
  try {
    if (!writeText(`${group}/cgroup.freeze`, '1'))
      throw new FailedError('not-frozen', `${name} cannot be held still`, { hint: `systemx stop ${name}` });
    for (let waited = 0; !(readText(`${group}/cgroup.events`) ?? '').includes('frozen 1'); waited += 20) {
      if (waited >= patience)
        throw new FailedError('not-frozen', `${name} cannot be held still: a process of it does not stop`, {
          hint: `systemx stop ${name}`,
        });
      pause(20);
    }
    await syncFileSystem(folder);
    return await action(true);
  } finally {
    thaw();
  }
}
