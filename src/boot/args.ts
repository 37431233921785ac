import { unreachable } from '../base/errors.ts';
import type { Display, Drive, GuestSpec, Network, Serial } from './spec.ts';

/** Firmware files of the QEMU in use; SeaBIOS is found by QEMU itself. */
export interface UefiFiles {
  readonly code: string;
  /** The pristine variables. */
  readonly vars: string;
}

/**
 * QEMU's command line (without the program) for a guest. The machine is the same everywhere: q35 with an AHCI, an xHCI, a
 * standard VGA at 1024×768, one serial port and a random number device, and nothing that is not named here.
 */
export function qemuArguments(spec: GuestSpec, uefi: UefiFiles): string[] {
  return [
    ['-no-user-config', '-nodefaults', '-name', 'diskbios', '-machine', 'q35', '-rtc', 'base=utc'],
    ['-accel', spec.accelerator.kind === 'tcg' ? 'tcg,thread=multi' : spec.accelerator.kind],
    ['-cpu', spec.accelerator.cpu, '-smp', String(spec.cpus), '-m', `${Math.ceil(spec.memory / 1024 ** 2)}M`],
    firmwareArguments(spec, uefi),
    kernelArguments(spec),
    displayArguments(spec.display),
    ['-device', 'qemu-xhci,id=usb', '-device', 'virtio-rng-pci'],
    spec.usbInput ? ['-device', 'usb-kbd,bus=usb.0', '-device', 'usb-tablet,bus=usb.0'] : [],
    Array.from({ length: spec.emptySlots }, (_, i) => [
      '-device',
      `pcie-root-port,id=slot${i},chassis=${i + 1},slot=${i + 1}`,
    ]).flat(),
    driveArguments(spec.drives),
    networkArguments(spec.network),
    serialArguments(spec.serial),
    spec.qmp === undefined ? [] : ['-qmp', `unix:${option(spec.qmp)},server=on,wait=off`],
    spec.paused ? ['-S'] : [],
  ].flat();
}

/** A value inside QEMU's comma lists. */
function option(value: string): string {
  return value.replaceAll(',', ',,');
}

function firmwareArguments(spec: GuestSpec, uefi: UefiFiles): string[] {
  if (spec.firmware === 'bios') {
    if (spec.firmwareLog === undefined) return [];
    const log = `file,id=firmware,path=${option(spec.firmwareLog)}`;
    return ['-chardev', log, '-device', 'isa-debugcon,iobase=0x402,chardev=firmware'];
  }
  const vars =
    spec.uefiVars === undefined ? `snapshot=on,file=${option(uefi.vars)}` : `file=${option(spec.uefiVars)}`;
  return [
    '-drive',
    `if=pflash,unit=0,format=raw,readonly=on,file=${option(uefi.code)}`,
    '-drive',
    `if=pflash,unit=1,format=raw,${vars}`,
  ];
}

function kernelArguments(spec: GuestSpec): string[] {
  if (spec.kernel === undefined) return [];
  const { file, initrd, cmdline } = spec.kernel;
  return ['-kernel', file, ...(initrd === undefined ? [] : ['-initrd', initrd]), '-append', cmdline];
}

function displayArguments(display: Display): string[] {
  const backend = display === 'vnc' ? 'vnc=127.0.0.1:0,to=99' : display;
  return ['-display', backend, '-device', 'VGA,xres=1024,yres=768'];
}

function driveArguments(drives: readonly Drive[]): string[] {
  let sataPort = 0;
  return drives.flatMap((drive, index) => [
    '-drive',
    [
      `if=none,id=drive${index},format=${drive.format}`,
      ...(drive.writes === 'refuse' ? ['readonly=on'] : []),
      ...(drive.writes === 'discard' ? ['snapshot=on'] : []),
      `file=${option(drive.file)}`,
    ].join(','),
    '-device',
    `${driveDevice(drive, index, () => sataPort++)},drive=drive${index},id=disk${index},bootindex=${index}`,
  ]);
}

function driveDevice(drive: Drive, index: number, nextSataPort: () => number): string {
  switch (drive.as) {
    case 'cd':
      return `ide-cd,bus=ide.${nextSataPort()}`;
    case 'ahci':
      return `ide-hd,bus=ide.${nextSataPort()}`;
    case 'usb':
      return 'usb-storage,bus=usb.0,removable=on';
    case 'virtio':
      return 'virtio-blk-pci';
    case 'nvme':
      return `nvme,serial=diskbios${index}`;
    default:
      return unreachable(drive.as);
  }
}

function networkArguments(network: Network): string[] {
  if (network.kind === 'none') return [];
  const backend = [
    'user,id=net0',
    ...(network.isolated ? ['restrict=on'] : []),
    ...network.forwards.map(({ host, guest }) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`),
  ];
  // Without its ROM the BIOS does not wait for the network.
  const card = network.card === 'virtio' ? 'virtio-net-pci' : 'e1000e';
  return ['-netdev', backend.join(','), '-device', `${card},netdev=net0,mac=52:54:00:db:10:50,romfile=`];
}

function serialArguments(serial: Serial): string[] {
  const log = (file: string | undefined): string => (file === undefined ? '' : `,logfile=${option(file)}`);
  switch (serial.kind) {
    case 'socket': {
      const chardev = `socket,id=serial0,path=${option(serial.path)},server=on,wait=off${log(serial.log)}`;
      return ['-chardev', chardev, '-serial', 'chardev:serial0'];
    }
    case 'terminal': {
      const chardev = `stdio,id=serial0,mux=on,signal=off${log(serial.log)}`;
      return ['-chardev', chardev, '-serial', 'chardev:serial0', '-mon', 'chardev=serial0'];
    }
    case 'file':
      return ['-serial', `file:${option(serial.path)}`];
    default:
      return unreachable(serial);
  }
}
