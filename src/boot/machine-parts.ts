import { join } from 'node:path';
import type { Monitor } from '../base/events.ts';
import { run, shellLine } from '../sys/run.ts';
import { firmwareFiles } from './args.ts';
import { takeKernel } from './direct-kernel.ts';
import { imageFormat, type Maker, makeDisk, overlay } from './disks.ts';
import { isEfiProgram, makeEfiStick } from './efi-stick.ts';
import type { MachineSpec } from './machine.ts';
import { type ReservedPort, reservePort } from './ports.ts';
import type { DirectKernel, Drive } from './spec.ts';
import type { QemuTools } from './tools.ts';
import { writeUefiVariables } from './uefi-variables.ts';

/** What a machine has before it is switched on for the first time. */
export interface MachineParts {
  readonly spec: MachineSpec;
  readonly dir: string;
  /** All its drives by name, in the order they are attached, those to be plugged in later as well. */
  readonly drives: ReadonlyMap<string, Drive>;
  /** Names of the drives that are there from the start. */
  readonly plugged: readonly string[];
  readonly uefiVars: string | undefined;
  /** What is started without a boot loader. */
  readonly kernel: DirectKernel | undefined;
  readonly port: ReservedPort | undefined;
  /** The commands that made all this, for a shell. */
  readonly making: readonly string[];
}

/** What virtio, AHCI and NVMe have room for. */
const longestSerial = 20;

/** The name of the image under test among the drives. */
export const imageName = 'image';

interface MakeOptions {
  readonly dir: string;
  readonly signal?: AbortSignal | undefined;
  readonly monitor?: Monitor | undefined;
}

/** Makes a machine's disks and UEFI variables and takes a port for its SSH server. */
export async function makeMachine(
  tools: QemuTools,
  spec: MachineSpec,
  options: MakeOptions,
): Promise<MachineParts> {
  const { dir } = options;
  const { kernel: from } = spec;
  const started = from && (await noting(options, (make) => takeKernel(from, dir, make)));
  const made = await Promise.all([
    ...(spec.image === undefined
      ? []
      : [noting(options, (make) => imageDrive(spec.image, { dir, tools, make }))]),
    ...Object.entries(spec.disks).map(([name, disk]) =>
      noting(options, (make) => makeDisk(name, disk, { dir, tools, make })),
    ),
  ]);
  const names = [...(spec.image === undefined ? [] : [imageName]), ...Object.keys(spec.disks)];
  const uefiVars = spec.firmware === 'bios' ? undefined : join(dir, 'uefi-vars.fd');
  if (uefiVars !== undefined) writeUefiVariables(uefiVars, tools.uefi, spec);
  const drives = seated(
    made.map(({ result }) => result),

    names,
    // A kernel that is started directly counts as the first of what can be booted, and so does the network.
    started === undefined && spec.netboot === undefined ? (spec.bootOrder ?? names) : [],
    // Only PCI Express has slots.
    (spec.model ?? 'q35') === 'q35',
  );
  return {
    ...{ spec, dir, uefiVars, kernel: started?.result },
    drives: new Map(names.flatMap((name, i) => (drives[i] === undefined ? [] : [[name, drives[i]]]))),
    plugged: names.filter((name) => spec.disks[name]?.plugged !== false),
    port: spec.networks.some(({ kind }) => kind === 'user') ? await reservePort() : undefined,
    making: [
      ...(uefiVars === undefined ? [] : [variablesByHand(uefiVars, tools, spec)]),
      ...(started?.commands ?? []),
      ...made.flatMap(({ commands }) => commands),
    ],
  };
}

/** Own keys are not written by a command: a boot by hand takes the file that is kept, where one is. */
function variablesByHand(file: string, { uefi }: QemuTools, { firmware, certificate }: MachineSpec): string {
  if (certificate !== undefined && firmware === 'uefi-secure') {
    return `# ${file}: UEFI variables with the certificate ${certificate} as the only key`;
  }
  return shellLine(['cp', firmwareFiles(firmware, uefi).vars, file]);
}

/** Gives each drive its place in the boot order, its name as serial number, and a slot of its own where it could be pulled out of one. */
export function seated(
  drives: readonly Drive[],
  names: readonly string[],
  bootOrder: readonly string[],
  slotted = true,
): readonly Drive[] {
  let slots = 0;
  return drives.map((drive, i) => {
    const place = bootOrder.indexOf(names[i] ?? '');
    const boot = place === -1 ? 'never' : place;
    // The image sits where it would sit in a machine of `diskbios run`.
    const removable = slotted && names[i] !== imageName && (drive.as === 'virtio' || drive.as === 'nvme');
    const serial = names[i]?.slice(0, longestSerial);
    return { ...drive, boot, serial, ...(removable ? { slot: slots++ } : {}) };
  });
}

/** A CD is read only; what a guest writes on any other medium is kept beside it. */
async function imageDrive(
  image: MachineSpec['image'],
  folder: { dir: string; tools: QemuTools; make: Maker },
): Promise<Drive> {
  if (image === undefined) throw new Error('there is no image');
  const { file, as } = image;
  if (isEfiProgram(file)) {
    const stick = await makeEfiStick(file, join(folder.dir, `${imageName}.img`), folder);
    return { file: stick, as, format: 'raw', writes: 'keep-in-memory' };
  }
  if (as === 'cd') return { file, as, format: imageFormat(file), writes: 'refuse' };
  const written = await overlay(file, join(folder.dir, `${imageName}.qcow2`), folder);
  return { file: written, as, format: 'qcow2', writes: 'keep-in-memory' };
}

/** Runs work that makes something by commands, and notes the commands that changed something. */
async function noting<T>(
  { signal, monitor }: MakeOptions,
  work: (make: Maker) => Promise<T>,
): Promise<{ result: T; commands: readonly string[] }> {
  const commands: string[] = [];
  const result = await work(async (argv, { env = {}, asks = false } = {}) => {
    if (!asks) commands.push(shellLine(argv, { env }));
    return (await run(argv, { env, signal, monitor })).stdout;
  });
  return { result, commands };
}
