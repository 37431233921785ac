import type { Superblock } from '../base/superblock.ts';

/** What tells one device from another of its kind. */
export interface Identity {
  /** `wwn`: a name that its maker gave it; `path`: the socket it is in; `file`: what a loop device shows. */
  readonly kind: 'serial' | 'wwn' | 'path' | 'file';
  readonly value: string;
}

export type Bus = 'usb' | 'sata' | 'nvme' | 'virtio' | 'sd' | 'mmc' | 'scsi' | 'loop' | 'virtual' | 'other';

/** A disk, or a partition of it. */
export interface DevicePart {
  /** The kernel's name: `sdb1`. */
  readonly name: string;
  readonly bytes: number;
  /** Of its entry in a GPT. */
  readonly partitionName: string;
  readonly content: (Pick<Superblock, 'label'> & { readonly type: string }) | undefined;
  /** Who uses it, each a few words: `mounted on /media/stick`, `part of RAID md0`. */
  readonly uses: readonly string[];
  /** The running system needs it. */
  readonly system: boolean;
}

/** A whole disk of this machine. */
export interface Device {
  /** The kernel's name: `sdb`. */
  readonly name: string;
  /** `/dev/sdb`. */
  readonly path: string;
  /** `8:16`. */
  readonly number: string;
  /** 0: no medium is in it. */
  readonly bytes: number;
  /** Bytes of a logical sector. */
  readonly sector: number;
  readonly model: string;
  readonly bus: Bus;
  readonly identity: Identity | undefined;
  /** It can be pulled out while the machine runs. */
  readonly removable: boolean;
  readonly writeProtected: boolean;
  /** The disk as a whole, then its partitions. */
  readonly parts: readonly [DevicePart, ...DevicePart[]];
}

/** Where an image is to go, or why not. */
export interface Refusal {
  readonly code:
    | 'system-disk'
    | 'in-use'
    | 'too-small'
    | 'no-medium'
    | 'write-protected'
    | 'sector-size'
    | 'not-a-disk'
    | 'fixed-disk'
    | 'member';
  readonly reason: string;
  /** How it can be done all the same. */
  readonly hint: string | undefined;
}

/** What the person allowed. */
export interface Allowed {
  /** Disks that are built in. */
  readonly fixed: boolean;
  /** Disks that hold a part of a RAID, of LVM, or something encrypted, not in use now. */
  readonly members: boolean;
}
