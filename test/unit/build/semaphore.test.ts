import { expect, it } from 'vitest';
import { semaphore } from '../../../src/build/semaphore.ts';

it('runs at most as many pieces of work at once as it has places, the most urgent first', async () => {
  const slots = semaphore(2);
  const order: string[] = [];
  let running = 0;
  let most = 0;
  const work = (name: string) => async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    order.push(name);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
  };
  await Promise.all([
    slots(work('a')),
    slots(work('b')),
    slots(work('small'), 1),
    slots(work('large'), 9),
    slots(work('middle'), 5),
  ]);
  expect(order).toEqual(['a', 'b', 'large', 'middle', 'small']);
  expect(most).toBe(2);
});

it('gives its place on when a piece of work fails', async () => {
  const slots = semaphore(1);
  await expect(slots(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots(() => Promise.resolve('next'))).toBe('next');
});
