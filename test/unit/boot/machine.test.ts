import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { withLinks } from '../../../src/boot/links.ts';
import { seated } from '../../../src/boot/machine-parts.ts';
import { isPluggable } from '../../../src/boot/machine-plug.ts';
import { reservePort } from '../../../src/boot/ports.ts';
import type { Drive } from '../../../src/boot/spec.ts';
import type { QemuTools } from '../../../src/boot/tools.ts';

const drive = (as: Drive['as']): Drive => ({ file: '/x', as, format: 'raw', writes: 'keep' });
const names = ['image', 'a', 'b', 'c', 'd'];
const drives = (['virtio', 'usb', 'virtio', 'ahci', 'nvme'] as const).map(drive);

test('drives boot in the order given, those not named never', () => {
  const order = (bootOrder: readonly string[]) => seated(drives, names, bootOrder).map(({ boot }) => boot);
  expect(order(names)).toEqual([0, 1, 2, 3, 4]);
  expect(order(['d', 'image'])).toEqual([1, 'never', 'never', 'never', 0]);
});

test('disks that can be pulled out have slots of their own; the image sits as in any other machine', () => {
  const seats = seated(drives, names, names);
  expect(seats.map(({ slot }) => slot)).toEqual([undefined, undefined, 0, undefined, 1]);
  expect(seats.map(isPluggable)).toEqual([false, true, true, false, true]);
  expect(seats.map(({ serial }) => serial)).toEqual(names);
});

test('a port that is reserved is nobody else’s, until it is released', async () => {
  const port = await reservePort();
  const take = (): Promise<string> =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      server.listen(port.number, '127.0.0.1', () => server.close(() => resolve('taken')));
    });
  const others = await Promise.all([reservePort(), reservePort()]);
  expect(new Set([port, ...others].map(({ number }) => number)).size).toBe(3);
  expect(await take()).toBe('EADDRINUSE');
  // Nobody who tries it hangs meanwhile.
  await new Promise((resolve) => connect(port.number, '127.0.0.1').once('close', resolve));
  await port.release();
  expect(await take()).toBe('taken');
  await port.reserve();
  expect(await take()).toBe('EADDRINUSE');
  await Promise.all([port, ...others].map((one) => one.release()));
});

test('the two ends of a cable meet', async () => {
  const noTools = {} as QemuTools;
  await withLinks(noTools, { one: ['a', 'b'], two: ['b', 'c'] }, {}, ({ end }) => {
    expect(end('one', 'a').local).toBe(end('one', 'b').remote);
    expect(end('one', 'a').remote).toBe(end('one', 'b').local);
    const sockets = [end('one', 'a'), end('one', 'b'), end('two', 'b'), end('two', 'c')];
    expect(new Set(sockets.map(({ local }) => local)).size).toBe(4);
    expect(() => end('two', 'a')).toThrow('has no end for a');
    return Promise.resolve();
  });
});
