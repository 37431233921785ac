import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '../formats/tree.ts';
import { type ChosenFirmware, chooseFirmware, type FirmwareNeed } from '../hardware/firmware.ts';
import type { Artifact } from '../plan/types.ts';
import { loadEntries } from './tree-file.ts';

export interface HardwareOptions {
  /** What firmware to take: what the modules name, or globs. */
  readonly firmware: 'auto' | readonly string[];
  /** One certain machine: what its devices are called, and the firmware that its drivers asked for. */
  readonly machine?: {
    readonly modaliases: readonly string[];
    readonly firmware: readonly string[];
    /** The kernel is none of Debian's: not of all that is built in is it known what it drives. */
    readonly otherKernel?: true;
  };
  /** Packages that only their licence is taken of: what they bring lies elsewhere in the image. */
  readonly licences: readonly string[];
}

/** Packages of firmware are inputs of this name and theirs. */
export const firmwareInput = 'firmware ';

/** `hardware.json` of the artifact. */
interface HardwareFacts {
  /** Packages whose files are in the image, or whose microcode is. */
  readonly packages: readonly string[];
  /** Firmware in the image, below /usr/lib/firmware. */
  readonly firmware: readonly string[];
  /** Devices of the machine it is for that nothing in it drives, in words. */
  readonly driverless: readonly string[];
}

const hardwareName = 'hardware.json';

export function writeHardwareFacts(out: string, facts: HardwareFacts): void {
  writeFileSync(join(out, hardwareName), JSON.stringify(facts));
}

/** What the layer found out about the machine it is for; `undefined`: the recipe is for none in particular. */
export function readHardwareFacts(artifact: Artifact): HardwareFacts | undefined {
  const file = artifact.file(hardwareName);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as HardwareFacts) : undefined;
}

/** Puts firmware into the layer, and the licences of all packages that something is taken from, there or elsewhere. */
export function addFirmware(
  layer: Tree,
  inputs: Readonly<Record<string, Artifact>>,
  needs: readonly FirmwareNeed[],
  { firmware, machine, licences }: HardwareOptions,
): ChosenFirmware {
  const sources = Object.entries(inputs)
    .filter(([key]) => key.startsWith(firmwareInput))
    .map(([key, artifact]) => ({
      package: key.slice(firmwareInput.length),
      entries: loadEntries(artifact.file('tree.json')),
    }))
    .sort((a, b) => (a.package < b.package ? -1 : 1));
  const taken = sources.filter((source) => !licences.includes(source.package));
  const found = chooseFirmware(needs, taken, firmware, machine?.firmware);
  for (const entry of found.entries) layer.add(entry);
  for (const { package: name, entries } of sources) {
    if (!found.packages.includes(name) && !licences.includes(name)) continue;
    const copyright = entries.find(({ path }) => path === `usr/share/doc/${name}/copyright`);
    if (copyright !== undefined) layer.add(copyright);
  }
  return found;
}
