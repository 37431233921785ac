import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readyPattern } from '../../src/base/console-lines.ts';
import type { Attachment } from '../../src/base/machine.ts';
import { packageRoot } from '../../src/base/package-root.ts';
import { type AcceleratorChoice, chooseAccelerator } from '../../src/boot/accel.ts';
import { takeKernel } from '../../src/boot/direct-kernel.ts';
import { type Guest, withGuest } from '../../src/boot/guest.ts';
import type { GuestRequest } from '../../src/boot/launch.ts';
import type { DirectKernel } from '../../src/boot/spec.ts';
import { type QemuTools, qemuFromTree } from '../../src/boot/tools.ts';
import { startedKernel } from '../../src/image/kernel.ts';
import { run } from '../../src/sys/run.ts';

/** Serial logs of all boots are kept here, for CI to save. */
const logs = join(packageRoot(), 'test-results', 'serial');

export interface BootRequest extends Partial<Omit<GuestRequest, 'accelerator'>> {
  /** Folder of the pinned QEMU. */
  readonly tools: string;
  /** Names the log. */
  readonly name: string;
  /** Before QEMU's command: where it is to run. */
  readonly within?: readonly string[];
  /** Gives it the agent's port; default: it has none. */
  readonly agent?: boolean;
}

/** A drive for an image that must not change. */
export function medium(file: string, as: Attachment): GuestRequest['drives'][number] {
  return { file, as, format: 'raw', writes: as === 'cd' ? 'refuse' : 'discard' };
}

/** Machines that other test files run beside, on the processors of one: how much slower each gets. */
const company = 3;

/** How machines are run here, and with how much patience. */
export async function acceleratorFor(tools: QemuTools, dir: string): Promise<AcceleratorChoice> {
  const choice = await chooseAccelerator(tools, { cacheDir: join(dir, '..', '..', '..') });
  return { ...choice, patience: choice.patience * company };
}

const kernels = new Map<string, Promise<DirectKernel>>();

/** What an ISO starts by itself, for tests that the boot loader has no part in. */
export function kernelOf(image: string): Promise<DirectKernel> {
  const made =
    kernels.get(image) ??
    (async () => {
      const dir = join(dirname(image), `started-${basename(image)}-${process.pid}`);
      mkdirSync(dir, { recursive: true });
      return takeKernel(startedKernel(image), dir, async (argv) => (await run(argv)).stdout);
    })();
  kernels.set(image, made);
  return made;
}

/** A card on a user network; it needs no rights and no Internet. */
export function network(...forwards: readonly { host: number; guest: number }[]): GuestRequest['networks'] {
  return [{ kind: 'user', card: 'virtio', forwards, isolated: false }];
}

/** Starts a guest that ends with the test (or the `scope` given), whatever happens. */
export async function bootGuest(
  { tools: dir, name, agent, within = [], ...over }: BootRequest,
  scope: (end: () => Promise<void>) => void = onTestFinished,
): Promise<Guest> {
  const pinned = qemuFromTree(dir);
  const tools: QemuTools = { ...pinned, argv: (...args) => [...within, ...pinned.argv(...args)] };
  const { kind, cpu, patience } = await acceleratorFor(pinned, dir);
  mkdirSync(logs, { recursive: true });
  const request: GuestRequest = {
    firmware: 'bios',
    accelerator: { kind, cpu },
    memory: 512 * 1024 ** 2,
    cpus: 1,
    drives: [],
    networks: network(),
    display: 'none',
    uefiVars: undefined,
    kernel: undefined,
    usbInput: false,
    emptySlots: 0,
    ...over,
  };
  const keepLog = join(logs, `${name.replace(/[^\w.-]+/g, '-')}.log`);
  return new Promise((resolve, reject) => {
    let finish = (): void => undefined;
    const finished = new Promise<void>((done) => {
      finish = done;
    });
    const lasts = withGuest(tools, request, { patience, keepLog, agent }, async (guest) => {
      resolve(guest);
      await finished;
    });
    lasts.catch(reject);
    scope(async () => {
      finish();
      await lasts;
    });
  });
}

export { passMenu } from '../../src/boot/menu.ts';

/** Waits for the READY line; returns the seconds since the kernel started that it tells. */
export async function waitForReady(guest: Guest): Promise<number> {
  const { groups } = await guest.waitFor(readyPattern);
  return Number(groups[2]);
}
