import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { probeScript, readProbe } from '../../../src/base/hardware-probe.ts';
import { hardwareReportText, parseHardwareReport } from '../../../src/base/hardware-report.ts';
import { run } from '../../../src/sys/run.ts';

const printed = `diskbios-probe 1
modalias pci:v00008086d00001533sv00008086sd00000001bc02sc00i00
modalias dmi:bvnVendor:bvr1.0:svnMaker:pnBox:rvnMaker:rnBoard:cvnMaker:skuSER1234:
modalias input:b0003v046DpC31Ce0110-e0,1,4,11,14,k71,72,ram4,l0,1,2,sfw
modalias wmi:8D9DDCBC-A997-11DA-B012-B622A1EF5492
modalias acpi:PNP0C0C:
efi 64
memory MemTotal:         507904 kB
cpu processor: 0
cpu vendor_id: GenuineIntel
cpu cpu family: 6
cpu model: 158
cpu stepping: 10
cpu flags: fpu vme
cpu processor: 1
disk 1000215216 0 0 /sys/devices/pci0000:00/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1
disk 3907029168 1 0 /sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda
disk 60062500 1 1 /sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/host4/target4:0:0/4:0:0:0/block/sdb
disk 0 1 1 /sys/devices/pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/block/sr0
screen 0-HDMI-A-1 1920x1080 1280x720 1280x720
log [    4.1] r8169 0000:02:00.0: firmware: direct-loading firmware rtl_nic/rtl8168h-2.fw
log [    4.2] e1000e 0000:00:1f.6 eth0: (PCI Express:2.5GT/s) 52:54:00:12:34:56
log [    5.0] i915 0000:00:02.0: [drm] Finished loading DMC firmware i915/kbl_dmc_ver1_04.bin (v1.4)
log [    5.1] usb 1-1: SerialNumber: 4C530001230101116185 firmware
end
`;

test('a report says what a machine is made of', () => {
  expect(readProbe(printed)).toEqual({
    format: 1,
    modaliases: ['acpi:PNP0C0C:', 'pci:v00008086d00001533sv00008086sd00000001bc02sc00i00'],
    firmware: ['i915/kbl_dmc_ver1_04.bin', 'rtl_nic/rtl8168h-2.fw'],
    boot: 'uefi',
    memory: 507_904 * 1024,
    cpu: { vendor: 'GenuineIntel', family: 6, model: 158, stepping: 10, threads: 2, virtual: false },
    disks: [
      { kind: 'cd', bus: 'sata', size: 0 },
      { kind: 'flash', bus: 'usb', size: 60_062_500 * 512 },
      { kind: 'hdd', bus: 'sata', size: 3_907_029_168 * 512 },
      { kind: 'ssd', bus: 'nvme', size: 1_000_215_216 * 512 },
    ],
    screens: [{ connector: 'HDMI-A-1', modes: ['1920x1080', '1280x720'] }],
  });
});

test('nothing in a report tells two machines of one make apart', () => {
  const text = hardwareReportText(readProbe(printed)!);
  expect(text).not.toMatch(/SER1234|52:54|4C5300|8D9DDCBC|0000:0/);
  expect(parseHardwareReport(text)).toEqual({ report: readProbe(printed) });
});

test('what was cut short is no report', () => {
  expect(readProbe(printed.replace(/end\n$/, ''))).toBeUndefined();
  expect(readProbe('sh: permission denied')).toBeUndefined();
});

test('what is no report is named', () => {
  expect(parseHardwareReport('[]')).toEqual({ wrong: 'it is no JSON object' });
  const wrong = parseHardwareReport(
    '{"format": 2, "boot": "bios", "firmware": ["../etc/passwd"], "cpu": {}}',
  );
  expect(wrong).toEqual({
    wrong:
      '`format` is not 1; a newer version may have written it; `firmware[0]` holds what is no path of firmware',
  });
});

test.each([['sh'], ['busybox', 'sh']])('the script runs on this machine with %s', async (...shell) => {
  const { stdout, stderr } = await run([...shell, '-c', probeScript]);
  const report = readProbe(stdout);
  expect(stderr).toBe('');
  expect(report?.cpu.threads).toBeGreaterThan(0);
  expect(report?.memory).toBeGreaterThan(2 ** 20);
});

test('a card in a reader is told without a name of its own', async () => {
  const box = mkdtempSync(join(tmpdir(), 'probe-'));
  onTestFinished(() => rmSync(box, { recursive: true, force: true }));
  mkdirSync(join(box, 'mmc', 'devices', 'mmc0:5de1'), { recursive: true });
  const { stdout } = await run(['sh', '-c', probeScript.replaceAll('/sys/bus/', `${box}/`)]);
  expect(readProbe(stdout)?.modaliases).toContain('mmc:block');
});
