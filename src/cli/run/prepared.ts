import type { BootFailure } from '../../base/boot-failures.ts';
import type { GuestOptions } from '../../boot/guest.ts';
import type { GuestRequest } from '../../boot/launch.ts';
import type { QemuTools } from '../../boot/tools.ts';
import type { CliIo } from '../io.ts';
import type { RunWish } from './flags.ts';

/** A guest that can be started: image, disks and ports are there. */
export interface Prepared {
  readonly wish: RunWish;
  readonly io: CliIo;
  readonly tools: QemuTools;
  readonly request: GuestRequest;
  /** Port of this machine that leads to the guest's SSH server, with `--ssh`. */
  readonly sshPort: number | undefined;
  readonly options: GuestOptions;
}

/** What of a boot is no failure for somebody who only wants to look at it, or to log in and mend it. */
export const tolerated: readonly BootFailure[] = ['reboot-loop', 'service-failed'];

/** The time limit of `--within` as it was given, which a guest's patience would stretch; else the usual one. */
export function within({ wish, options }: Prepared, usualMs: number): number {
  return wish.within === undefined ? usualMs : wish.within / (options.patience ?? 1);
}
