import { moduleProfiles } from './module-profiles.ts';

/** Makers of processors that have microcode to load. */
export const microcodeVendors = ['intel', 'amd'] as const;
export type MicrocodeVendor = (typeof microcodeVendors)[number];

export const hardwareProfileNames = ['virtual', 'pc', 'mini-itx', 'server'] as const;
export type HardwareProfileName = (typeof hardwareProfileNames)[number];

/** A kind of machine: the modules that its devices may need, and the processors it may have. */
export interface HardwareProfile {
  readonly meaning: string;
  /** As in `kernel.modules.include`, but each may match nothing. */
  readonly patterns: readonly string[];
  readonly microcode: readonly MicrocodeVendor[];
}

function patternsOf(name: string): readonly string[] {
  return moduleProfiles[name]?.patterns ?? [];
}

/** The profiles by name; a recipe names them in `hardware.profiles`. */
export const hardwareProfiles: Readonly<Record<HardwareProfileName, HardwareProfile>> = {
  virtual: {
    meaning: 'virtual machines and cloud hosts',
    patterns: patternsOf('virtual'),
    microcode: [],
  },
  pc: { meaning: 'any PC', patterns: patternsOf('pc'), microcode: microcodeVendors },
  'mini-itx': { meaning: 'small boards', patterns: patternsOf('pc'), microcode: microcodeVendors },
  server: { meaning: 'servers', patterns: patternsOf('pc'), microcode: microcodeVendors },
};
