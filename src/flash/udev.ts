import type { SystemFiles } from './block-tree.ts';

/** What udev wrote down about a block device, readable by everybody; all of it may be empty. */
export interface UdevRecord {
  readonly serial: string;
  readonly model: string;
  readonly bus: string;
  /** The socket that it is in: `pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0`. */
  readonly path: string;
  readonly partitionName: string;
  /** As blkid names them: `ext4`, `zfs_member`. */
  readonly contentType: string;
  readonly label: string;
}

/** udev writes blanks and the like as `\x20`. */
const plain = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))).trim();

/** Reads `/run/udev/data/b8:16`. */
export function udevRecord(files: SystemFiles, number: string): UdevRecord {
  const lines = files.text(`/run/udev/data/b${number}`).split('\n');
  const properties = new Map(
    lines
      .map((line) => /^E:([^=]+)=(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, key = '', value = '']) => [key, value]),
  );
  const value = (...keys: string[]): string =>
    plain(keys.map((key) => properties.get(key)).find((text) => text !== undefined) ?? '');
  return {
    serial: value('ID_SERIAL_SHORT'),
    model: value('ID_MODEL_ENC', 'ID_MODEL'),
    bus: value('ID_BUS'),
    path: value('ID_PATH'),
    partitionName: value('ID_PART_ENTRY_NAME'),
    contentType: value('ID_FS_TYPE'),
    label: value('ID_FS_LABEL_ENC', 'ID_FS_LABEL'),
  };
}
