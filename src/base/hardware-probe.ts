import {
  type HardwareCpu,
  type HardwareDisk,
  type HardwareReport,
  type HardwareScreen,
  isFirmwarePath,
} from './hardware-report.ts';

/**
 * Collects what `readProbe` reads. For a POSIX shell with busybox's commands and nothing else, of any user: a machine that is
 * probed by SSH may have no more. What root alone may read (the kernel's log) is left out without a word.
 */
export const probeScript = `PATH=$PATH:/sbin:/usr/sbin:/bin:/usr/bin; export PATH LC_ALL=C
echo diskbios-probe 1
cat $(find /sys/devices -name modalias 2>/dev/null) 2>/dev/null | sort -u | sed 's/^/modalias /'
[ -n "$(ls /sys/bus/mmc/devices 2>/dev/null)" ] && echo modalias mmc:block
if [ -d /sys/firmware/efi ]; then echo "efi $(cat /sys/firmware/efi/fw_platform_size 2>/dev/null)"; fi
grep MemTotal /proc/meminfo | sed 's/^/memory /'
sed -n -e 's/[[:space:]]*:/:/' -e '/^\\(processor\\|vendor_id\\|cpu family\\|model\\|stepping\\|flags\\):/p' /proc/cpuinfo | sed 's/^/cpu /'
for d in /sys/block/*; do
  case $d in */loop*|*/ram*|*/zram*|*/dm-*|*/md*|*/nbd*|*/mmcblk*boot*|*/mmcblk*rpmb|*/\\*) continue ;; esac
  echo "disk $(cat "$d/size") $(cat "$d/queue/rotational") $(cat "$d/removable") $(readlink -f "$d")"
done 2>/dev/null
for d in /sys/class/drm/card*-*; do
  [ "$(cat "$d/status" 2>/dev/null)" = connected ] || continue
  echo "screen \${d##*/card} $(uniq "$d/modes" | tr '\\n' ' ')"
done 2>/dev/null
[ -r /sys/class/graphics/fb0/virtual_size ] && echo "framebuffer $(cat /sys/class/graphics/fb0/virtual_size)"
dmesg 2>/dev/null | grep -i firmware | sed 's/^/log /'
echo end
`;

/**
 * Devices whose drivers a PE could load. Left out are those of the machine as a whole (its make and BIOS), of keys (`input:`) and of
 * the processor, and all that could hold a number of this one machine.
 */
const buses = [
  ...[
    'pci',
    'usb',
    'acpi',
    'pnp',
    'virtio',
    'hid',
    'scsi',
    'serio',
    'platform',
    'vmbus',
    'xen',
    'sdio',
    'mmc',
  ],
  ...[
    'i2c',
    'spi',
    'mdio',
    'pcmcia',
    'hdaudio',
    'nvme',
    'vme',
    'ssb',
    'bcma',
    'auxiliary',
    'of',
    'rmi',
    'mei',
  ],
];

/** Makes a report of what `probeScript` printed; `undefined`: it is not that, or was cut short. */
export function readProbe(text: string): HardwareReport | undefined {
  const lines = text.split(/\r?\n/);
  if (!lines.includes('diskbios-probe 1') || !lines.includes('end')) return undefined;
  const all = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1).trim());
  const efi = all('efi')[0] ?? (lines.some((line) => line.trim() === 'efi') ? '' : undefined);
  return {
    format: 1,
    modaliases: [...new Set(all('modalias').flatMap(impersonal))].sort(),
    firmware: [...new Set(all('log').flatMap(firmwareIn))].sort(),
    boot: efi === undefined ? 'bios' : efi === '32' ? 'uefi-32' : 'uefi',
    memory: Number(/(\d+) kB/.exec(all('memory')[0] ?? '')?.[1] ?? 0) * 1024,
    cpu: cpuOf(all('cpu')),
    disks: all('disk').flatMap(diskOf).sort(byText),
    screens: screensOf(all('screen'), all('framebuffer')),
  };
}

/** A modalias without what might name this one machine; none where it is of no use. */
function impersonal(modalias: string): string[] {
  const bus = /^[a-z0-9]+(?=:)/.exec(modalias)?.[0];
  if (bus === undefined || !buses.includes(bus) || !/^[\x21-\x7e]+$/.test(modalias)) return [];
  return [modalias];
}

/** Paths of firmware in a line of the kernel's log, which says it in many ways. */
function firmwareIn(line: string): string[] {
  const words = line.replace(/^\[[^\]]*\]/, '').split(/[\s"'(),;=]+/);
  return words
    .map((word) => word.replace(/[:.]+$/, ''))
    .filter(
      (word) => /\.(fw|bin|ucode|sfi|ddc|mbn|pkg|cis|dat|nffw|sbin)$/.test(word) && isFirmwarePath(word),
    );
}

function cpuOf(lines: readonly string[]): HardwareCpu {
  const value = (key: string): string =>
    lines
      .find((line) => line.startsWith(`${key}:`))
      ?.slice(key.length + 1)
      .trim() ?? '';
  return {
    vendor: value('vendor_id'),
    family: Number(value('cpu family')),
    model: Number(value('model')),
    stepping: Number(value('stepping')),
    threads: Math.max(1, lines.filter((line) => line.startsWith('processor:')).length),
    virtual: value('flags').split(' ').includes('hypervisor'),
  };
}

/** Where in sysfs a disk of each bus hangs; the first that fits counts: a USB stick is a SCSI disk as well. */
const diskPaths: readonly (readonly [HardwareDisk['bus'], RegExp])[] = [
  ['usb', /\/usb\d/],
  ['nvme', /\/nvme\d/],
  ['mmc', /\/mmc\d/],
  ['virtio', /\/virtio\d/],
  ['sata', /\/ata\d/],
  ['scsi', /\/host\d/],
];

function diskOf(line: string): HardwareDisk[] {
  const match = /^(\d+) (\d) (\d) (\S+)$/.exec(line);
  if (match === null) return [];
  const [, sectors, rotational, removable, path = ''] = match;
  const bus = diskPaths.find(([, pattern]) => pattern.test(path))?.[0] ?? 'other';
  const isFlash = bus === 'mmc' || (bus === 'usb' && removable === '1');
  const kind = /\/sr\d+$/.test(path)
    ? 'cd'
    : isFlash
      ? 'flash'
      : rotational === '1' && bus !== 'virtio'
        ? 'hdd'
        : 'ssd';
  if (/\/fd\d+$/.test(path)) return [];
  return [{ kind, bus, size: Number(sectors) * 512 }];
}

function byText(a: HardwareDisk, b: HardwareDisk): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function screensOf(lines: readonly string[], framebuffer: readonly string[]): HardwareScreen[] {
  const found = lines.map((line) => {
    const [name = '', ...modes] = line.split(/\s+/);
    return { connector: name.replace(/^\d+-/, ''), modes: [...new Set(modes)] };
  });
  const size = /^(\d+),(\d+)$/.exec(framebuffer[0] ?? '');
  if (found.length > 0 || size === null) return found;
  return [{ connector: 'framebuffer', modes: [`${size[1] ?? ''}x${size[2] ?? ''}`] }];
}
