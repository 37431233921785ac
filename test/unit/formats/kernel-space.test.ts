import { expect, it } from 'vitest';
import { kernelSpace } from '../../../src/formats/kernel-space.ts';

function head(version: number, space: number): Buffer {
  const bytes = Buffer.alloc(0x264);
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(version, 0x206);
  bytes.writeUInt32LE(space, 0x260);
  return bytes;
}

it('reads what a kernel asks for, where its header says it', () => {
  expect(kernelSpace(head(0x20f, 58_580_992))).toBe(58_580_992);
  expect(kernelSpace(head(0x209, 58_580_992))).toBeUndefined();
  expect(kernelSpace(Buffer.alloc(0x264))).toBeUndefined();
  expect(kernelSpace(head(0x20f, 1).subarray(0, 0x200))).toBeUndefined();
});
