import { resolve } from 'node:path';
import { parseBytes } from '../base/sizes.ts';
import { hardwareProfiles, type MicrocodeVendor } from './hardware-profiles.ts';
import type { RawHardware, RawRecipe } from './raw.ts';
import type { HardwareSpec } from './types.ts';
import { type LocatedMap, nodeAt } from './yaml/located.ts';

/** Settles `hardware`: what `auto` means, the memory in bytes, the machine's file as an absolute path. */
export function hardwareSpec({
  raw,
  root,
}: {
  readonly raw: RawRecipe;
  readonly root: LocatedMap;
}): HardwareSpec {
  const { hardware } = raw;
  const { profiles, from, firmware, memory } = hardware;
  const { dir } = (nodeAt(root, ['hardware', 'from'])?.span ?? root.span).source;
  const isForAny = profiles.length === 0 && from === undefined;
  return {
    profiles,
    from: from === undefined ? undefined : resolve(dir, from),
    firmware: firmware ?? (isForAny ? 'none' : 'auto'),
    microcode: microcodeOf(hardware),
    memory: memory === undefined ? undefined : parseBytes(memory),
  };
}

/** The makers whose microcode goes in. */
function microcodeOf({ microcode, profiles }: RawHardware): readonly MicrocodeVendor[] {
  if (microcode === 'none') return [];
  if (microcode !== 'auto') return [...new Set(microcode)];
  return [...new Set(profiles.flatMap((name) => hardwareProfiles[name].microcode))];
}
