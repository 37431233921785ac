import { expect, test } from 'vitest';
import { aliasesOfBuiltin } from '../../../src/hardware/builtin-aliases.ts';
import { driverlessDevices, driverlessText } from '../../../src/hardware/driverless.ts';
import { aliasIndex } from '../../../src/hardware/modalias.ts';

const index = aliasIndex([
  ['pci:v00008086d00001533sv*sd*bc*sc*i*', 'igb'],
  ['pci:v00008086d00001539sv*sd*bc*sc*i*', 'igb'],
  ['pci:v*d*sv*sd*bc01sc06i01*', 'ahci'],
  ['pci:v000010ECd00008168sv*sd*bc*sc*i*', 'r8169'],
  ['usb:v*p*d*dc*dsc*dp*ic08isc06ip50in*', 'usb_storage'],
  ['acpi*:PNP0C0C:*', 'button'],
  ['virtio:d00000002v*', 'virtio_blk'],
]);
const igb = 'pci:v00008086d00001533sv00008086sd00000001bc02sc00i00';
const sata = 'pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01';
const stick = 'usb:v46F4p0001d0100dc00dsc00dp00ic08isc06ip50in00';

test('modules are found as modprobe finds them', () => {
  expect(index.modules(igb)).toEqual(['igb']);
  expect(index.modules(sata)).toEqual(['ahci']);
  expect(index.modules(stick)).toEqual(['usb_storage']);
  expect(index.modules('acpi:PNP0C0C:')).toEqual(['button']);
  expect(index.modules('pci:v00008086d00001534sv00008086sd00000001bc02sc00i00')).toEqual([]);
});

test('devices that nothing drives are told in words, what is built in counts, bridges do not', () => {
  const bridge = 'pci:v00008086d000029C0sv00001AF4sd00001100bc06sc00i00';
  const sound = 'pci:v00008086d00002668sv00001AF4sd00001100bc04sc03i00';
  const has = (name: string): boolean => ['ahci', 'virtio_blk'].includes(name);
  const found = driverlessDevices([igb, sata, stick, bridge, sound, 'virtio:d00000002v00001AF4'], index, has);
  expect(found.map((device) => driverlessText(device, true))).toEqual([
    'a wired network card (PCI 8086:1533) will have no driver: the image lacks igb',
    'a USB disk (USB 46f4:0001) will have no driver: the image lacks usb_storage',
    'a sound card (PCI 8086:2668) will have no driver: this kernel has none',
  ]);
});

test('of what is built in, Debian’s kernels do not say what it drives; of others it is not known', () => {
  const card = 'pci:v00001AF4d00001041sv00001AF4sd00001041bc02sc00i00';
  const builtin = new Set(['virtio_pci']);
  const known = aliasIndex(aliasesOfBuiltin(builtin));
  expect(driverlessDevices([card], known, (name) => builtin.has(name))).toEqual([]);
  const [found] = driverlessDevices([card], aliasIndex([]), () => false);
  expect(driverlessText(found!, false)).toMatch(/^a wired network card \(PCI 1af4:1041\) may have no driver/);
});
