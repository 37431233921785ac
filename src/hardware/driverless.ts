import { deviceWords } from './device-words.ts';
import type { AliasIndex } from './modalias.ts';

/** A device of a machine that an image will not drive. */
export interface DriverlessDevice {
  /** `a wired network card (PCI 8086:1533)` */
  readonly device: string;
  /** Modules of the kernel that would; none: this kernel has no driver for it. */
  readonly modules: readonly string[];
}

/**
 * Devices of a machine for which neither a module of the image nor anything built into the kernel is a driver.
 * @param index aliases of all modules of the kernel, those built in too
 */
export function driverlessDevices(
  modaliases: readonly string[],
  index: AliasIndex,
  hasDriver: (module: string) => boolean,
): DriverlessDevice[] {
  const found = modaliases.flatMap((modalias): DriverlessDevice[] => {
    const device = deviceWords(modalias);
    if (device === undefined) return [];
    const modules = index.modules(modalias);
    return modules.some(hasDriver) ? [] : [{ device, modules }];
  });
  // A USB device has a name for each of its interfaces.
  const byDevice = new Map<string, string[]>();
  for (const { device, modules } of found)
    byDevice.set(device, [...(byDevice.get(device) ?? []), ...modules]);
  return [...byDevice].map(([device, modules]) => ({ device, modules: [...new Set(modules)].sort() }));
}

/** @param known whether it is known of what is built into the kernel which devices it drives */
export function driverlessText({ device, modules }: DriverlessDevice, known: boolean): string {
  if (modules.length > 0) return `${device} will have no driver: the image lacks ${modules.join(' or ')}`;
  return known
    ? `${device} will have no driver: this kernel has none`
    : `${device} may have no driver: the kernel has no module for it, and does not say of all that is built in what it drives`;
}
