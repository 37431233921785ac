import { join } from 'node:path';
import type { Diagnostic } from '../base/errors.ts';
import type { Firmware } from '../base/machine.ts';
import { memoryNeed } from '../base/memory-need.ts';
import { leastMemory, memoryMistake } from '../base/memory-words.ts';
import { formatBytes } from '../base/sizes.ts';
import type { Artifact, StepNode } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import { type Memory, predictFrom, readMemory } from '../steps/memory.ts';
import type { Store } from '../store/store.ts';
import type { BuildPlan } from './plan.ts';

const mebibyte = 1024 ** 2;

/** What comes of Debian's packages in an image, measured with the recipes that come with diskbios. */
const usual = {
  kernel: 12 * mebibyte,
  /** What a kernel asks for, of its file. */
  space: 5,
  /** The same of one from source, or built elsewhere: `cloudbios-fast` has 6.3 and 3.8. */
  ownKernel: 7 * mebibyte,
  ownSpace: 4,
  /** A layer, of the packages in it. */
  packed: 0.93,
  /** The modules of the profiles, of all in the kernel's package. */
  modules: 0.3,
  fewModules: mebibyte,
  /** Files, of the archive that they are packed in. */
  unpacked: 2.7,
  /** What the kernel holds for its three layers. */
  mounted: 6 * mebibyte,
  /** Without that of Intel's servers. */
  microcode: { intel: 6 * mebibyte, amd: 0.2 * mebibyte },
  /** Early init, the builder's own programs. */
  own: 3 * mebibyte,
};

/**
 * The memory that a machine needs for what a plan makes, from the sizes of what is in the store, else estimated from those of the locked
 * packages; `undefined`: nothing of it starts a machine.
 */
export function planMemory(plan: BuildPlan, store: Pick<Store, 'find'>): Memory | undefined {
  const { memory } = plan;
  if (memory === undefined) return undefined;
  const find = ({ id }: StepNode): Artifact | undefined => {
    const stored = store.find(id);
    return stored && { id, dir: stored.dir, file: (name) => join(stored.dir, name) };
  };
  const made = find(memory);
  if (made !== undefined) return readMemory(made);
  return predictFrom(memory, find) ?? estimate(plan);
}

function estimate({ recipe, lock }: BuildPlan): Memory {
  const { livefs, packages } = recipe.pe;
  const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
  const bytes = (list: readonly { readonly size: number }[]): number => sum(list.map(({ size }) => size));
  const { profiles, include } = recipe.kernel.modules;
  const many =
    profiles.length + recipe.hardware.profiles.length > 0 ||
    include.some((pattern) => pattern.includes('**'));
  const isDebians = recipe.kernel.from.kind === 'package';
  const kernel = isDebians ? usual.kernel : usual.ownKernel;
  // What is locked for another kernel is its source, if anything.
  const modules =
    isDebians && many ? Math.max(0, bytes(lock.kernel) - usual.kernel) * usual.modules : usual.fewModules;
  const initrd = bytes(lock.image) * usual.packed + modules + usual.own;
  const microcode = sum(recipe.hardware.microcode.map((maker) => usual.microcode[maker]));
  const facts = {
    kernel: {
      file: kernel,
      space: kernel * (isDebians ? usual.space : usual.ownSpace),
      signed: recipe.boot.secure.kind !== 'off',
    },
    initrd: initrd + microcode,
    unpacked: livefs === 'cpio' ? initrd * usual.unpacked : initrd,
    passing: microcode,
    mounted: livefs === 'cpio' ? 0 : usual.mounted,
  };
  const largest = [...lock.image]
    .sort((a, b) => b.size - a.size)
    .slice(0, packages.length === 0 ? 0 : 5)
    .map(({ name, size }) => ({ name, bytes: size }));
  return { facts, need: memoryNeed(facts), context: { format: livefs, largest, estimate: true, bios: true } };
}

/** What is wrong with machines that have so much memory, and with those that the recipe tests or describes. */
export function memoryProblems(
  recipe: Recipe,
  memory: Memory,
  limit: number | undefined,
): { readonly errors: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] } {
  const found = limit === undefined ? undefined : memoryMistake(limit, memory.need, memory.context);
  const placed =
    found === undefined || recipe.hardware.memory !== limit
      ? found?.diagnostic
      : { ...found.diagnostic, place: recipe.place(['hardware', 'memory']) };
  const own = placed === undefined ? [] : [placed];
  return {
    errors: found?.kind === 'error' ? own : [],
    warnings: [...(found?.kind === 'warning' ? own : []), ...machineWarnings(recipe, memory)],
  };
}

/** Machines of the recipe's tests, and virtual machines that it makes, whose memory is less than what is predicted. */
export function machineWarnings(recipe: Recipe, { need, context }: Memory): Diagnostic[] {
  const warn = (
    path: readonly (string | number)[],
    what: string,
    memory: number,
    firmwares: readonly Firmware[],
  ): Diagnostic[] => {
    const least = Math.max(...firmwares.map((firmware) => leastMemory(need, firmware).bytes));
    if (memory >= least) return [];
    const asked = `${context.estimate ? 'about ' : ''}${formatBytes(least)}`;
    return [
      {
        code: 'too-little-memory',
        message: `${what} has ${formatBytes(memory)} of memory; the PE needs ${asked} to start`,
        place: recipe.place(path),
      },
    ];
  };
  const tests = recipe.tests.flatMap((test) => {
    // It is to fail.
    if (test.steps.some((step) => step.kind === 'fails')) return [];
    const { medium, memory } = test.matrix;
    // A kernel put into the machine's memory needs no boot loader.
    const direct = medium.every(({ as }) => as === 'kernel');
    const firmware: readonly Firmware[] = direct ? ['bios'] : test.matrix.firmware;
    const guests = Object.entries(test.guests).filter(([, guest]) => guest.image);
    const sizes = guests.some(([, guest]) => guest.memory === undefined) ? memory : [];
    return [
      ...sizes.flatMap((size) =>
        warn([...test.path, 'matrix', 'memory'], `a machine of the test ${test.name}`, size, firmware),
      ),
      ...guests.flatMap(([name, guest]) =>
        guest.memory === undefined
          ? []
          : warn(
              [...test.path, 'guests', name, 'memory'],
              `the machine ${name} of the test ${test.name}`,
              guest.memory,
              [...(guest.firmware === undefined ? firmware : [guest.firmware])],
            ),
      ),
    ];
  });
  const { ova } = recipe.media;
  return [
    ...tests,
    ...(ova === undefined ? [] : warn(['media', 'ova', 'memory'], 'the OVA', ova.memory, ['bios'])),
  ];
}
