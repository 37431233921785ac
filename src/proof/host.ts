import { availableParallelism, freemem, loadavg } from 'node:os';
import { type AcceleratorChoice, chooseAccelerator, measureAccelerator } from '../boot/accel.ts';
import type { AcceleratorKind } from '../boot/spec.ts';
import { type QemuTools, qemuFromTree } from '../boot/tools.ts';
import type { BuildOptions } from '../build/build.ts';
import { run } from '../sys/run.ts';
import { contention } from './schedule.ts';

/** What guests run on: a QEMU, the accelerator chosen for it, and why. */
export interface Host {
  readonly tools: QemuTools;
  readonly accelerator: AcceleratorChoice;
  /** `pinned QEMU 10.0.3`. */
  readonly qemu: string;
  /** Processes that wanted a processor then, as the kernel counts them. */
  readonly loadAtProbe: number;
}

/** Looks at the QEMU in a folder, and tries what may accelerate it, or measures what was asked for. */
export async function hostWith(
  dir: string,
  kind: AcceleratorKind | 'auto',
  { store, signal, monitor }: BuildOptions,
): Promise<Host> {
  const tools = qemuFromTree(dir);
  const version = run(tools.argv('--version'), { env: tools.env, signal });
  const chosen =
    kind === 'auto' ? await chooseAccelerator(tools, { cacheDir: store.dir, signal, monitor }) : undefined;
  // What was remembered of the choice was measured at another time, when the machine may have had more to do, or less.
  const measured = await measureAccelerator(tools, chosen?.kind ?? (kind as AcceleratorKind), {
    signal,
    monitor,
  });
  const number = /version (\d[\w.]*)/.exec((await version).stdout)?.[1] ?? '';
  return {
    tools,
    accelerator: { ...measured, reason: chosen?.reason ?? measured.reason },
    qemu: `${tools.name} ${number}`.trim(),
    loadAtProbe: load(),
  };
}

export function processors(): number {
  return availableParallelism();
}

/** Bytes of memory that this process may still take, within the limits of its container. */
export function freeMemory(): number {
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
}

/** Factor on time limits when so many guests run: how slow the machine was when it was probed, and what was added since. */
export function patienceOf({ accelerator, loadAtProbe }: Host, guests: number): number {
  return accelerator.patience * contention({ guests, processors: processors(), load: load(), loadAtProbe });
}

function load(): number {
  return loadavg()[0] ?? 0;
}
