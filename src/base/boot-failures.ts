/** Every way of not booting that has a name: what `diskbios test` and `run` report, and what `fails:` in a recipe's `tests:` names. */
export const bootFailures = [
  'no-boot-medium',
  'secure-boot-refused',
  'grub-rescue',
  'grub-shell',
  'boot-entry-broken',
  'menu-entry-missing',
  'out-of-memory',
  'kernel-panic',
  'early-init-failed',
  'supervisor-failed',
  'service-failed',
  'reboot-loop',
  'hang',
  'too-slow',
  'guest-ended',
  'qemu-failed',
] as const;

export type BootFailure = (typeof bootFailures)[number];
