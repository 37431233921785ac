import { agentPort } from '../base/agent-protocol.ts';
import { MissingError, unreachable } from '../base/errors.ts';
import type { Firmware } from '../base/machine.ts';
import { driveArguments, option } from './drive-args.ts';
import { networkArguments } from './network-args.ts';
import type { GuestSpec, Serial } from './spec.ts';

/** Firmware files of the QEMU in use; SeaBIOS is found by QEMU itself. */
export interface UefiFiles {
  readonly code: string;
  /** The pristine variables. */
  readonly vars: string;
  /** Firmware that enforces Secure Boot, and variables with Microsoft's keys; `undefined`: this QEMU comes without. */
  readonly secure?: { readonly code: string; readonly vars: string } | undefined;
}

/**
 * QEMU's command line (without the program) for a guest. Where it says nothing else the machine is a q35 with an AHCI, an
 * xHCI, a standard VGA at 1024×768, one serial port and a random number device, and nothing that is not named here.
 */
export function qemuArguments(spec: GuestSpec, uefi: UefiFiles): string[] {
  return [
    ['-no-user-config', '-nodefaults', '-name', 'diskbios', '-machine', machineOf(spec), '-rtc', 'base=utc'],
    ['-accel', spec.accelerator.kind === 'tcg' ? 'tcg,thread=multi' : spec.accelerator.kind],
    ['-cpu', spec.accelerator.cpu, '-smp', String(spec.cpus), '-m', memoryOf(spec)],
    shareArguments(spec),
    firmwareArguments(spec, uefi),
    kernelArguments(spec),
    hasPci(spec) ? displayArguments(spec) : ['-display', 'none'],
    hasPci(spec)
      ? ['-device', 'qemu-xhci,id=usb', '-device', 'virtio-rng-pci']
      : ['-device', 'virtio-rng-device'],
    spec.usbInput ? ['-device', 'usb-kbd,bus=usb.0', '-device', 'usb-tablet,bus=usb.0'] : [],
    Array.from({ length: spec.emptySlots }, (_, i) => [
      '-device',
      `pcie-root-port,id=slot${i},chassis=${i + 1},slot=${i + 1}`,
    ]).flat(),
    driveArguments(spec.drives, spec.model),
    networkArguments(spec.networks, spec),
    httpBootArguments(spec),
    serialArguments(spec.serial),
    agentArguments(spec),
    spec.qmp === undefined ? [] : ['-qmp', `unix:${option(spec.qmp)},server=on,wait=off`],
    spec.state === undefined ? [] : ['-incoming', `file:${spec.state}`],
    spec.paused ? ['-S'] : [],
  ].flat();
}

/** A microvm has none, so that its virtio devices sit at addresses. */
function hasPci({ model }: Pick<GuestSpec, 'model'>): boolean {
  return model !== 'microvm';
}

function firmwareArguments(spec: GuestSpec, uefi: UefiFiles): string[] {
  if (spec.firmware === 'bios') {
    if (spec.firmwareLog === undefined) return [];
    const log = `file,id=firmware,path=${option(spec.firmwareLog)}`;
    return ['-chardev', log, '-device', 'isa-debugcon,iobase=0x402,chardev=firmware'];
  }
  const secure = spec.firmware === 'uefi-secure';
  const files = firmwareFiles(spec.firmware, uefi);
  const vars =
    spec.uefiVars === undefined ? `snapshot=on,file=${option(files.vars)}` : `file=${option(spec.uefiVars)}`;
  return [
    // OVMF with system management mode cannot sleep on this machine.
    ...(secure ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
    ...(secure ? ['-global', 'ICH9-LPC.disable_s3=1'] : []),
    '-drive',
    `if=pflash,unit=0,format=raw,readonly=on,file=${option(files.code)}`,
    '-drive',
    `if=pflash,unit=1,format=raw,${vars}`,
  ];
}

/** The files of a kind of UEFI. Throws `MissingError` where this QEMU has none of that kind. */
export function firmwareFiles(firmware: Firmware, uefi: UefiFiles): { code: string; vars: string } {
  if (firmware !== 'uefi-secure') return uefi;
  if (uefi.secure !== undefined) return uefi.secure;
  throw new MissingError(
    'the UEFI firmware of this machine comes without Secure Boot',
    'sudo apt-get install ovmf, or leave out --qemu host',
  );
}

/**
 * Who serves a shared folder reads and writes the guest's memory. Secure Boot's variables are kept from the system by the
 * processor's system management mode.
 */
function machineOf({ share, firmware, model = 'q35' }: GuestSpec): string {
  const secure = firmware === 'uefi-secure' ? ',smm=on' : '';
  return `${model}${secure}${share === undefined ? '' : ',memory-backend=memory'}`;
}

/** OVMF asks by PXE for minutes before it tries HTTP. */
function httpBootArguments({ httpBoot }: GuestSpec): string[] {
  if (httpBoot !== true) return [];
  return ['IPv4PXESupport', 'IPv6PXESupport'].flatMap((name) => [
    '-fw_cfg',
    `name=opt/org.tianocore/${name},string=n`,
  ]);
}

function memoryOf({ memory }: GuestSpec): string {
  return `${Math.ceil(memory / 1024 ** 2)}M`;
}

function shareArguments(spec: GuestSpec): string[] {
  if (spec.share === undefined) return [];
  const { tag, socket } = spec.share;
  return [
    ...['-object', `memory-backend-memfd,id=memory,size=${memoryOf(spec)},share=on`],
    ...['-chardev', `socket,id=share,path=${option(socket)}`],
    ...['-device', `vhost-user-fs-pci,chardev=share,tag=${tag}`],
  ];
}

function kernelArguments(spec: GuestSpec): string[] {
  if (spec.kernel === undefined) return [];
  const { file, initrd, cmdline } = spec.kernel;
  return ['-kernel', file, ...(initrd === undefined ? [] : ['-initrd', initrd]), '-append', cmdline];
}

/** The port of VNC's display 0. */
export const vncBase = 5900;

function displayArguments({ display, vncPort }: Pick<GuestSpec, 'display' | 'vncPort'>): string[] {
  const vnc = vncPort === undefined ? '0,to=99' : String(vncPort - vncBase);
  const backend = display === 'vnc' ? `vnc=127.0.0.1:${vnc}` : display;
  return ['-display', backend, '-device', 'VGA,xres=1024,yres=768'];
}

function serialArguments(serial: Serial): string[] {
  const log = (file: string | undefined): string =>
    file === undefined ? '' : `,logfile=${option(file)},logappend=on`;
  switch (serial.kind) {
    case 'pipes': {
      const chardev = `pipe,id=serial0,path=${option(serial.path)}${log(serial.log)}`;
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

function agentArguments({ agent: socket, ...spec }: GuestSpec): string[] {
  if (socket === undefined) return [];
  const bus = hasPci(spec) ? 'virtio-serial-pci' : 'virtio-serial-device';
  const port = `virtserialport,bus=agent-bus.0,chardev=agent,id=agent-port,name=${agentPort}`;
  return [
    ...['-device', `${bus},id=agent-bus,max_ports=2`],
    ...['-chardev', `socket,id=agent,path=${option(socket)},server=on,wait=off`, '-device', port],
  ];
}
