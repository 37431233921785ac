import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readyPattern } from '../src/base/console-lines.ts';
import type { MemoryNeed } from '../src/base/memory-need.ts';
import { packageRoot } from '../src/base/package-root.ts';
import { type AcceleratorChoice, chooseAccelerator } from '../src/boot/accel.ts';
import { BootError } from '../src/boot/failures.ts';
import { type Machine, type MachineSpec, withMachine } from '../src/boot/machine.ts';
import { type QemuTools, qemuFromTree } from '../src/boot/tools.ts';
import { qemuForImages, qemuUsedLast } from '../src/proof/qemu.ts';
import { openStore } from '../src/store/store.ts';
import type { Built } from './builds.ts';
import type { Figure } from './figures.ts';

const mebibyte = 1024 ** 2;
const firmwares = ['bios', 'uefi'] as const;

/**
 * Images that differ in what their start takes: name, the recipe they extend, form of the livefs. The constants of the prediction were
 * fitted to the first, the third and the fourth.
 */
const images = [
  ['squashfs', 'minimal', 'squashfs'],
  ['erofs', 'minimal', 'erofs'],
  ['cpio', 'minimal', 'cpio'],
  ['cloud', 'cloud', 'squashfs'],
  ['cloud-erofs', 'cloud', 'erofs'],
  ['pc', 'diskbios', 'squashfs'],
  ['pc-cpio', 'diskbios', 'cpio'],
  ['fast', 'cloudbios-fast', 'squashfs'],
] as const;

interface Subject {
  readonly name: string;
  readonly image: string;
  readonly agentImage: string;
  readonly need: MemoryNeed;
}

/** What the word `memory:erofs,pc` names; without names all. */
export function memoryImages(names: string | undefined): readonly string[] {
  const all = images.map(([name]): string => name);
  return names === undefined ? all : all.filter((name) => names.split(',').includes(name));
}

function build(cwd: string, store: string, words: readonly string[]): { readonly memory: MemoryNeed } {
  const program = join(packageRoot(), 'dist', 'diskbios.js');
  const argv = [program, 'build', ...words, '-o', 'out', '--medium', 'iso', '--json', '--progress', 'none'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd,
    env: { ...process.env, DISKBIOS_STORE: store },
  });
  if (status !== 0) throw new Error(`the build failed:\n${stderr.toString()}`);
  const [built] = JSON.parse(stdout.toString()) as { memory: MemoryNeed }[];
  if (built === undefined) throw new Error('the build told of no image');
  return built;
}

function subject(built: Built, [name, parent, livefs]: (typeof images)[number]): Subject {
  const cwd = dirname(built.recipe);
  const recipe = `memory-${name}`;
  const base = join(packageRoot(), 'recipes', `${parent}.yaml`);
  writeFileSync(
    join(cwd, `${recipe}.yaml`),
    `name: ${recipe}\nextends: ${JSON.stringify(base)}\nversion: "1"\npe: { livefs: ${livefs} }\nboot: { timeout: 0, consoles: [tty0, "ttyS0,115200n8"] }\n`,
  );
  const { memory: need } = build(cwd, built.store, [`${recipe}.yaml`]);
  build(cwd, built.store, [`${recipe}.yaml`, '--with-agent']);
  const out = (file: string): string => join(cwd, 'out', file);
  return { name, need, image: out(`${recipe}.iso`), agentImage: out(`${recipe}-agent.iso`) };
}

function machineOf(image: string, firmware: (typeof firmwares)[number], memory: number): MachineSpec {
  return {
    ...{ name: 'bench', index: 0, firmware, memory, cpus: 1, networks: [{ kind: 'user' }], disks: {} },
    image: { file: image, as: 'cd' },
  };
}

/** Whether a machine with so much memory gets READY. */
async function comesUp(
  tools: QemuTools,
  accelerator: AcceleratorChoice,
  spec: MachineSpec,
): Promise<boolean> {
  const { patience } = accelerator;
  return withMachine(tools, spec, { accelerator, patience }, async (machine) => {
    const guest = await machine.powerOn();
    try {
      await guest.waitFor(readyPattern);
      return true;
    } catch (error) {
      // A busy machine is no small one.
      if (error instanceof BootError && error.failure !== 'too-slow' && error.failure !== 'hang')
        return false;
      throw error;
    }
  });
}

/** MiB of the smallest machine that gets READY, to within 2.5 %. Looks from 0.8 of what is predicted to twice as much. */
async function smallest(predicted: number, comes: (mib: number) => Promise<boolean>): Promise<number> {
  const step = Math.max(2, Math.round(predicted * 0.025));
  let [low, high] = [Math.floor(predicted * 0.8), predicted];
  while (!(await comes(high))) {
    if (high >= 2 * predicted) return Number.POSITIVE_INFINITY;
    [low, high] = [high, Math.ceil(high * 1.2)];
  }
  while (high - low > step) {
    const middle = Math.round((low + high) / 2);
    if (await comes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The driver of the agent's port holds a page for each of 1024 places in two queues, which no machine without it spends. */
const agentPort = 2 * 1024 * 4096;
const restCommand = `awk '/^MemTotal/ { t = $2 } /^MemAvailable/ { a = $2 } $1 == "count:" { a += $2 * 4 }
  END { print (t - a) * 1024 }' /proc/meminfo /proc/zoneinfo`;

/** Bytes in use at rest: MemTotal less MemAvailable, less free pages that are held ready for a processor. */
async function atRest(tools: QemuTools, accelerator: AcceleratorChoice, spec: MachineSpec): Promise<number> {
  const { patience } = accelerator;
  return withMachine(tools, spec, { accelerator, patience, agent: true }, async (machine: Machine) => {
    const guest = await machine.powerOn();
    await guest.waitFor(readyPattern);
    await machine.agent().waitUntilThere(60_000 * patience);
    const { stdout } = await machine.agent().run(restCommand, { within: 60_000 * patience });
    return Number(stdout) - agentPort;
  });
}

/** What the builder predicts against the smallest machines that start, and what is in use at rest. */
export async function benchMemory(built: Built, names: readonly string[]): Promise<Figure[]> {
  const store = openStore(built.store);
  const dir =
    qemuUsedLast(store) ??
    (await qemuForImages({
      ...{ store, env: process.env, signal: new AbortController().signal, monitor: () => undefined },
    }));
  const tools = qemuFromTree(dir);
  const accelerator = await chooseAccelerator(tools, { cacheDir: undefined });
  const figures: Figure[] = [];
  const tell = (name: string, unit: Figure['unit'], value: number): void => {
    figures.push({ name, unit, values: [value], aim: unit === 'x' ? 1.15 : undefined });
    // It takes minutes for each.
    console.error(`${name}: ${value.toFixed(2)} ${unit}`);
  };
  for (const each of images.filter(([name]) => names.includes(name))) {
    const { name, need, image, agentImage } = subject(built, each);
    for (const firmware of firmwares) {
      const predicted = need[firmware].bytes / mebibyte;
      const least = await smallest(predicted, (mib) =>
        comesUp(tools, accelerator, machineOf(image, firmware, mib * mebibyte)),
      );
      tell(`${name}: smallest machine, ${firmware}`, 'MiB', least);
      tell(`${name}: predicted`, 'MiB', predicted);
      tell(`${name}: predicted against it`, 'x', predicted / least);
    }
    const resting = await atRest(tools, accelerator, machineOf(agentImage, 'bios', 512 * mebibyte));
    tell(`${name}: in use at rest, 512 MiB`, 'MiB', resting / mebibyte);
    tell(`${name}: predicted`, 'MiB', need.atRest / mebibyte);
    tell(`${name}: predicted against it`, 'x', need.atRest / resting);
  }
  return figures;
}
