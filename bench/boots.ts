import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readyPattern } from '../src/base/console-lines.ts';
import { chooseAccelerator } from '../src/boot/accel.ts';
import { withGuest } from '../src/boot/guest.ts';
import type { GuestRequest } from '../src/boot/launch.ts';
import { type QemuTools, qemuFromTree } from '../src/boot/tools.ts';
import { downloads } from '../src/build/downloads.ts';
import { execute } from '../src/build/execute.ts';
import { planBuild } from '../src/build/plan.ts';
import { type Lock, lockFileOf } from '../src/debian/lock-file.ts';
import { findMirrors } from '../src/debian/mirror.ts';
import type { Entry } from '../src/formats/tree.ts';
import type { StepNode } from '../src/plan/types.ts';
import { loadRecipe } from '../src/recipe/load.ts';
import { cpioChunks } from '../src/steps/pack.ts';
import { fileReader } from '../src/steps/read-file.ts';
import { toolsNode } from '../src/steps/tools.ts';
import { loadEntries } from '../src/steps/tree-file.ts';
import { openStore } from '../src/store/store.ts';
import type { Figure } from './figures.ts';

const mebibyte = 1024 ** 2;
const barePattern = /BARE-UP (\d+\.\d+)/;

/** The least an init can do: say how long the kernel has been running. */
const bareInit = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc; /bin/busybox mount -t proc proc /proc; read up rest < /proc/uptime; echo "BARE-UP $up"
exec /bin/busybox poweroff -f
`;

function findNode(node: StepNode, kind: string): StepNode | undefined {
  if (node.kind.name === kind) return node;
  return Object.values(node.inputs)
    .map((input) => findNode(input, kind))
    .find((found) => found !== undefined);
}

/** An initrd of busybox and the one-line init. */
function writeBareInitrd(busyboxTree: string, file: string): void {
  using reader = fileReader();
  const busybox = loadEntries(busyboxTree).find((entry) => entry.path === 'usr/bin/busybox');
  if (busybox?.type !== 'file') throw new Error('no busybox');
  const common = { uid: 0, gid: 0, mtime: 0, origin: 'bench' };
  const bytes = Buffer.from(bareInit);
  const entries: Entry[] = [
    { ...common, path: 'bin', type: 'dir', mode: 0o755 },
    { ...common, path: 'dev', type: 'dir', mode: 0o755 },
    { ...common, path: 'dev/console', type: 'char', mode: 0o600, major: 5, minor: 1 },
    { ...busybox, path: 'bin/busybox' },
    { ...common, path: 'init', type: 'file', mode: 0o755, size: bytes.length, content: { bytes } },
  ];
  writeFileSync(file, '');
  for (const chunk of cpioChunks(entries, reader)) appendFileSync(file, chunk);
}

/** Seconds since the kernel started that a guest tells of. */
async function bootTime(
  tools: QemuTools,
  kernel: { file: string; initrd: string },
  pattern: RegExp,
  memory: number,
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
    kernel: { ...kernel, cmdline: 'console=ttyS0,115200n8 diskbios.mode=live panic=30' },
    usbInput: false,
    emptySlots: 0,
    firmwareLog: undefined,
  } as GuestRequest;
  return withGuest(tools, request, { patience }, async (guest) => {
    const { groups } = await guest.waitFor(pattern);
    return Number(groups.at(-1));
  });
}

/** From kernel start to READY, against the same kernel with a one-line init, in turn. */
export async function benchBoots(
  root: string,
  storeDir: string,
  file: string,
  repetitions: number,
): Promise<Figure[]> {
  const store = openStore(storeDir);
  const { recipe } = await loadRecipe(file, {});
  const lock = JSON.parse(readFileSync(lockFileOf(file), 'utf8')) as Lock;
  const iso = planBuild(recipe, lock, lock.date).targets[0]?.node;
  const [kernel, initrd] = ['kernel', 'initrd'].map((kind) => iso && findNode(iso, kind));
  if (kernel === undefined || initrd === undefined) throw new Error('the plan has no kernel or initrd');
  const busybox = Object.entries(initrd.inputs).find(([name]) => name.includes('busybox'))?.[1];
  if (busybox === undefined) throw new Error('the initrd has no busybox');
  const signal = new AbortController().signal;
  const monitor = (): void => undefined;
  const fetching = downloads(store, () => findMirrors(recipe), signal, monitor);
  const wanted = [toolsNode('qemu', lock.tools.qemu), kernel, initrd, busybox];
  const made = await execute(wanted, { store, recipe: 'bench', signal, monitor, ...fetching });
  const [qemu, vmlinuz, image, busyboxPackage] = made;
  if (qemu === undefined || vmlinuz === undefined || image === undefined || busyboxPackage === undefined) {
    throw new Error('a step gave no artifact');
  }
  const tools = qemuFromTree(qemu.dir);
  const bareInitrd = join(root, 'bare.img');
  writeBareInitrd(busyboxPackage.file('tree.json'), bareInitrd);
  const values = { bare: [] as number[], ready: [] as number[], ratio: [] as number[] };
  for (let n = 0; n < repetitions; n += 1) {
    const bare = await bootTime(
      tools,
      { file: vmlinuz.file('vmlinuz'), initrd: bareInitrd },
      barePattern,
      512 * mebibyte,
    );
    const ready = await bootTime(
      tools,
      { file: vmlinuz.file('vmlinuz'), initrd: image.file('initrd.img') },
      readyPattern,
      512 * mebibyte,
    );
    values.bare.push(bare);
    values.ready.push(ready);
    values.ratio.push(ready / bare);
  }
  const small = await bootTime(
    tools,
    { file: vmlinuz.file('vmlinuz'), initrd: image.file('initrd.img') },
    readyPattern,
    256 * mebibyte,
  );
  return [
    { name: 'bare kernel, one-line init', unit: 's', values: values.bare, aim: undefined },
    { name: 'kernel start to DISKBIOS-READY', unit: 's', values: values.ready, aim: undefined },
    { name: 'READY against the bare kernel, pair by pair', unit: 'x', values: values.ratio, aim: 1.3 },
    { name: 'READY in a guest of 256 MiB', unit: 's', values: [small], aim: undefined },
  ];
}
