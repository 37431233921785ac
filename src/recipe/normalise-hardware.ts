import { resolve } from 'node:path';
import { parseHardwareReport } from '../base/hardware-report.ts';
import { parseBytes } from '../base/sizes.ts';
import { readText } from './disk.ts';
import { joinProfiles, type MicrocodeVendor } from './hardware-profiles.ts';
import type { RawHardware, RawRecipe } from './raw.ts';
import type { HardwareMachine, HardwareSpec } from './types.ts';
import { type LocatedMap, nodeAt } from './yaml/located.ts';

interface From {
  readonly raw: RawRecipe;
  readonly root: LocatedMap;
}

/** Settles `hardware`: what `auto` means, the memory in bytes, the machine's file read. */
export function hardwareSpec({ raw, root }: From): HardwareSpec {
  const { hardware } = raw;
  const from = machineOf({ raw, root });
  const isForAny = hardware.profiles.length === 0 && from === undefined;
  return {
    profiles: hardware.profiles,
    from,
    firmware: hardware.firmware ?? (isForAny ? 'none' : 'auto'),
    microcode: microcodeOf(hardware, from),
    memory: hardware.memory === undefined ? undefined : parseBytes(hardware.memory),
  };
}

/** The machine that `from` names; `undefined` where it names none, or where its file is a mistake that a rule reports. */
function machineOf({ raw, root }: From): HardwareMachine | undefined {
  const { from } = raw.hardware;
  if (from === undefined) return undefined;
  const span = nodeAt(root, ['hardware', 'from'])?.span ?? root.span;
  const file = resolve(span.source.dir, from);
  const read = parseHardwareReport(readText(file));
  return 'report' in read ? { file, report: read.report } : undefined;
}

const vendors: Readonly<Record<string, MicrocodeVendor>> = { GenuineIntel: 'intel', AuthenticAMD: 'amd' };

/** The makers whose microcode goes in. A guest's processor has what its hypervisor gave it. */
function microcodeOf(
  { microcode, profiles }: RawHardware,
  from: HardwareMachine | undefined,
): readonly MicrocodeVendor[] {
  if (microcode === 'none') return [];
  if (microcode !== 'auto') return [...new Set(microcode)];
  const cpu = from?.report.cpu;
  const own = cpu === undefined || cpu.virtual ? undefined : vendors[cpu.vendor];
  return [...new Set([...joinProfiles(profiles).microcode, ...(own === undefined ? [] : [own])])];
}
