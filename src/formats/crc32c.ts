import { crcOf } from '../base/crc.ts';

/** CRC-32C (Castagnoli; RFC 3720 appendix B.4), as iSCSI, ext4 and VHDX have it. */
export const crc32c = crcOf(0x82f63b78);
