import { describe, expect, test } from 'vitest';
import {
  abandonSteps,
  beginSteps,
  type CommitStep,
  commitSteps,
  type FileStep,
  type JournalRecord,
  recordPath,
  recovery,
  trashPath,
  workPath,
} from '../../../../src/pe/lib/systems/journal.ts';
import { Cut, Disk } from './file-steps.ts';

const id = 'op-1';
const work = workPath(id);
const trash = trashPath(id);
const record: JournalRecord = {
  format: 1,
  id,
  operation: 'test',
  subject: 'web',
  owner: { boot: 'b', pid: 1, ticks: 1 },
  commit: undefined,
};

const folder = (path: string): FileStep => ({ kind: 'make-folder', path });
const write = (path: string, text: string): FileStep => ({ kind: 'write', path, text });
const system = (path: string, text: string): FileStep[] => [
  folder(path),
  folder(`${path}/delta`),
  write(`${path}/delta/file`, text),
  write(`${path}/system.json`, text),
];

/** A volume with the systems `web` and `db`, and something of a person's. */
function volume(keepsSyncs = true): Disk {
  const disk = new Disk(keepsSyncs);
  disk.carryOut([
    ...system('web', 'web'),
    ...system('db', 'after web'),
    folder('photos'),
    write('photos/one', 'dear'),
  ]);
  disk.sync();
  return disk;
}

interface Operation {
  /** Makes what is new. */
  readonly work: readonly FileStep[];
  readonly commit: readonly CommitStep[];
}

const operations: Readonly<Record<string, Operation>> = {
  create: {
    work: system(`${work}/new`, 'new'),
    commit: [{ kind: 'move', from: `${work}/new`, to: 'fresh' }],
  },
  restore: {
    work: system(`${work}/new`, 'restored'),
    commit: [
      { kind: 'move', from: 'web', to: trash },
      { kind: 'move', from: `${work}/new`, to: 'web' },
    ],
  },
  destroy: { work: [], commit: [{ kind: 'move', from: 'web', to: trash }] },
  rename: {
    work: [],
    commit: [
      { kind: 'move', from: 'web', to: 'www' },
      { kind: 'write', path: 'db/system.json', text: 'after www' },
      { kind: 'write', path: 'www/delta/file', text: 'www' },
    ],
  },
  snapshot: {
    work: [folder(`${work}/new`), write(`${work}/new/file`, 'web')],
    commit: [{ kind: 'move', from: `${work}/new`, to: 'web/snapshot' }],
  },
  'add a template': {
    work: [folder(`${work}/root`), write(`${work}/root/bin`, 'program'), write(`${work}/json`, '{}')],
    commit: [
      { kind: 'move', from: `${work}/root`, to: 'photos/t@1' },
      { kind: 'move', from: `${work}/json`, to: 'photos/t@1.json' },
    ],
  },
};

function carryOut(disk: Disk, operation: Operation): void {
  disk.carryOut(beginSteps(record, disk.exists));
  disk.carryOut(operation.work);
  disk.carryOut(commitSteps(record, operation.commit, disk.exists));
}

function recover(disk: Disk): void {
  disk.carryOut(recovery(disk.view()).steps);
}

/** False: the power went before it was done. */
function until(disk: Disk, calls: number, action: () => void): boolean {
  disk.cutAfter(calls);
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Cut) return false;
    throw error;
  }
}

function outcome(operation: Operation): { before: unknown; after: unknown; calls: number } {
  const disk = volume();
  const before = disk.tree();
  const start = disk.calls;
  carryOut(disk, operation);
  expect(disk.leftovers()).toEqual([]);
  return { before, after: disk.tree(), calls: disk.calls - start };
}

describe.each(Object.entries(operations))('%s', (_, operation) => {
  const losses = ['nothing', 'what was not synced', 'what was written in haste'] as const;

  test('does what it is for', () => {
    const { before, after } = outcome(operation);
    expect(after).not.toEqual(before);
  });

  test.each(losses)(
    'a cut after any call, losing %s: done or undone, nothing else',
    { timeout: 60_000 },
    (loss) => {
      const { before, after, calls } = outcome(operation);
      const seen = new Set<string>();
      for (let cut = 0; cut < calls; cut += 1) {
        const disk = volume();
        expect(until(disk, cut, () => carryOut(disk, operation))).toBe(false);
        disk.restart(loss);
        recover(disk);
        const found = disk.tree();
        expect([before, after], `cut after ${cut} calls`).toContainEqual(found);
        expect(disk.leftovers(), `cut after ${cut} calls`).toEqual([]);
        seen.add(JSON.stringify(found));
      }
      expect(seen.size).toBe(2);
    },
  );

  test('a second cut, during recovery, does no harm either', { timeout: 120_000 }, () => {
    const { before, after, calls } = outcome(operation);
    for (let cut = 0; cut < calls; cut += 1) {
      for (let second = 0; ; second += 1) {
        const disk = volume(false);
        until(disk, cut, () => carryOut(disk, operation));
        disk.restart('nothing');
        const whole = until(disk, second, () => recover(disk));
        disk.restart('nothing');
        recover(disk);
        expect([before, after], `cut after ${cut} calls, then after ${second}`).toContainEqual(disk.tree());
        expect(disk.leftovers()).toEqual([]);
        if (whole) break;
      }
    }
  });

  test('one that fails leaves nothing', () => {
    const disk = volume();
    const before = disk.tree();
    disk.carryOut([...beginSteps(record, disk.exists), ...operation.work, ...abandonSteps(id)]);
    expect(disk.tree()).toEqual(before);
    expect(disk.leftovers()).toEqual([]);
  });
});

describe('recovery', () => {
  test('leaves alone what is still under way', () => {
    const disk = volume();
    disk.carryOut([...beginSteps(record, disk.exists), ...system(`${work}/new`, 'new')]);
    const { steps, told } = recovery(disk.view(() => true));
    expect(steps).toEqual([]);
    expect(told).toEqual([]);
  });

  test('says what became of an operation', () => {
    const disk = volume();
    disk.carryOut(beginSteps(record, disk.exists));
    expect(recovery(disk.view()).told).toEqual(['test of web, which was interrupted, was undone']);
    const [step = folder('')] = commitSteps(record, [{ kind: 'move', from: 'web', to: trash }], disk.exists);
    disk.carryOut([step]);
    expect(recovery(disk.view()).told).toEqual(['test of web, which was interrupted, was finished']);
  });

  test('a record that never got to the disk is removed without a word', () => {
    const disk = volume();
    const before = disk.tree();
    disk.carryOut([...beginSteps(record, disk.exists), ...system(`${work}/new`, 'new')]);
    disk.restart('what was written in haste');
    const { steps, told } = recovery(disk.view());
    disk.carryOut(steps);
    expect(told).toEqual([]);
    expect(disk.tree()).toEqual(before);
    expect(disk.leftovers()).toEqual([]);
  });

  test.each([
    ['garbage', '{"format":'],
    [
      'a path out of the directory',
      JSON.stringify({ ...record, commit: [{ kind: 'move', from: 'web', to: '../../etc' }] }),
    ],
    [
      'an absolute path',
      JSON.stringify({ ...record, commit: [{ kind: 'write', path: '/etc/shadow', text: '' }] }),
    ],
    ['the id of another', JSON.stringify({ ...record, id: 'op-2' })],
    ['a later format', JSON.stringify({ ...record, format: 2 })],
  ])('a record with %s is removed and nothing of it done', (_, text) => {
    const disk = volume();
    const before = disk.tree();
    disk.carryOut([folder('.pe/journal'), write(recordPath(id), text)]);
    const { steps, told } = recovery(disk.view());
    disk.carryOut(steps);
    expect(told.join()).toContain('damaged');
    expect(disk.tree()).toEqual(before);
    expect(disk.leftovers()).toEqual([]);
  });
});
