import { readyPattern } from '../src/base/console-lines.ts';
import { chooseAccelerator } from '../src/boot/accel.ts';
import { withGuest } from '../src/boot/guest.ts';
import type { GuestRequest } from '../src/boot/launch.ts';
import { type QemuTools, qemuFromTree } from '../src/boot/tools.ts';
import { preparePlan } from '../src/build/build.ts';
import { downloads } from '../src/build/downloads.ts';
import { execute } from '../src/build/execute.ts';
import { findMirrors } from '../src/debian/mirror.ts';
import type { Artifact, StepNode } from '../src/plan/types.ts';
import { loadRecipe } from '../src/recipe/load.ts';
import { toolsNode } from '../src/steps/tools.ts';
import { openStore } from '../src/store/store.ts';

/** What a kernel is started by, without a boot loader. */
export interface BootParts {
  readonly tools: QemuTools;
  /** Files. */
  readonly kernel: string;
  readonly initrd: string;
  /** The package of early init's busybox. */
  readonly busybox: Artifact;
}

function findNode(node: StepNode, kind: string): StepNode | undefined {
  if (node.kind.name === kind) return node;
  return Object.values(node.inputs)
    .map((input) => findNode(input, kind))
    .find((found) => found !== undefined);
}

/** Makes kernel and initrd of a recipe. */
export async function bootParts(storeDir: string, file: string): Promise<BootParts> {
  const store = openStore(storeDir);
  const { recipe } = await loadRecipe(file, {});
  const signal = new AbortController().signal;
  const monitor = (): void => undefined;
  const { lock, targets } = await preparePlan(recipe, { store, env: process.env, signal, monitor });
  const iso = targets[0]?.node;
  const [kernel, initrd] = ['kernel', 'initrd'].map((kind) => iso && findNode(iso, kind));
  if (kernel === undefined || initrd === undefined) throw new Error('the plan has no kernel or initrd');
  const busybox = Object.entries(initrd.inputs).find(([name]) => name.includes('busybox'))?.[1];
  if (busybox === undefined) throw new Error('the initrd has no busybox');
  const fetching = downloads(store, () => findMirrors(recipe), signal, monitor);
  const wanted = [toolsNode('qemu', lock.tools.qemu), kernel, initrd, busybox];
  const made = await execute(wanted, { store, recipe: 'bench', signal, monitor, ...fetching });
  const [qemu, vmlinuz, image, busyboxPackage] = made;
  if (qemu === undefined || vmlinuz === undefined || image === undefined || busyboxPackage === undefined) {
    throw new Error('a step gave no artifact');
  }
  return {
    tools: qemuFromTree(qemu.dir),
    kernel: vmlinuz.file('vmlinuz'),
    initrd: image.file('initrd.img'),
    busybox: busyboxPackage,
  };
}

/**
 * Seconds since the kernel started that a guest tells of.
 * @param memory bytes
 */
export async function bootTime(
  { tools, kernel, initrd }: Pick<BootParts, 'tools' | 'kernel' | 'initrd'>,
  memory: number,
  pattern = readyPattern,
): Promise<number> {
  const { kind, cpu, patience } = await chooseAccelerator(tools, { cacheDir: undefined });
  const request: GuestRequest = {
    firmware: 'bios',
    accelerator: { kind, cpu },
    memory,
    cpus: 2,
    drives: [],
    networks: [{ kind: 'user', card: 'virtio', forwards: [], isolated: true }],
    display: 'none',
    uefiVars: undefined,
    kernel: { file: kernel, initrd, cmdline: 'console=ttyS0,115200n8 diskbios.mode=live panic=30' },
    usbInput: false,
    emptySlots: 0,
    firmwareLog: undefined,
  } as GuestRequest;
  return withGuest(tools, request, { patience }, async (guest) => {
    const { groups } = await guest.waitFor(pattern);
    const seconds = groups.map(Number).find((value) => value > 0);
    if (seconds === undefined) throw new Error('the guest told no time');
    return seconds;
  });
}
