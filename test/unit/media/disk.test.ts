import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leastDisk, mostSlot } from '../../../src/base/disk-sizes.ts';
import { packageRoot } from '../../../src/base/package-root.ts';
import { grubConfig, systemsConfig } from '../../../src/formats/grub-cfg.ts';
import { readGrubMenu } from '../../../src/formats/grub-menu.ts';
import { fillTemplate } from '../../../src/formats/template.ts';
import { diskNode } from '../../../src/media/disk.ts';
import { diskLayout, slotCluster, slotNeeds, usualSlot } from '../../../src/media/disk-layout.ts';
import { derivedUuid, diskPartitions } from '../../../src/media/disk-partitions.ts';
import type { MediumParts } from '../../../src/media/types.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { fullMenu, paths, smallMenu, templates } from './menus.ts';
import { input, rootParts } from './parts.ts';

const mib = 1024 ** 2;
const parts: MediumParts = {
  ...{ kernel: input('kernel'), initrd: input('initrd'), tools: input('tools'), qemuTools: input('qemu') },
  epoch: 1735689600,
  extras: {},
  carried: undefined,
  ...rootParts,
};
const recipe = {
  ...{ name: 'box', version: '1', boot: fullMenu, kernel: { cmdline: [] }, paths: { systems: '/hd' } },
};
const spec = {
  filename: 'x',
  label: 'BOX',
  size: undefined,
  slotSize: undefined,
  dataSize: 64 * mib,
  dataSizeAsked: false,
};

describe('the layout of a disk', () => {
  it('puts its parts one behind the other, at whole MiB, the data last', () => {
    const { bytes, bios, esp, slotA, slotB, data } = diskLayout(64 * mib, {
      size: undefined,
      dataSize: 64 * mib,
    });
    const all = [bios, esp, slotA, slotB, data];
    expect(all[0]?.from).toBe(mib);
    for (const [n, { from, to }] of all.entries()) {
      expect(from % mib).toBe(0);
      expect(to).toBe(all[n + 1]?.from ?? bytes - mib);
    }
    expect(data.to - data.from).toBe(64 * mib);
    expect(bytes).toBe(leastDisk(64 * mib, 64 * mib));
  });

  it('gives the data what is left of a larger one, and refuses a smaller one', () => {
    const { bytes, data } = diskLayout(64 * mib, { size: 8192 * mib, dataSize: 64 * mib });
    expect([bytes, data.to]).toEqual([8192 * mib, 8191 * mib]);
    expect(() => diskLayout(64 * mib, { size: 128 * mib, dataSize: 64 * mib })).toThrow('the disk needs');
  });

  it('leaves room in a slot for a later version', () => {
    expect(usualSlot(20 * mib)).toBe(64 * mib);
    expect(usualSlot(100 * mib)).toBe(160 * mib);
    expect(slotNeeds([100 * mib], 5, usualSlot(100 * mib))).toBeLessThan(usualSlot(100 * mib));
    expect(slotNeeds([64 * mib], 5, 64 * mib)).toBeGreaterThan(64 * mib);
  });

  it.each([16, 64, 160, 512, 2047])('has clusters for FAT16 in a slot of %i MiB', (size) => {
    const clusters = (size * mib) / slotCluster(size * mib);
    expect(clusters).toBeGreaterThan(4085 + 11);
    expect(clusters).toBeLessThan(65525);
    expect(size * mib).toBeLessThanOrEqual(mostSlot);
  });

  it('names its partitions, each with an id of its own', () => {
    const partitions = diskPartitions(diskLayout(64 * mib, spec), 'seed');
    expect(partitions.map(({ name }) => name)).toEqual([
      ...['DISKBIOS-BIOS', 'DISKBIOS-ESP', 'DISKBIOS-A', 'DISKBIOS-B', 'DISKBIOS-DATA'],
    ]);
    expect(new Set(partitions.map(({ guid }) => guid)).size).toBe(5);
    expect(derivedUuid('a', 'b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(derivedUuid('a', 'b')).not.toBe(derivedUuid('a', 'c'));
  });
});

describe('the node of a disk', () => {
  it('is shared by media with the same settings', () => {
    const [usb, qcow2] = [diskNode(recipe, parts, 'usb', spec), diskNode(recipe, parts, 'qcow2', spec)];
    expect(qcow2.id).toBe(usb.id);
    const large = diskNode(recipe, parts, 'qcow2', { ...spec, size: 8192 * mib });
    expect(large.id).not.toBe(usb.id);
    expect(large.inputs['grub']?.id).toBe(usb.inputs['grub']?.id);
  });

  it('keeps its boot loader over versions: the slots alone change with them', () => {
    const [before, after] = ['1', '2'].map((version) => diskNode({ ...recipe, version }, parts, 'usb', spec));
    expect(after?.id).not.toBe(before?.id);
    expect(after?.inputs['grub']?.id).toBe(before?.inputs['grub']?.id);
  });
});

describe('the menus of a disk', () => {
  it('hand the slot to the kernel', () => {
    const withSlot = { ...paths, wordFrom: 'slot_word' };
    const text = grubConfig('box 1', smallMenu, withSlot, templates);
    expect(text).toMatch(/^ {2}linux \/boot\/vmlinuz .* \$slot_word$/m);
    const menu = readGrubMenu(text, { slot_word: 'diskbios.slot=b' });
    expect(menu.entries[0]?.cmdline.at(-1)).toBe('diskbios.slot=b');
    expect(systemsConfig(smallMenu, withSlot, templates)).toMatch(/linux .* \$slot_word$/m);
  });

  it.skipIf(findProgram('grub-script-check') === undefined)(
    'pass grub-script-check (needs grub-common)',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'diskbios-slots-'));
      try {
        const template = readFileSync(join(packageRoot(), 'grub', 'disk', 'slots.cfg.in'), 'utf8');
        const values = {
          SLOT_A: '3',
          SLOT_B: '4',
          KERNEL: paths.kernel,
          INITRD: paths.initrd,
          PERSONAL: '/diskbios/personal.cpio',
        };
        writeFileSync(join(dir, 'slots.cfg'), fillTemplate(template, values));
        await run(['grub-script-check', join(dir, 'slots.cfg')]);
      } finally {
        rmSync(dir, { recursive: true });
      }
    },
  );
});
