/** Bytes from the start of a kernel that `kernelVersion` needs to see. */
export const bzImageHead = 64 * 1024;

/**
 * The version of an x86 kernel (`uname -r`) from the header of its boot protocol (Linux,
 * Documentation/arch/x86/boot.rst, field `kernel_version`); `undefined` where it is no bzImage.
 */
export function kernelVersion(head: Buffer): string | undefined {
  if (head.length < 0x264 || head.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  const pointer = head.readUInt16LE(0x20e);
  if (pointer === 0) return undefined;
  const start = pointer + 0x200;
  const end = head.indexOf(0, start);
  if (end === -1) return undefined;
  return head.toString('latin1', start, end).split(' ', 1)[0];
}
