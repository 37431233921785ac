import { firmwarePackage, firmwarePackages } from '../hardware/firmware-packages.ts';
import { hardwareProfiles, joinProfiles, type MicrocodeVendor } from './hardware-profiles.ts';
import type { HardwareSpec } from './types.ts';

/** Debian's packages of microcode. */
export const microcodePackages: Readonly<Record<MicrocodeVendor, string>> = {
  intel: 'intel-microcode',
  amd: 'amd64-microcode',
};

/**
 * The packages that firmware may have to be taken from: those of the profiles, those that the globs lead to, those of what a
 * machine's drivers asked for. What the chosen modules name is known only when the kernel's packages are there.
 */
export function firmwareSources({ firmware, profiles, from }: Omit<HardwareSpec, 'memory'>): string[] {
  if (firmware === 'none') return [];
  if (firmware !== 'auto') return sorted(firmware.flatMap(firmwarePackages));
  const asked = from === undefined ? [] : from.report.firmware.flatMap((path) => firmwarePackage(path) ?? []);
  // The log of a machine need not tell of all that its drivers have loaded.
  const usual = from === undefined || from.report.cpu.virtual ? [] : hardwareProfiles.pc.firmware;
  return sorted([...joinProfiles(profiles).firmware, ...asked, ...usual]);
}

/** All packages that a recipe's firmware and microcode come from, in order. */
export function hardwarePackages(hardware: Omit<HardwareSpec, 'memory'>): string[] {
  const microcode = hardware.microcode.map((vendor) => microcodePackages[vendor]);
  return sorted([...firmwareSources(hardware), ...microcode]);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
