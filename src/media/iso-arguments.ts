/** What goes into a hybrid ISO. */
export interface IsoLayout {
  /** ISO 9660 volume name. */
  readonly label: string;
  /** Shown as the ISO's application: name and version. */
  readonly application: string;
  /** Seconds since 1970, for every time in it. */
  readonly epoch: number;
  /** 32 hex digits. */
  readonly guid: string;
  /** Files on disk by their absolute paths in the ISO. */
  readonly files: Readonly<Record<string, string>>;
  /** Path in the ISO of the BIOS boot image. */
  readonly biosImage: string;
  /** On disk: boot code for the MBR, and the EFI system partition. */
  readonly hybridMbr: string;
  readonly efiPartition: string;
  readonly output: string;
}

/** GPT's type of an EFI system partition, and of plain data. */
const efiSystem = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
const basicData = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7';

/** A GUID made from a digest: as many hex digits as it needs, marked as a custom one (RFC 9562, version 8). */
export function derivedGuid(digest: string): string {
  // On disk the third group is little-endian, so that the version is in the second of its bytes.
  return `${digest.slice(0, 14)}8${digest.slice(15, 16)}8${digest.slice(17, 32)}`;
}

/** Seconds since 1970 as `YYYYMMDDhhmmsscc`. */
export function isoTime(epoch: number): string {
  return `${new Date(epoch * 1000).toISOString().slice(0, 19).replace(/\D/g, '')}00`;
}

/**
 * The lines of xorriso's path list: path in the ISO, `=`, path on disk, with `=` and `\` of the paths escaped.
 */
export function pathList(layout: IsoLayout): string {
  const escape = (path: string) => path.replace(/[=\\]/g, '\\$&');
  return Object.entries(layout.files)
    .map(([path, source]) => `${escape(path)}=${escape(source)}\n`)
    .join('');
}

/** One weight for each file: without them their order in the ISO would follow the inode numbers on this machine. */
export function sortWeights(layout: IsoLayout): string {
  const paths = Object.keys(layout.files);
  return paths.map((path, index) => `${paths.length - index} ${path}\n`).join('');
}

/**
 * xorriso's arguments for an ISO that boots from CD and from stick, on BIOS and on UEFI. As a stick it has a GPT with
 * the ISO as partition 1 and the EFI system partition as 2; the protective MBR gets a boot flag (on an empty entry),
 * since some BIOSes pass over a disk without one.
 */
export function isoArguments(
  layout: IsoLayout,
  lists: { readonly paths: string; readonly weights: string },
): string[] {
  const time = isoTime(layout.epoch);
  return [
    '-no_rc',
    ...['-as', 'mkisofs', '-quiet', '-o', layout.output],
    ...['-iso-level', '3', '-r', '-J', '-joliet-long', '-dir-mode', '0555', '-file-mode', '0444'],
    ...['-V', layout.label, '-A', layout.application],
    ...[`--modification-date=${time}`, '--set_all_file_dates', time, '--gpt_disk_guid', layout.guid],
    ...['-c', '/boot/boot.cat', '-b', layout.biosImage],
    ...['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', '--grub2-boot-info'],
    ...['--grub2-mbr', layout.hybridMbr, '--mbr-force-bootable'],
    ...['-partition_offset', '16', '-iso_mbr_part_type', basicData, '-appended_part_as_gpt'],
    ...['-append_partition', '2', efiSystem, layout.efiPartition],
    ...['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot', '-no-pad'],
    ...['--sort-weight-list', lists.weights, '-graft-points', '-path-list', lists.paths],
  ];
}
