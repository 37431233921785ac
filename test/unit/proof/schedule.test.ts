import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { contention, defaultJobs, type Job, scheduler } from '../../../src/proof/schedule.ts';

const MiB = 1024 ** 2;

/** Jobs that end when told, and what runs at the moment. */
function rig() {
  const running = new Set<string>();
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const job = (name: string, guests = 1, memory = 100): Job<string> => ({
    load: { guests, memory },
    run: async () => {
      running.add(name);
      started.push(name);
      await new Promise<void>((end) => ends.set(name, end));
      running.delete(name);
      return name;
    },
  });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await sleep(0);
  };
  return { running, started, job, end };
}

describe('scheduler', () => {
  test('runs as many guests as there is room for, in order', async () => {
    const { running, started, job, end } = rig();
    const { add } = scheduler<string>({ guests: 2, memory: 1000 }, new AbortController().signal);
    const results = ['a', 'b', 'c'].map((name) => add(job(name)));
    expect([...running]).toEqual(['a', 'b']);
    await end('b');
    expect([...running]).toEqual(['a', 'c']);
    await end('a');
    await end('c');
    expect(started).toEqual(['a', 'b', 'c']);
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
  });

  test('a case with two guests counts twice', async () => {
    const { running, job, end } = rig();
    const { add } = scheduler<string>({ guests: 2, memory: 1000 }, new AbortController().signal);
    void add(job('one'));
    void add(job('pair', 2));
    expect([...running]).toEqual(['one']);
    await end('one');
    expect([...running]).toEqual(['pair']);
  });

  test('memory limits as well; what fits nowhere runs alone', async () => {
    const { running, job, end } = rig();
    const { add } = scheduler<string>({ guests: 4, memory: 250 }, new AbortController().signal);
    for (const name of ['a', 'b', 'c']) void add(job(name));
    void add(job('huge', 8, 10_000));
    expect([...running]).toEqual(['a', 'b']);
    await end('a');
    expect([...running]).toEqual(['b', 'c']);
    await end('b');
    await end('c');
    expect([...running]).toEqual(['huge']);
  });

  test('after an abort nothing is started', async () => {
    const { running, job, end } = rig();
    const stop = new AbortController();
    const { add } = scheduler<string>({ guests: 1, memory: 1000 }, stop.signal);
    const [first, second] = [add(job('a')), add(job('b'))];
    stop.abort();
    expect(await second).toBeUndefined();
    await end('a');
    expect(await first).toBe('a');
    expect(await add(job('c'))).toBeUndefined();
    expect([...running]).toEqual([]);
  });

  test('a job that fails makes room too', async () => {
    const { running, job } = rig();
    const { add } = scheduler<string>({ guests: 1, memory: 1000 }, new AbortController().signal);
    const broken = add({ load: { guests: 1, memory: 1 }, run: () => Promise.reject(new Error('broken')) });
    void add(job('a'));
    await expect(broken).rejects.toThrow('broken');
    expect([...running]).toEqual(['a']);
  });
});

test('default jobs: processors and memory, at least one', () => {
  const largestGuest = 512 * MiB;
  expect(defaultJobs({ processors: 4, freeMemory: 64_000 * MiB, largestGuest })).toBe(4);
  expect(defaultJobs({ processors: 8, freeMemory: 2048 * MiB, largestGuest })).toBe(2);
  expect(defaultJobs({ processors: 2, freeMemory: 100 * MiB, largestGuest })).toBe(1);
});

test('more guests, or more load than when the speed was measured, stretch time limits; less does not shrink them', () => {
  const idle = { guests: 1, processors: 2, load: 0, loadAtProbe: 0 };
  expect(contention(idle)).toBe(1);
  expect(contention({ ...idle, guests: 4 })).toBe(2);
  expect(contention({ ...idle, load: 6 })).toBe(3);
  expect(contention({ ...idle, load: 6, loadAtProbe: 6 })).toBe(1);
  expect(contention({ ...idle, load: 1, loadAtProbe: 8 })).toBe(1);
});
