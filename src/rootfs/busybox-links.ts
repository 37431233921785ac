import type { Diagnostic } from '../base/errors.ts';
import { maker } from './make.ts';
import type { FinishStep } from './types.ts';

/** Applets that busybox itself installs into a `sbin` (the `BB_DIR_SBIN` and `BB_DIR_USR_SBIN` of its sources). */
const sbin = new Set(
  (
    'acpid add-shell addgroup adduser adjtimex arp arping blkid blockdev bootchartd brctl chat chpasswd chroot crond delgroup ' +
    'deluser depmod devmem dhcprelay dnsd ether-wake fakeidentd fbset fbsplash fdformat fdisk findfs freeramdisk fsck ' +
    'fsck.minix fsfreeze fstrim getty halt hdparm httpd hwclock i2cdetect i2cdump i2cget i2cset i2ctransfer ifconfig ' +
    'ifdown ifenslave ifplugd ifup inetd init inotifyd insmod ip ipaddr iplink ipneigh iproute iprule iptunnel klogd ' +
    'loadfont loadkmap logread losetup lpd lsmod makedevs man mdev mim mkdosfs mke2fs mkfs.ext2 mkfs.minix mkfs.reiser ' +
    'mkfs.vfat mkswap modinfo modprobe nameif nanddump nandwrite nbd-client nologin ntpd partprobe pivot_root popmaildir ' +
    'poweroff raidautorun rdate rdev readahead readprofile reboot remove-shell rmmod route rtcwake run-init runlevel ' +
    'sendmail setconsole setfont setlogcons slattach start-stop-daemon sulogin svlogd swapoff swapon switch_root sysctl ' +
    'syslogd tc telnetd tftpd tunctl tune2fs ubiattach ubidetach ubimkvol ubirename ubirmvol ubirsvol ubiupdatevol udhcpc ' +
    'udhcpc6 udhcpd uevent vconfig watchdog zcip'
  ).split(' '),
);

/** No commands of a running system: kept out of the way. */
const never = new Set(['linuxrc', 'busybox', 'dpkg', 'dpkg-deb', 'rpm', 'rpm2cpio']);

/**
 * The applets of a busybox binary, read from it without running it (it may be for another processor): their names are
 * one run of ascending, NUL-terminated strings, beginning with `[`.
 */
export function appletNames(binary: Buffer): string[] {
  let best: string[] = [];
  for (let at = binary.indexOf('[\0[[\0'); at >= 0; at = binary.indexOf('[\0[[\0', at + 1)) {
    const names: string[] = [];
    for (let from = at; ; ) {
      const end = binary.indexOf(0, from);
      const name = end < 0 ? '' : binary.toString('latin1', from, end);
      const before = names.at(-1);
      if (!/^(\[\[?|[a-z0-9][a-z0-9._+-]*)$/.test(name) || (before !== undefined && name <= before)) break;
      names.push(name);
      from = end + 1;
    }
    if (names.length > best.length) best = names;
  }
  return best.includes('sh') ? best : [];
}

const places = ['usr/bin', 'usr/sbin', 'usr/local/bin', 'usr/local/sbin'];

/** Links for busybox's applets, each only where no package brings a command of that name. */
export const busyboxLinks: FinishStep = {
  name: 'busybox applets',
  async run({ tree, read, epoch }) {
    const make = maker(this.name, epoch);
    const binary = tree.resolve('usr/bin/busybox');
    if (binary?.type !== 'file') return { entries: [], warnings: [] };
    const names = appletNames(await read(binary));
    const warnings: Diagnostic[] =
      names.length > 0
        ? []
        : [
            {
              code: 'no-applets',
              message: 'the list of applets was not found in /usr/bin/busybox: none is linked',
            },
          ];
    const missing = names.filter(
      (name) => !never.has(name) && !places.some((dir) => tree.has(`${dir}/${name}`)),
    );
    const entries = missing.map((name) =>
      sbin.has(name)
        ? make.link(`usr/sbin/${name}`, '../bin/busybox')
        : make.link(`usr/bin/${name}`, 'busybox'),
    );
    return { entries, warnings };
  },
};
