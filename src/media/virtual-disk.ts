import { digestOf } from '../base/json.ts';
import { stepNode } from '../plan/node.ts';
import type { StepNode } from '../plan/types.ts';
import type { DiskMediumKind, DiskSpec, Recipe } from '../recipe/types.ts';
import { diskNode, diskSpec } from './disk.ts';
import type { Medium, MediumParts } from './types.ts';
import { type VirtualDiskFormat, virtualDiskOutput, virtualDiskStep } from './virtual-disk-step.ts';

/** The node of a disk in a format of virtual machines. Its artifact holds `virtualDiskOutput`. */
export function virtualDiskNode(
  recipe: Recipe,
  parts: MediumParts,
  kind: Exclude<DiskMediumKind, 'usb'>,
): StepNode {
  const format = kind === 'ova' ? 'vmdk' : kind;
  const spec: DiskSpec = diskSpec(recipe, kind);
  const disk = diskNode(recipe, parts, kind, spec);
  return stepNode(virtualDiskStep, {
    title: `make a ${format} of the disk ${spec.label}`,
    slot: `virtual disk ${kind}`,
    // Ids in the formats: of this image and no other.
    options: { format, seed: digestOf([recipe.name, recipe.version, spec.label, format]) },
    inputs: { disk },
    tools: parts.qemuTools,
    epoch: parts.epoch,
  });
}

const described: Readonly<Record<VirtualDiskFormat, string>> = {
  qcow2: 'a disk for QEMU, libvirt, Proxmox VE and OpenStack',
  vmdk: 'a disk for VMware, stream-optimised',
  vdi: 'a disk for VirtualBox',
  vhd: 'a disk for Hyper-V and Virtual PC',
  vhdx: 'a disk for Hyper-V',
};

/** The medium of a format of virtual machines. */
export function virtualDiskMedium(format: VirtualDiskFormat): Medium {
  return {
    kind: format,
    describe: described[format],
    files: (recipe, parts) => [
      {
        name: diskSpec(recipe, format).filename,
        node: virtualDiskNode(recipe, parts, format),
        file: virtualDiskOutput(format),
      },
    ],
  };
}
