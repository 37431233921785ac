/** What a case takes while it runs. */
export interface Load {
  /** Guests that run at the same time. */
  readonly guests: number;
  /** Bytes of their memory. */
  readonly memory: number;
}

export interface Job<T> {
  readonly load: Load;
  /** `running`: how many guests there are at its start, its own among them. */
  readonly run: (running: number) => Promise<T>;
}

export interface Capacity {
  /** Guests at the same time. */
  readonly guests: number;
  /** Bytes for all of them. */
  readonly memory: number;
}

/** What QEMU itself takes beside its guest's memory: code, translated code, the screen. */
const overheadOfGuest = 160 * 1024 ** 2;

/** What a guest of so much memory takes of this machine's. */
export function memoryOfGuest(memory: number): number {
  return memory + overheadOfGuest;
}

/** As many guests as there are processors, and no more than what is free of the memory holds of the largest. */
export function defaultJobs(machine: {
  readonly processors: number;
  readonly freeMemory: number;
  readonly largestGuest: number;
}): number {
  const fitting = Math.floor(usable(machine.freeMemory) / memoryOfGuest(machine.largestGuest));
  return Math.max(1, Math.min(machine.processors, fitting));
}

/** A part of the free memory stays free: other programs want some, and the guests' files are in it too. */
export function usable(freeMemory: number): number {
  return freeMemory * 0.8;
}

/**
 * How much slower a guest gets by others beside it: a factor on its time limits. The loads are counts of processes that want
 * a processor, as the kernel has them, which knows of all that runs on the machine: now, and when the machine's speed was
 * measured, which that load has slowed already.
 */
export function contention(machine: {
  readonly guests: number;
  readonly processors: number;
  readonly load: number;
  readonly loadAtProbe: number;
}): number {
  const each = (processes: number): number => Math.max(1, processes / machine.processors);
  return Math.max(each(machine.guests), each(machine.load) / each(machine.loadAtProbe));
}

export interface Scheduler<T> {
  /** The job's result; `undefined` where it was not started, since everything was stopped before. */
  readonly add: (job: Job<T>) => Promise<T | undefined>;
}

interface Waiting<T> {
  readonly job: Job<T>;
  readonly start: (running: number) => Promise<void>;
  readonly giveUp: () => void;
}

/**
 * Runs jobs side by side, in their order, as many as there is room for; one that is larger than everything runs alone. None
 * is started after `signal` has been aborted.
 */
export function scheduler<T>(capacity: Capacity, signal: AbortSignal): Scheduler<T> {
  const waiting: Waiting<T>[] = [];
  const taken = { guests: 0, memory: 0 };

  const hasRoom = ({ guests, memory }: Load): boolean =>
    taken.guests === 0 ||
    (taken.guests + guests <= capacity.guests && taken.memory + memory <= capacity.memory);

  const startMore = (): void => {
    if (signal.aborted) for (const each of waiting.splice(0)) each.giveUp();
    for (;;) {
      const next = waiting[0];
      if (next === undefined || !hasRoom(next.job.load)) return;
      waiting.shift();
      void start(next);
    }
  };

  const start = async ({ job: { load }, start }: Waiting<T>): Promise<void> => {
    taken.guests += load.guests;
    taken.memory += load.memory;
    await start(taken.guests);
    taken.guests -= load.guests;
    taken.memory -= load.memory;
    startMore();
  };

  signal.addEventListener('abort', startMore);
  return {
    add: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({
          job,
          start: (running) => job.run(running).then(resolve, reject),
          giveUp: () => resolve(undefined),
        });
        startMore();
      }),
  };
}
