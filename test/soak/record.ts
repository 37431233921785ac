import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDrive } from './drives.ts';
import { type Bench, type RunningPe, withBootedPe } from './pe.ts';
import { type StepPlan, script, steps } from './steps.ts';
import { keptFiles, listTree } from './tree.ts';
import { type DiskRequest, readWriteLog } from './write-log.ts';

/** One operation as it went. Positions are numbers of requests to the disk since power-on. */
export interface RecordedStep extends StepPlan {
  readonly from: number;
  /** When `systemx` had ended: from here on it counts as done. */
  readonly returned: number;
  /** When all of it was on the disk. */
  readonly to: number;
  /** Listings of the tree; `undefined`: there was no data volume. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Checksums of what the PE remembers, which stays as it is. */
  readonly kept: string | undefined;
}

export interface Recording {
  /** The disk before the first request. */
  readonly base: string;
  readonly log: string;
  readonly requests: readonly DiskRequest[];
  readonly steps: readonly RecordedStep[];
}

const diskSize = 1024 ** 3;
const files = (dir: string) => ({
  base: join(dir, 'base.img'),
  log: join(dir, 'writes.log'),
  steps: join(dir, 'steps.json'),
});

/** Does all operations once in a PE, on an empty disk that notes every request, and keeps all of it in the folder `dir`. */
export async function record(bench: Bench, dir: string, said: (line: string) => void): Promise<Recording> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const { base, log, steps: notes } = files(dir);
  const disk = join(dir, 'disk.img');
  for (const file of [base, disk]) {
    writeFileSync(file, '');
    truncateSync(file, diskSize);
  }
  const recorded = await withBootedPe(bench, dataDrive(disk, 'data', log), (pe) => perform(pe, log, said));
  rmSync(disk);
  writeFileSync(notes, JSON.stringify(recorded));
  return readRecording(dir);
}

/** What an earlier `record` has kept. */
export function readRecording(dir: string): Recording {
  const { base, log, steps: notes } = files(dir);
  return {
    ...{ base, log, requests: readWriteLog(log) },
    steps: JSON.parse(readFileSync(notes, 'utf8')) as RecordedStep[],
  };
}

const memory = '/hd/.pe';

async function perform(
  { sh }: RunningPe,
  log: string,
  said: (line: string) => void,
): Promise<readonly RecordedStep[]> {
  const position = (): number => readWriteLog(log).length;
  const recorded: RecordedStep[] = [];
  let empty: string | undefined;
  for (const step of steps) {
    const hasVolume = empty !== undefined;
    const untouched = step.wholeDisk === true && hasVolume ? await sh(listTree) : undefined;
    if (step.first !== undefined) await sh(script(step.first));
    await sh('sync');
    const kept = step.wholeDisk === true ? undefined : await sh(keptFiles);
    const before = step.wholeDisk === true ? untouched : await sh(listTree);
    const from = position();
    await sh(step.command);
    const returned = position();
    await sh('sync');
    const to = position();
    if (!hasVolume) {
      await sh(`until [ -s ${memory}/machine-id ] && ls ${memory}/host-keys/*; do sleep 0.2; done; sync`);
      empty = await sh(listTree);
    }
    const after = step.wholeDisk === true ? empty : await sh(listTree);
    recorded.push({ ...step, from, returned, to, before, after, kept });
    said(`recorded ${step.name}: ${to - from} requests`);
  }
  return recorded;
}
