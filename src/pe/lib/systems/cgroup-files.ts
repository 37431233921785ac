import type { SystemLimits } from '../../../base/system.ts';

/** What is written into a file of a control group; `what` is limited by it, in words for people. */
export interface CgroupSetting {
  readonly file: string;
  readonly text: string;
  readonly what: string;
}

const period = 100_000; // microseconds, the kernel's own default

/** The limits of a system as cgroup2 knows them. What has no limit is left alone. */
export function limitSettings({ memory, cpus, processes }: SystemLimits): CgroupSetting[] {
  return [
    ...(memory === undefined
      ? []
      : [
          { file: 'memory.max', text: String(memory), what: 'memory' },
          // Else what is over the limit only goes to another place.
          { file: 'memory.swap.max', text: '0', what: 'swap' },
        ]),
    ...(cpus === undefined
      ? []
      : [{ file: 'cpu.max', text: `${Math.round(cpus * period)} ${period}`, what: 'processors' }]),
    ...(processes === undefined ? [] : [{ file: 'pids.max', text: String(processes), what: 'processes' }]),
  ];
}

const MiB = 1024 ** 2;

/**
 * What all systems together may take, so that something is always left for the PE.
 * @param memory bytes of the machine
 * @param processes that the kernel can have
 */
export function shareOfSystems(memory: number, processes: number): CgroupSetting[] {
  const kept = Math.min(128 * MiB, Math.max(48 * MiB, Math.floor(memory / 16)));
  return [
    { file: 'memory.max', text: String(Math.max(16 * MiB, memory - kept)), what: 'memory' },
    { file: 'pids.max', text: String(Math.max(64, processes - 512)), what: 'processes' },
  ];
}
