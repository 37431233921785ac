import { describe, expect, it } from 'vitest';
import { Tree } from '../../../src/formats/tree.ts';
import { indexModules, matchModules, moduleNeeds } from '../../../src/steps/module-index.ts';

const base = 'usr/lib/modules/6.12.1-test';

function treeOf(...paths: string[]): Tree {
  const tree = new Tree();
  for (const path of paths) {
    const common = { mode: 0o644, uid: 0, gid: 0, mtime: 0, origin: 'test' };
    const content = { bytes: new Uint8Array() };
    tree.add({ ...common, path: `${base}/kernel/${path}`, type: 'file', size: 0, content });
  }
  return tree;
}

const index = indexModules(
  treeOf(
    'drivers/net/virtio_net.ko.xz',
    'drivers/net/ethernet/intel/e1000/e1000.ko.xz',
    'drivers/net/ethernet/intel/igb/igb.ko.xz',
    'drivers/usb/storage/usb-storage.ko.xz',
  ),
  'kernel/fs/ext4/ext4.ko\n',
);

describe('choosing modules', () => {
  it.each([
    ['virtio_net', ['virtio_net']],
    ['virtio-net', ['virtio_net']],
    ['usb-storage', ['usb_storage']],
    ['usb_*', ['usb_storage']],
    ['drivers/net/ethernet/**', ['e1000', 'igb']],
    ['kernel/drivers/net/ethernet/intel/igb/', ['igb']],
    ['drivers/net/*', ['virtio_net']],
    ['e100', []],
  ])('%s gives %j', (pattern, names) => {
    expect(matchModules(index, pattern).sort()).toEqual(names);
  });

  it('knows the release and what is built in', () => {
    expect(index.release).toBe('6.12.1-test');
    expect(index.builtin.has('ext4')).toBe(true);
  });

  it('refuses a kernel package without kernel and modules', () => {
    expect(() => indexModules(new Tree(), '')).toThrow('nor modules');
  });
});

it('reads hard and soft dependencies from a module', () => {
  const info = ['license=GPL', 'depends=mii,usb-common', 'softdep=pre: crc32c post: late-one', 'name=x'];
  const module = Buffer.from(`\x7fELF\0\0${info.join('\0')}\0some text with depends=nothing in it\0`);
  expect(moduleNeeds(module)).toEqual({
    hard: ['mii', 'usb_common'],
    // A name of the crypto layer's stands for whatever module has it, and one is always called so.
    soft: ['crc32c', 'crc32c_generic', 'late_one', 'late_one_generic'],
  });
});
