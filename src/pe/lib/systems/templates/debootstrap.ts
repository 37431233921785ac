/**
 * A script for busybox sh, with debootstrap's path as `$0` and its options as `$@`. debootstrap enters the new root by `chroot`, and
 * busybox's would run busybox's own dpkg there instead of the new root's; Perl's does not. What debootstrap says is no result.
 */
export const debootstrapScript = [
  `chroot() { /usr/bin/perl -e 'chroot shift and chdir "/" or die "chroot: $!\\n"; exec @ARGV or die "$ARGV[0]: $!\\n"' -- "$@"; }`,
  '. "$0" >&2',
].join('\n');

/** No signature, no template. */
export const debootstrapArguments = (facts: {
  readonly architecture: string;
  readonly suite: string;
  readonly folder: string;
  readonly mirror: string | undefined;
}): string[] => [
  ...[`--arch=${facts.architecture}`, '--variant=minbase', '--include=systemd-sysv,dbus'],
  ...['--force-check-gpg', facts.suite, facts.folder],
  ...(facts.mirror === undefined ? [] : [facts.mirror]),
];
