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
import { qemuUsedLast } from '../src/proof/qemu.ts';
import { openStore } from '../src/store/store.ts';
import type { Built } from './builds.ts';
import type { Figure } from './figures.ts';

const mebibyte = 1024 ** 2;
const firmwares = ['bios', 'uefi'] as const;

/** Images that differ in what their start takes: name, the recipe they extend, form of the livefs. */
const images = [
  ['squashfs', 'minimal', 'squashfs'],
  ['erofs', 'minimal', 'erofs'],
  ['cpio', 'minimal', 'cpio'],
  ['cloud', 'cloud', 'squashfs'],
  ['pc', 'diskbios', 'squashfs'],
] as const;

interface Subject {
  readonly name: string;
  readonly image: string;
  readonly agentImage: string;
  readonly need: MemoryNeed;
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
      if (error instanceof BootError) return false;
      throw error;
    }
  });
}

/** MiB of the smallest machine that gets READY, to within 2 %. Looks from 0.8 to 1.2 of what is predicted. */
async function smallest(predicted: number, comes: (mib: number) => Promise<boolean>): Promise<number> {
  const step = Math.max(2, Math.round(predicted * 0.02));
  let [low, high] = [Math.floor(predicted * 0.8), Math.ceil(predicted * 1.2)];
  if (!(await comes(high))) return Number.POSITIVE_INFINITY;
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
export async function benchMemory(_root: string, built: Built): Promise<Figure[]> {
  const dir = qemuUsedLast(openStore(built.store));
  if (dir === undefined) throw new Error('no QEMU in the store: run the section proof before');
  const tools = qemuFromTree(dir);
  const accelerator = await chooseAccelerator(tools, { cacheDir: undefined });
  const figures: Figure[] = [];
  const tell = (name: string, unit: Figure['unit'], value: number): void => {
    figures.push({ name, unit, values: [value], aim: unit === 'x' ? 1.15 : undefined });
  };
  for (const each of images) {
    const { name, need, image, agentImage } = subject(built, each);
    for (const firmware of firmwares) {
      const predicted = need[firmware].bytes / mebibyte;
      const least = await smallest(predicted, (mib) =>
        comesUp(tools, accelerator, machineOf(image, firmware, mib * mebibyte)),
      );
      tell(`${name}: smallest machine, ${firmware}`, 'MB', (least * mebibyte) / 1e6);
      tell(`${name}: predicted against it`, 'x', predicted / least);
    }
    const resting = await atRest(tools, accelerator, machineOf(agentImage, 'bios', 512 * mebibyte));
    tell(`${name}: in use at rest, 512 MiB`, 'MB', resting / 1e6);
    tell(`${name}: predicted against it`, 'x', need.atRest / resting);
  }
  return figures;
}
