import { packageAccounts } from './package-accounts.ts';

/**
 * Packages whose maintainer scripts a person has read, as of Debian 13, with the reason why nothing is lost when they
 * do not run. A package that is not here is judged by what its scripts say (`script-reading.ts`).
 */
const reviewed: readonly (readonly [packages: RegExp, why: string])[] = [
  [/^adduser$/, 'it only brings its own configuration up to date'],
  [
    /^base-files$/,
    'directories, links and default files are made by the steps "base files" and "merged /usr"',
  ],
  [/^base-passwd$/, 'the accounts are made by the step "accounts"'],
  [/^bash$/, '/bin/sh is linked by the step "busybox applets" or shipped by dash'],
  [/^ca-certificates$/, 'bundle and links are made by the step "CA certificates"'],
  [/^dash$/, 'it ships /bin/sh itself; the rest undoes diversions of old releases'],
  [/^dbus-daemon$/, 'the machine id is made when the machine starts'],
  [/^e2fsprogs$/, 'it only asks for a new initramfs, which the build makes itself'],
  [/^initramfs-tools/, 'the initrd is made by the build, not in the PE'],
  [/^iproute2$/, 'it can let plain users run `ip vrf exec`, which is off by default'],
  [/^klibc-utils$/, 'it only moves documentation'],
  [/^kmod$/, 'it only writes an /etc/modules that says to be obsolete'],
  [/^libc-bin$/, 'nsswitch.conf is copied by the step "base files", ld.so.cache made by a step of its name'],
  [/^libc6$/, 'it restarts services after upgrades; /lib64 is linked by the step "merged /usr"'],
  [/^libglib2\.0-0/, 'GLib finds its modules without a cache; settings schemas are watched as a trigger'],
  [/^libpam-modules$/, 'its two empty files are made by the step "base files"'],
  [/^libpam-runtime$/, 'the common-* files are made by the step "PAM"'],
  [/^libpam0g$/, 'it only restarts services after upgrades'],
  [/^linux-(image|modules)-/, 'modules.dep and the initrd are made by the build'],
  [/^login\.defs$/, 'it only takes over a file of an older package'],
  [/^lxc$/, 'it only converts the configuration of old releases and loads AppArmor profiles'],
  [/^memtest86/, "the build puts it into GRUB's menu"],
  [/^netbase$/, '/etc/hosts and /etc/networks are made by the steps "identity" and "base files"'],
  [/^openssl$/, 'it only mends a link that old releases had wrong'],
  [/^passwd$/, 'shadow files are made by the step "accounts"'],
  [/^readline-common$/, '/etc/inputrc is copied by the step "base files"'],
  [/^systemd$/, "a PE's init is busybox; units are not started"],
  [/^tzdata$/, '/etc/localtime is made by the step "identity"'],
  [/^udev$/, "a PE's init loads drivers itself; the hardware database only names devices"],
];

const withAccounts = new Set(packageAccounts.flatMap(({ packages }) => packages));

/** Why a package's scripts need not run; `undefined` where nobody has read them. */
export function reviewedReason(name: string): string | undefined {
  if (withAccounts.has(name))
    return 'its accounts, directories and their owners are made by the step "accounts"';
  return reviewed.find(([pattern]) => pattern.test(name))?.[1];
}
