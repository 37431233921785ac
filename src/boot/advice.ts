import type { BootFailure } from '../base/boot-failures.ts';

/** What to look at next, for each way of not booting. */
export const advice: Readonly<Record<BootFailure, string>> = {
  'secure-boot-refused':
    'Is the image built with `boot.secure` for the keys of this machine? docs/secure-boot.md says what is signed by whom.',
  'no-boot-medium':
    'Is the image whole, and attached as what it is (a CD, a stick, a disk)? `diskbios inspect IMAGE` says on which firmware it boots.',
  'grub-rescue':
    'The image is damaged or cut off, or not the one that was built: compare it with SHA256SUMS, and build it again.',
  'grub-shell':
    'The image is damaged, or its files were copied without the place where GRUB looks: write it byte by byte, as it is.',
  'boot-entry-broken':
    'The image is damaged or cut off, or an entry of boot.entries names what is not there: compare it with SHA256SUMS.',
  'menu-entry-missing':
    'boot.entries of the recipe is where the titles come from; they are matched as they are written.',
  'out-of-memory':
    'Give the machine more memory, or make the image smaller: fewer packages, fewer module profiles. `diskbios inspect IMAGE` shows what takes the space.',
  'kernel-panic':
    'The lines before the panic tell what led to it. Was the kernel command line (boot.entries, kernel.cmdline) changed, or /sbin/init replaced by pe.files?',
  'early-init-failed':
    'The line names the point at which it stopped; what the kernel said stands right before it. A driver may be missing, or a layer of the image damaged.',
  'supervisor-failed':
    'Is /usr/lib/diskbios or /usr/bin/qjs left out (pe.exclude) or replaced (pe.files)? The shell on the console allows a look around.',
  'service-failed':
    'Is its program in pe.packages or pe.files, and not in pe.exclude? In the guest, `service --status-all` and `logread` tell more.',
  'reboot-loop':
    'The machine resets before it says why. Add `panic=0` to the kernel command line, so that a panic stays, and see what the last lines before a reset are. Where they are those of GRUB, the kernel in the image may be damaged: compare it with SHA256SUMS.',
  hang: 'Where did it stop? Without a word from the kernel: is one of boot.consoles a serial port (`ttyS0,115200n8`)? Else add `ignore_loglevel` or `diskbios.debug` to the kernel command line.',
  'too-slow':
    'It still worked when its time was over: allow it more (`within`), give it more processors, or see which line took long.',
  'guest-ended': 'Something in it switched it off: a service, a script of pe.files, or a person.',
  'qemu-failed':
    'This is no fault of the image. Run the command by hand; where QEMU was killed, this machine may be out of memory or disk space.',
};
