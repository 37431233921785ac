import { fieldsOf, type Reader, readerOf } from './json-reader.ts';
import { parseJson } from './parse-json.ts';

export const bootFirmwares = ['bios', 'uefi', 'uefi-32'] as const;
export const diskKinds = ['ssd', 'hdd', 'flash', 'cd'] as const;
export const diskBuses = ['nvme', 'sata', 'scsi', 'usb', 'mmc', 'virtio', 'other'] as const;

/**
 * What machine something is to be built for, as `diskbios hardware probe` and `systemx hardware` write it. Nothing in it tells two
 * machines of one make apart: no serial numbers, no addresses, no names.
 */
export interface HardwareReport {
  readonly format: 1;
  /** Names under which the kernel looks for drivers (`/sys/…/modalias`), in order, each once. */
  readonly modaliases: readonly string[];
  /** Firmware that its drivers have asked for, below /usr/lib/firmware; empty where the kernel's log tells of none. */
  readonly firmware: readonly string[];
  /** What it was started by; the number is the bits of UEFI. */
  readonly boot: (typeof bootFirmwares)[number];
  /** Bytes that Linux has to itself: less than what is built in. */
  readonly memory: number;
  readonly cpu: HardwareCpu;
  readonly disks: readonly HardwareDisk[];
  readonly screens: readonly HardwareScreen[];
}

export interface HardwareCpu {
  /** `GenuineIntel`, `AuthenticAMD`, … */
  readonly vendor: string;
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  readonly threads: number;
  /** It is a guest of a hypervisor, which looks after microcode. */
  readonly virtual: boolean;
}

export interface HardwareDisk {
  readonly kind: (typeof diskKinds)[number];
  readonly bus: (typeof diskBuses)[number];
  /** Bytes; 0: no medium in it. */
  readonly size: number;
}

export interface HardwareScreen {
  /** `HDMI-A-1`; `framebuffer` where only the firmware's is there. */
  readonly connector: string;
  /** The screen's own first: `1920x1080`. */
  readonly modes: readonly string[];
}

export const hardwareReportText = (report: HardwareReport): string =>
  `${JSON.stringify(report, undefined, 1)}\n`;

/** Whether a text can be a path below /usr/lib/firmware. */
export const isFirmwarePath = (path: string): boolean =>
  /^[\w.+,@-]+(\/[\w.+,@-]+)*$/.test(path) && !/(^|\/)\.\.?(\/|$)/.test(path);

/** Reads the text of a report; mistakes in it are named. */
export function parseHardwareReport(
  text: string | undefined,
): { readonly report: HardwareReport } | { readonly wrong: string } {
  const fields = fieldsOf(parseJson(text));
  if (fields === undefined) return { wrong: 'it is no JSON object' };
  const problems: string[] = [];
  const reader = readerOf(fields, (key, what) => problems.push(`\`${key}\` ${what}`));
  if (reader.value('format') !== 1) reader.wrong('format', 'is not 1; a newer version may have written it');
  const report = readReport(reader);
  return problems.length === 0 ? { report } : { wrong: problems.join('; ') };
}

function readReport(reader: Reader): HardwareReport {
  const positive = { least: 0 };
  return {
    format: 1,
    modaliases: reader.texts('modaliases', [], (name) =>
      /^[\x21-\x7e]+$/.test(name) ? undefined : 'holds what is no name of a device',
    ),
    firmware: reader.texts('firmware', [], (path) =>
      isFirmwarePath(path) ? undefined : 'holds what is no path of firmware',
    ),
    boot: reader.choice('boot', bootFirmwares, undefined),
    memory: reader.number('memory', 0, positive),
    cpu: reader.object('cpu', (cpu) => ({
      vendor: cpu.text('vendor', ''),
      family: cpu.number('family', 0, positive),
      model: cpu.number('model', 0, positive),
      stepping: cpu.number('stepping', 0, positive),
      threads: cpu.number('threads', 1, positive),
      virtual: cpu.flag('virtual', false),
    })) ?? { vendor: '', family: 0, model: 0, stepping: 0, threads: 1, virtual: false },
    disks: reader.objects('disks', (disk) => ({
      kind: disk.choice('kind', diskKinds, undefined),
      bus: disk.choice('bus', diskBuses, undefined),
      size: disk.number('size', 0, positive),
    })),
    screens: reader.objects('screens', (screen) => ({
      connector: screen.text('connector', ''),
      modes: screen.texts('modes', []),
    })),
  };
}
