import type { SystemLimits } from '../../base/system.ts';
import { isFolder } from '../host/files.ts';
import { list, makeFolder, readText, removeFile, sleep, writeText } from '../host.ts';
import { limitSettings, shareOfSystems } from '../lib/systems/cgroup-files.ts';
import { cgroupsFolder } from './target.ts';

const top = '/sys/fs/cgroup';
const ofThePe = `${top}/pe`;
const controllers = ['+cpu', '+memory', '+pids', '+io'];

/** The foreground process of a system is born here: a group with limits on those below it has no processes itself. */
export const birthplace = (cgroup: string): string => `${cgroup}/start`;

/** One by one: a controller that is not there must not keep the others away. */
function handDown(path: string): void {
  const file = `${path}/cgroup.subtree_control`;
  const there = (readText(file) ?? '').trim().split(' ');
  for (const one of controllers) if (!there.includes(one.slice(1))) writeText(file, one);
}

/**
 * Puts the PE's own processes into a group of their own, before others are limited: whoever they start is born there. Kernel
 * threads stay, and so does init: LXC counts its paths from where that one is.
 * @param processes default: all that are in none yet
 */
export function joinThePe(processes?: readonly number[]): void {
  makeFolder(ofThePe);
  const all = processes?.map(String) ?? (readText(`${top}/cgroup.procs`) ?? '').split('\n');
  for (const pid of all) {
    if (pid !== '' && pid !== '1' && (readText(`/proc/${pid}/cmdline`) ?? '') !== '')
      writeText(`${ofThePe}/cgroup.procs`, pid);
  }
}

let hasRoom = false;

/** May be done by several at once, so nothing may be left out because another has begun. */
function makeRoom(): void {
  if (hasRoom && isFolder(cgroupsFolder)) return;
  if ((readText('/proc/self/cgroup') ?? '').trim() === '0::/') joinThePe();
  handDown(top);
  makeFolder(cgroupsFolder);
  handDown(cgroupsFolder);
  // Taken for others only when nothing else is left.
  writeText(`${ofThePe}/memory.low`, String(64 * 1024 ** 2));
  const memory = /^MemTotal:\s+(\d+) kB$/m.exec(readText('/proc/meminfo') ?? '')?.[1];
  const most = ['pid_max', 'threads-max'].map((name) =>
    Number(readText(`/proc/sys/kernel/${name}`) ?? 32_768),
  );
  for (const { file, text } of shareOfSystems(Number(memory) * 1024, Math.min(...most)))
    writeText(`${cgroupsFolder}/${file}`, text);
  hasRoom = true;
}

/** Makes the control group of a system with its limits. What this kernel cannot limit is returned, for people. */
export function makeCgroup(path: string, limits: SystemLimits): string[] {
  makeRoom();
  makeFolder(path);
  handDown(path);
  makeFolder(birthplace(path));
  const refused = limitSettings(limits).filter(({ file, text }) => !writeText(`${path}/${file}`, text));
  return refused.filter(({ what }) => what !== 'swap').map(({ what }) => `this kernel cannot limit ${what}`);
}

/** Process ids in a control group and those below it. */
export function processesIn(path: string): number[] {
  const own = (readText(`${path}/cgroup.procs`) ?? '').split('\n').filter((line) => line !== '');
  const below = list(path).filter((name) => isFolder(`${path}/${name}`));
  return [...own.map(Number), ...below.flatMap((name) => processesIn(`${path}/${name}`))];
}

/** Ends everything in a control group by force and removes it. */
export async function removeCgroup(path: string): Promise<void> {
  if (!isFolder(path)) return;
  writeText(`${path}/cgroup.kill`, '1');
  for (let waited = 0; processesIn(path).length > 0 && waited < 2000; waited += 10) await sleep(10);
  removeBelow(path);
}

function removeBelow(path: string): void {
  for (const name of list(path)) if (isFolder(`${path}/${name}`)) removeBelow(`${path}/${name}`);
  removeFile(path);
}
