import type { GrubBoot } from '../formats/grub-cfg.ts';
import type { BootSpec } from '../recipe/types.ts';

/** What the menu is made from, as a step's option: without the places of keys. */
export function menuBoot(boot: BootSpec, cmdline: readonly string[], systemsDir: string): GrubBoot {
  const { secure, quiet, ...menu } = boot;
  const { kind } = secure;
  return {
    ...menu,
    ...(quiet ? { quiet } : {}),
    cmdline,
    systemsDir,
    ...(kind === 'off' ? {} : { secure: { kind } }),
  };
}
