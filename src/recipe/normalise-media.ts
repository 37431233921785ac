import { usualData } from '../base/disk-sizes.ts';
import { parseBytes } from '../base/sizes.ts';
import { rootMediaSpec } from './normalise-root-media.ts';
import type { RawDiskMedium, RawMedia } from './raw.ts';
import type { DiskSpec, MediaSpec } from './types.ts';

/** The media of a recipe called `name`, without mistakes, with everything filled in. */
export function mediaSpec(name: string, raw: RawMedia): MediaSpec {
  const { iso, usb, ova } = raw;
  const label = name.toUpperCase().replaceAll('-', '_');
  const disk = (medium: RawDiskMedium, ending: string): DiskSpec => ({
    filename: medium.filename ?? `${name}.${ending}`,
    label: medium.label ?? label.slice(0, 11),
    size: bytes(medium.size),
    slotSize: bytes(medium['slot-size']),
    dataSize: bytes(medium['data-size']) ?? usualData,
    dataSizeAsked: medium['data-size'] !== undefined,
  });
  return {
    iso: iso && { label: iso.label ?? label.slice(0, 32), filename: iso.filename ?? `${name}.iso` },
    uki: raw.uki && { filename: raw.uki.filename ?? `${name}.efi` },
    usb: usb && { ...disk(usb, 'img'), compress: usb.compress },
    qcow2: raw.qcow2 && disk(raw.qcow2, 'qcow2'),
    vmdk: raw.vmdk && disk(raw.vmdk, 'vmdk'),
    vdi: raw.vdi && disk(raw.vdi, 'vdi'),
    vhd: raw.vhd && disk(raw.vhd, 'vhd'),
    vhdx: raw.vhdx && disk(raw.vhdx, 'vhdx'),
    ova: ova && { ...disk(ova, 'ova'), memory: bytes(ova.memory) ?? 0, cpus: ova.cpus },
    netboot: raw.netboot && { filename: raw.netboot.filename ?? `${name}-netboot` },
    ...rootMediaSpec(name, raw),
  };
}

const mib = 1024 ** 2;

/** A size that fits the schema, in whole MiB. */
function bytes(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Math.ceil((parseBytes(text) ?? 0) / mib) * mib;
}
