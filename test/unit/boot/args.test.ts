import { describe, expect, test } from 'vitest';
import { qemuArguments } from '../../../src/boot/args.ts';
import { macAddress } from '../../../src/boot/network-args.ts';
import type { GuestSpec } from '../../../src/boot/spec.ts';

const uefi = { code: '/fw/CODE.fd', vars: '/fw/VARS.fd' };

const spec: GuestSpec = {
  firmware: 'bios',
  accelerator: { kind: 'tcg', cpu: 'max' },
  memory: 512 * 1024 ** 2,
  cpus: 2,
  drives: [{ file: '/x/a.iso', as: 'cd', format: 'raw', writes: 'refuse' }],
  networks: [{ kind: 'user', card: 'virtio', forwards: [{ host: 2222, guest: 22 }], isolated: false }],
  display: 'none',
  serial: { kind: 'pipes', path: '/g/serial', log: '/g/serial.log' },
  qmp: '/g/qmp',
  agent: undefined,
  firmwareLog: '/g/firmware.log',
  uefiVars: undefined,
  kernel: undefined,
  usbInput: false,
  emptySlots: 0,
  paused: true,
};

/** Options as lines, an option and its value on one. */
const lines = (over: Partial<GuestSpec> = {}): string =>
  qemuArguments({ ...spec, ...over }, uefi)
    .join(' ')
    .replace(/ -(?=[a-zS])/g, '\n-');

describe('the command line of QEMU', () => {
  test('a guest with a folder of this machine, whose memory the server of that folder sees', () => {
    const given = lines({ share: { tag: '10-root', socket: '/g/a,b' } });
    expect(given).toContain('-machine q35,memory-backend=memory');
    expect(given).toContain('-object memory-backend-memfd,id=memory,size=512M,share=on');
    expect(given).toContain('-chardev socket,id=share,path=/g/a,,b');
    expect(given).toContain('-device vhost-user-fs-pci,chardev=share,tag=10-root');
    expect(lines()).not.toContain('memory-backend');
  });

  test('a BIOS guest with a CD', async () => {
    await expect(lines()).toMatchFileSnapshot('../../golden/qemu-bios-cd.txt');
  });

  test('a UEFI guest with every kind of drive, a window and kept variables', async () => {
    const drives = (['usb', 'virtio', 'ahci', 'nvme', 'cd'] as const).map((as, i) => ({
      file: `/x/${i}.qcow2`,
      as,
      format: i === 0 ? ('raw' as const) : ('qcow2' as const),
      writes: i === 0 ? ('discard' as const) : ('keep' as const),
    }));
    const given: Partial<GuestSpec> = {
      firmware: 'uefi',
      accelerator: { kind: 'kvm', cpu: 'host' },
      memory: 1024 ** 3 + 1,
      cpus: 1,
      drives,
      networks: [{ kind: 'user', card: 'e1000e', forwards: [], isolated: true }],
      display: 'gtk',
      serial: { kind: 'terminal', log: undefined },
      qmp: undefined,
      agent: '/g/agent',
      uefiVars: '/keep/vars.fd',
      usbInput: true,
      emptySlots: 2,
      paused: false,
    };
    await expect(lines(given)).toMatchFileSnapshot('../../golden/qemu-uefi-everything.txt');
  });

  test('disks on controllers that machines have had, and their network cards', () => {
    const buses = ['lsi', 'mptsas', 'megasas', 'pvscsi', 'virtio-scsi', 'usb2', 'sd'] as const;
    const drives = buses.map((as) => ({
      file: `/x/${as}.img`,
      as,
      format: 'raw' as const,
      writes: 'keep' as const,
      serial: as,
    }));
    const cards = ['e1000', 'e1000e', 'igb', 'rtl8139', 'vmxnet3', 'usb'] as const;
    const networks = cards.map((card) => ({ kind: 'user' as const, card, forwards: [], isolated: true }));
    const devices = lines({ drives, networks })
      .split('\n')
      .filter((line) => line.startsWith('-device'))
      .map((line) => line.slice('-device '.length));
    // Each disk on a controller of its own, brought before it.
    for (const [n, controller, disk] of [
      [0, 'lsi53c895a', 'scsi-hd'],
      [1, 'mptsas1068', 'scsi-hd'],
      [2, 'megasas', 'scsi-hd'],
      [3, 'pvscsi', 'scsi-hd'],
      [4, 'virtio-scsi-pci', 'scsi-hd'],
      [5, 'usb-ehci', 'usb-storage'],
    ] as const) {
      const own = devices.indexOf(`${controller},id=controller${n}`);
      const at = devices.findIndex((device) => device.startsWith(`${disk},bus=controller${n}.0,`));
      expect([own, at - own], controller).toEqual([expect.any(Number), 1]);
      expect(own).toBeGreaterThan(0);
      expect(devices[at]).toContain(`drive=drive${n},id=disk${n},bootindex=${n}`);
    }
    // A card reader's bus has no name, and no firmware starts from it.
    expect(devices).toContain('sd-card,drive=drive6,id=disk6');
    const card = (model: string): string => devices.find((device) => device.startsWith(`${model},`)) ?? '';
    for (const model of ['e1000', 'e1000e', 'rtl8139', 'vmxnet3'])
      expect(card(model), model).toMatch(/,mac=52:54:00:db:10:5\d,romfile=$/);
    expect(card('usb-net')).toMatch(/bus=usb\.0$/);
    // Its virtual functions want numbers of their own.
    expect(card('igb')).toMatch(/,bus=card2$/);
    expect(devices).toContain('pcie-root-port,id=card2,chassis=102,slot=102');
  });

  test('an older board has IDE, and a machine without PCI nothing but virtio', () => {
    const disk = (as: 'ahci' | 'virtio') => ({
      ...{ file: `/x/${as}`, as, format: 'raw' as const, writes: 'keep' as const },
    });
    const pc = lines({ model: 'pc', drives: [disk('ahci'), disk('ahci'), disk('ahci')] });
    expect(pc).toMatch(/-machine pc$/m);
    expect(pc.match(/ide-hd,bus=ide\.\d/g)).toEqual(
      ['ide.0', 'ide.1', 'ide.0'].map((at) => `ide-hd,bus=${at}`),
    );
    const small = lines({ model: 'microvm', drives: [disk('virtio')], agent: '/g/agent' });
    expect(small).toMatch(/-machine microvm$/m);
    for (const device of [
      'virtio-blk-device,drive=drive0',
      'virtio-net-device,netdev=net0',
      'virtio-rng-device',
    ])
      expect(small).toContain(`-device ${device}`);
    expect(small).toContain('-device virtio-serial-device,id=agent-bus');
    expect(small).not.toMatch(/-pci|VGA|xhci|romfile/);
  });

  test('a kernel started directly, without network', async () => {
    const kernel = { file: '/k', initrd: '/i', cmdline: 'console=ttyS0 quiet' };
    const serial = { kind: 'file', path: '/log' } as const;
    const given = { drives: [], networks: [], kernel, serial, firmwareLog: undefined };
    await expect(lines(given)).toMatchFileSnapshot('../../golden/qemu-direct-kernel.txt');
  });

  test('drives that fail or are listened to, in another boot order, and two private cables', async () => {
    const io = { error: 'io', sector: undefined, once: false } as const;
    const drive = { file: '/x/a,b.img', as: 'virtio', format: 'raw', writes: 'keep' } as const;
    const drives: GuestSpec['drives'] = [
      { ...drive, fault: { ...io, on: 'read', sector: 2048, once: true }, boot: 'never', serial: 'first' },
      { ...drive, as: 'usb', format: 'qcow2', fault: { ...io, on: 'write', error: 'no-space' }, boot: 1 },
      { ...drive, as: 'nvme', fault: { ...io, on: 'flush' }, boot: 0, slot: 1, writes: 'refuse' },
      { ...drive, slot: 0, boot: 2, writes: 'keep-in-memory' },
      { ...drive, log: '/x/a,b.log', boot: 'never' },
    ];
    const card = { kind: 'link', card: 'virtio' } as const;
    const networks: GuestSpec['networks'] = [
      { ...card, mac: macAddress(3, 0), local: '/l/0-0', remote: '/l/0-1' },
      { ...card, local: '/l/1-0', remote: '/l/1-1' },
    ];
    await expect(lines({ drives, networks, emptySlots: 2, state: '/x/state' })).toMatchFileSnapshot(
      '../../golden/qemu-faults-and-links.txt',
    );
  });

  test('no two cards that can meet have one address', () => {
    const all = [0, 1, 2, 15].flatMap((guest) => [0, 1, 7].map((card) => macAddress(guest, card)));
    expect(new Set(all).size).toBe(all.length);
    expect(all[0]).toBe('52:54:00:db:10:50');
  });

  test('commas in paths are doubled, since they separate options', () => {
    const drives = [{ file: '/x/a,b.iso', as: 'cd', format: 'raw', writes: 'refuse' }] as const;
    expect(lines({ drives, qmp: '/g,h/qmp' })).toContain('file=/x/a,,b.iso');
    expect(lines({ drives, qmp: '/g,h/qmp' })).toContain('unix:/g,,h/qmp,server=on');
  });

  test('variables of UEFI that nobody keeps are new at each start', () => {
    expect(lines({ firmware: 'uefi' })).toContain('unit=1,format=raw,snapshot=on,file=/fw/VARS.fd');
  });
});
