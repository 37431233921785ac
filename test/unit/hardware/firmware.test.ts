import { expect, test } from 'vitest';
import type { Entry } from '../../../src/formats/tree.ts';
import { chooseFirmware, lackingWarnings } from '../../../src/hardware/firmware.ts';
import { componentOf, firmwarePackage, firmwarePackages } from '../../../src/hardware/firmware-packages.ts';

const common = { mode: 0o644, uid: 0, gid: 0, mtime: 0, origin: 'test' };
const file = (path: string): Entry => ({
  ...common,
  path: `usr/lib/firmware/${path}`,
  type: 'file',
  size: 1,
  content: { bytes: new Uint8Array(1) },
});
const link = (path: string, target: string): Entry => ({
  ...common,
  path: `usr/lib/firmware/${path}`,
  type: 'symlink',
  target,
});
const nic = {
  package: 'firmware-nic',
  entries: [
    file('nic/real-1.fw'),
    link('nic/alias-1.fw', 'real-1.fw'),
    link('old', 'nic'),
    link('out.fw', '../../../etc/passwd'),
    file('nic/other.fw'),
  ],
};
const names = (found: ReturnType<typeof chooseFirmware>): string[] =>
  found.entries.map(({ path }) => path.slice('usr/lib/firmware/'.length));

test('only the files that modules name are taken, links with what they lead to', () => {
  const found = chooseFirmware(
    [{ module: 'nic', firmware: ['nic/alias-1.fw', 'nic/newer.fw'] }],
    [nic, { package: 'firmware-unused', entries: [file('unused.fw')] }],
    'auto',
  );
  expect(names(found)).toEqual(['nic/alias-1.fw', 'nic/real-1.fw']);
  expect(found.packages).toEqual(['firmware-nic']);
  expect(found.lacking).toEqual([]);
});

test('fields may be globs, and a path may go through a link of a folder; out of the folder leads nowhere', () => {
  const take = (firmware: string): string[] =>
    names(chooseFirmware([{ module: 'nic', firmware: [firmware] }], [nic], 'auto'));
  expect(take('nic/*-1.fw')).toEqual(['nic/alias-1.fw', 'nic/real-1.fw']);
  expect(take('old/other.fw')).toEqual(['nic/other.fw', 'old']);
  expect(take('out.fw')).toEqual([]);
});

test('for one machine, what its drivers asked for is enough; a module that asked for nothing known gets all', () => {
  const needs = [{ module: 'nic', firmware: ['nic/real-1.fw', 'nic/other.fw'] }];
  expect(names(chooseFirmware(needs, [nic], 'auto', ['nic/other.fw']))).toEqual(['nic/other.fw']);
  expect(names(chooseFirmware(needs, [nic], 'auto', ['gpu.fw']))).toEqual(['nic/other.fw', 'nic/real-1.fw']);
});

test('globs take what fits and warn of nothing', () => {
  const found = chooseFirmware(
    [{ module: 'gpu', firmware: ['gpu.bin'] }],
    [nic],
    ['/usr/lib/firmware/nic/o*'],
  );
  expect(names(found)).toEqual(['nic/other.fw']);
  expect(found.lacking).toEqual([]);
});

test('a module of which nothing is there is named with its file, and the package that has it', () => {
  const needs = [
    { module: 'iwlwifi', firmware: ['iwlwifi-8265-36.ucode'] },
    { module: 'cassini', firmware: ['sun/cassini.bin'] },
    { module: 'isci', firmware: ['isci/isci_firmware.bin'] },
  ];
  expect(lackingWarnings(chooseFirmware(needs, [nic], 'auto').lacking)).toEqual([
    'the firmware of iwlwifi (iwlwifi-8265-36.ucode) is in firmware-iwlwifi, which the recipe does not use: its files can be named in `hardware.firmware`',
    'no package of Debian’s has the firmware of cassini (sun/cassini.bin)',
  ]);
});

test('Debian’s packages are found by paths and by globs', () => {
  expect(firmwarePackage('rtl_nic/rtl8168h-2.fw')).toBe('firmware-realtek');
  expect(firmwarePackage('nvidia/tegra210/xusb.bin')).toBe('firmware-misc-nonfree');
  expect(firmwarePackage('nvidia/tu102/gr/sw_ctx.bin')).toBe('firmware-nvidia-graphics');
  expect(firmwarePackage('sun/cassini.bin')).toBeUndefined();
  expect(firmwarePackages('iwlwifi-*')).toEqual(['firmware-iwlwifi']);
  expect(firmwarePackages('/usr/lib/firmware/i915/kbl_*')).toEqual(['firmware-intel-graphics']);
  expect(firmwarePackages('no-such/**')).toEqual([]);
  expect(componentOf('firmware-linux-free')).toBe('main');
  expect(componentOf('intel-microcode')).toBe('non-free-firmware');
});
