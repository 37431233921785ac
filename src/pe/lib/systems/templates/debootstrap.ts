const included = ['systemd-sysv', 'dbus'];

/** Packages that debootstrap asks for by name, beside those that are essential or required. */
const named = [
  ...included,
  ...['apt', 'apt-transport-https', 'ca-certificates', 'debian-archive-keyring', 'usr-is-merged', 'usrmerge'],
];

/**
 * A program for Perl that prints of a `Packages` file what debootstrap may ask for: the fields that it reads, of the packages above and
 * all that these need by any alternative. Some hundred of tens of thousands.
 */
const onlyNeeded = String.raw`
my ($file, @todo) = @ARGV;
my ($name, $needs, $root, %needs, %in) = ("", "", 0);
open my $packages, "<", $file or die "$file: $!\n";
while (<$packages>) {
  next unless /^(?:\n|Package: |(?:Pre-)?Depends: |Essential: yes|Priority: (?:required|important))/;
  if (/^Package: (.*)/) { ($name, $needs, $root) = ($1, "", 0) }
  elsif (/Depends: (.*)/) { $needs .= "$1," }
  elsif ($_ eq "\n") { $needs{$name} = $needs; push @todo, $name if $root }
  else { $root = 1 }
}
while (defined($name = shift @todo)) {
  next if $in{$name}++;
  for (split /[,|]\s*/, delete $needs{$name} // "") { push @todo, $1 if /^([^\s(:]+)/ }
}
seek $packages, 0, 0;
my $on = 0;
while (<$packages>) {
  $on = $in{$1} if /^Package: (.*)/;
  print if $on && /^(?:\n|(?:Architecture|Depends|Essential|Filename|MD5sum|Package|Pre-Depends|Priority|SHA256|Size|Version):)/;
}
`;

/**
 * A script for busybox sh, with debootstrap's path as `$0` and its options as `$@`.
 * - debootstrap enters the new root by `chroot`, and busybox's would run busybox's own dpkg there instead of the new root's; Perl's
 *   does not.
 * - For each of its questions it greps through all of `Packages`, a dozen times, by a pattern that GNU grep is quick with and busybox's
 *   takes minutes for. It gets what `onlyNeeded` has left of that file, made once.
 * - What debootstrap says is no result.
 */
export const debootstrapScript = [
  'export LC_ALL=C',
  `chroot() { /usr/bin/perl -e 'chroot shift and chdir "/" or die "chroot: $!\\n"; exec @ARGV or die "$ARGV[0]: $!\\n"' -- "$@"; }`,
  'grep() {',
  `  case "$2" in '^$|^'*) ;; *) command grep "$@"; return ;; esac`,
  '  if [ ! -e "$3.short" ]; then',
  `    /usr/bin/perl -e '${onlyNeeded}' -- "$3" ${named.join(' ')} >"$3.part" && mv "$3.part" "$3.short" || return`,
  '  fi',
  '  cat "$3.short"',
  '}',
  '. "$0" >&2',
].join('\n');

/** No signature, no template. */
export const debootstrapArguments = (facts: {
  readonly architecture: string;
  readonly suite: string;
  readonly folder: string;
  readonly mirror: string | undefined;
}): string[] => [
  ...[`--arch=${facts.architecture}`, '--variant=minbase', `--include=${included.join(',')}`],
  ...['--force-check-gpg', facts.suite, facts.folder],
  ...(facts.mirror === undefined ? [] : [facts.mirror]),
];
