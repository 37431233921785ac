import { describe, expect, test } from 'vitest';
import {
  bindMounts,
  mountTable,
  osMounts,
  overlayMounts,
  sharedLayers,
  topFolders,
} from '../../../../src/pe/lib/systems/layering.ts';

const facts = { folder: '/hd/web', run: '/run/web', root: '/run/web/root', idBase: 1_048_576 };
const lower = ['/livefs/app', '/livefs/10-packages'];
const ids = 'X-mount.idmap=b:0:1048576:65536 b:65536:0:1';

describe('the root of a system', () => {
  test('an OS system is its own folder, with its own ids', () => {
    expect(osMounts(facts)).toEqual([
      { what: '/hd/web/rootfs', at: '/run/web/root', type: 'none', options: ['bind', 'nodev', ids] },
    ]);
  });

  test('privileged, nothing is mapped and its devices are devices', () => {
    expect(osMounts({ ...facts, idBase: undefined })[0]?.options).toEqual(['bind']);
    expect(overlayMounts({ ...facts, idBase: undefined, lower })).toEqual([
      {
        what: 'overlay',
        at: '/run/web/root',
        type: 'overlay',
        options: [
          'lowerdir=/livefs/app:/livefs/10-packages',
          'upperdir=/hd/web/delta',
          'workdir=/hd/web/work',
          'noatime',
        ],
      },
    ]);
  });

  test('every layer of an unprivileged app system is mapped, delta and work through one mount', () => {
    const mounts = overlayMounts({ ...facts, lower });
    expect(mounts.map(({ what, at }) => `${what} ${at}`)).toEqual([
      '/livefs/app /run/web/lower/0',
      '/livefs/10-packages /run/web/lower/1',
      '/hd/web /run/web/own',
      'overlay /run/web/root',
    ]);
    for (const { options } of mounts.slice(0, 3)) expect(options).toContain(ids);
    for (const { options } of mounts.slice(0, 2)) expect(options).toContain('ro');
    expect(mounts[3]?.options).toEqual([
      'lowerdir=/run/web/lower/0:/run/web/lower/1',
      'upperdir=/run/web/own/delta',
      'workdir=/run/web/own/work',
      'noatime',
      'nodev',
    ]);
  });

  test('folder by folder: layers are joined first, one layer is taken as it is', () => {
    const tops = topFolders(['etc', 'proc', 'tmp', 'usr', 'var', 'srv', 'boot']);
    expect(tops.filter(({ from }) => from === 'template').map(({ name }) => name)).toEqual(['usr', 'boot']);
    expect(tops.filter(({ from }) => from === 'own').map(({ name }) => name)).toEqual(['etc', 'var', 'srv']);
    const two = bindMounts({ ...facts, lower }, tops).map(({ what, at }) => `${what} ${at}`);
    expect(two.slice(2)).toEqual([
      'overlay /run/web/template',
      '/hd/web/delta /run/web/root',
      '/run/web/template/usr /run/web/root/usr',
      '/run/web/template/boot /run/web/root/boot',
    ]);
    const one = bindMounts({ ...facts, idBase: undefined, lower: ['/t/debian'] }, tops);
    expect(one.map(({ what, at }) => `${what} ${at}`)).toEqual([
      '/hd/web/delta /run/web/root',
      '/t/debian/usr /run/web/root/usr',
      '/t/debian/boot /run/web/root/boot',
    ]);
    for (const { options } of one.slice(1)) expect(options).toEqual(['bind', 'ro']);
  });
});

test('a table for mount keeps words with blanks together', () => {
  const table = mountTable([{ what: '/a b', at: '/c\\d', type: 'none', options: ['bind', ids] }]);
  expect(table).toBe('/a\\040b /c\\134d none bind,X-mount.idmap=b:0:1048576:65536\\040b:65536:0:1 0 0\n');
});

test('what makes the livefs this PE is not shared with systems', () => {
  expect(sharedLayers(['10-packages', '20-modules', '30-pe', '40-agent'])).toEqual(['10-packages']);
  expect(sharedLayers(['10-packages', '15-more'])).toEqual(['15-more', '10-packages']);
  // A plain cpio holds all in one.
  expect(sharedLayers(['root'])).toEqual([]);
});
