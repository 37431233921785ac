import type { SystemLimits } from '../../base/system.ts';
import { isFolder } from '../host/files.ts';
import { list, makeFolder, pause, readText, removeFile, writeText } from '../host.ts';
import { cgroupsFolder } from './target.ts';

const controllers = '+cpu +memory +pids +io';

/** Makes the control group of a system with its limits. What this kernel cannot limit is returned, for people. */
export function makeCgroup(path: string, limits: SystemLimits): string[] {
  for (const folder of ['/sys/fs/cgroup', cgroupsFolder]) {
    makeFolder(folder);
    // One by one: a controller that is not there must not keep the others away.
    for (const one of controllers.split(' ')) writeText(`${folder}/cgroup.subtree_control`, one);
  }
  makeFolder(path);
  const wishes: readonly (readonly [string, string, string, unknown])[] = [
    ['memory.max', String(limits.memory), 'memory', limits.memory],
    ['cpu.max', `${Math.round((limits.cpus ?? 0) * 100_000)} 100000`, 'processors', limits.cpus],
    ['pids.max', String(limits.processes), 'processes', limits.processes],
  ];
  return wishes
    .filter(([file, text, , wish]) => wish !== undefined && !writeText(`${path}/${file}`, text))
    .map(([, , what]) => `this kernel cannot limit ${what}`);
}

/** Process ids in a control group and those below it. */
export function processesIn(path: string): number[] {
  const own = (readText(`${path}/cgroup.procs`) ?? '').split('\n').filter((line) => line !== '');
  const below = list(path).filter((name) => isFolder(`${path}/${name}`));
  return [...own.map(Number), ...below.flatMap((name) => processesIn(`${path}/${name}`))];
}

/** Ends everything in a control group by force and removes it. */
export function removeCgroup(path: string): void {
  if (!isFolder(path)) return;
  writeText(`${path}/cgroup.kill`, '1');
  for (let waited = 0; processesIn(path).length > 0 && waited < 2000; waited += 10) pause(10);
  removeBelow(path);
}

function removeBelow(path: string): void {
  for (const name of list(path)) if (isFolder(`${path}/${name}`)) removeBelow(`${path}/${name}`);
  removeFile(path);
}
