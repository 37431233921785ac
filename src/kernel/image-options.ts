import type { Diagnostic } from '../base/errors.ts';

/** Early init loads these before the livefs is there. */
const mayBeModules = ['BLK_DEV_LOOP', 'EROFS_FS', 'OVERLAY_FS', 'SQUASHFS'];

const always = [
  ...['BINFMT_ELF', 'BINFMT_SCRIPT', 'BLK_DEV_INITRD', 'DEVTMPFS', 'EPOLL', 'FUTEX'],
  ...['OVERLAY_FS', 'PROC_FS', 'SYSFS', 'TMPFS', 'UNIX'],
];

/** What reads the layers, as the builder packs them. */
const ofLivefs = {
  squashfs: ['BLK_DEV_LOOP', 'SQUASHFS', 'SQUASHFS_XATTR', 'SQUASHFS_ZSTD'],
  erofs: ['BLK_DEV_LOOP', 'EROFS_FS', 'EROFS_FS_XATTR', 'EROFS_FS_ZIP', 'EROFS_FS_ZIP_ZSTD'],
  cpio: ['RD_ZSTD'],
};

/** What a kernel must have inside, or some of it as modules, to get as far as the PE's own programs. */
export const imageOptions = (livefs: keyof typeof ofLivefs): readonly string[] => [
  ...always,
  ...ofLivefs[livefs],
];

/** The mistake of a configuration whose kernel would not get as far as the PE; `undefined`: it would. */
export function imageMistake(
  config: ReadonlyMap<string, string>,
  livefs: keyof typeof ofLivefs,
): Diagnostic | undefined {
  const lacking = imageOptions(livefs).filter((name) => {
    const value = config.get(name);
    return value !== 'y' && !(value === 'm' && mayBeModules.includes(name));
  });
  if (lacking.length === 0) return undefined;
  const options = lacking.map((name) => `CONFIG_${name}=y`);
  return {
    code: 'kernel-lacks',
    message: `this kernel could not start the PE, whose livefs is ${livefs}: it lacks ${lacking.join(', ')}`,
    expected: options.join(', '),
    hint: 'the fragments `base` and `pe` have them; a file of your own that stands last wins over them',
    recipePath: ['kernel', 'config'],
  };
}
