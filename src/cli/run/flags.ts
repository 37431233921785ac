import { type Diagnostic, UserError } from '../../base/errors.ts';
import { type Attachment, attachments, type Firmware, firmwares } from '../../base/machine.ts';
import { parseBytes } from '../../base/sizes.ts';
import { nearest } from '../../base/suggest.ts';
import {
  type AcceleratorKind,
  acceleratorKinds,
  type Display,
  displays,
  type Forward,
} from '../../boot/spec.ts';
import {
  certificateFile,
  type DiskWish,
  diskWish,
  isPort,
  type Mistake,
  outputFile,
  vncWish,
  withinWish,
} from './values.ts';

/** The options of `run` as commander gives them. */
export interface RunFlags {
  readonly firmware?: string;
  /** `true`: Microsoft's keys; else a file with the only certificate. */
  readonly secureBoot?: string | true;
  readonly as?: string;
  readonly memory: string;
  readonly cpus?: string;
  readonly display: string;
  readonly forward: string[];
  readonly disk: string[];
  readonly network: string;
  readonly accel: string;
  readonly qemu?: string;
  readonly ssh?: true;
  readonly screenshot?: string;
  readonly within?: string;
  readonly snapshot?: true;
  readonly vnc?: string | true;
  readonly log?: string;
  readonly dryRun?: true;
  readonly verbose?: true;
}

/** The options of `run` after checking; nothing in it is optional by accident. */
export interface RunWish {
  /** `undefined`: what suits the image. */
  readonly firmware: Firmware | undefined;
  /** Absolute path of the one certificate that Secure Boot accepts; `undefined`: Microsoft's. */
  readonly certificate: string | undefined;
  /** How the image is attached; `undefined`: as its kind suggests. */
  readonly as: Attachment | undefined;
  readonly memory: number;
  /** `undefined`: what suits the accelerator. */
  readonly cpus: number | undefined;
  readonly display: Display;
  readonly forwards: readonly Forward[];
  readonly disks: readonly DiskWish[];
  readonly network: 'user' | 'none';
  readonly accel: AcceleratorKind | 'auto';
  readonly qemu: 'pinned' | 'host';
  /** Log in by SSH, or run a command there. */
  readonly ssh: { readonly command: string | undefined } | undefined;
  /** The PNG file to save the screen to. */
  readonly screenshot: string | undefined;
  /** Milliseconds that SSH or READY may take; `undefined`: as long as such things usually take. */
  readonly within: number | undefined;
  /** What the guest writes to the disks is thrown away. */
  readonly snapshot: boolean;
  /** Port for VNC; `undefined`: a free one, where there is VNC. */
  readonly vncPort: number | undefined;
  /** File that keeps what the guest says on its serial console. */
  readonly log: string | undefined;
}

const smallestMemory = 64 * 1024 ** 2;

/** Checks all options of `run` at once; throws a `UserError` with every mistake. */
export function runWish(flags: RunFlags, cwd: string, command: readonly string[] = []): RunWish {
  const mistakes: Diagnostic[] = [];
  const mistake: Mistake = (code, message, expected, hint) => {
    mistakes.push({ code, message, expected, hint });
  };
  const choice = <T extends string>(option: string, given: string, allowed: readonly T[]): T | undefined => {
    const found = allowed.find((word) => word === given);
    if (found !== undefined) return found;
    const near = nearest(given, allowed);
    const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
    mistake(
      'bad-option',
      `--${option} ${given}: there is no such choice`,
      `one of: ${allowed.join(', ')}`,
      hint,
    );
    return undefined;
  };

  const forwards = flags.forward.map((text): Forward | undefined => {
    const match = /^(\d+):(\d+)$/.exec(text);
    const [host, guest] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
    if (isPort(host) && isPort(guest)) return { host, guest };
    const expected = 'PORT-HERE:PORT-IN-THE-GUEST, such as 2222:22, each 1 to 65535';
    mistake('bad-forward', `--forward ${text}: these are no two ports`, expected);
    return undefined;
  });
  const disks = flags.disk.map((text): DiskWish | undefined => diskWish(text, cwd, mistake));
  const memory = parseBytes(flags.memory);
  if (memory === undefined || memory < smallestMemory) {
    mistake(
      'bad-memory',
      `--memory ${flags.memory}: no amount of memory`,
      `a size of at least 64MiB, such as 512MiB`,
    );
  }
  const cpus = flags.cpus === undefined ? undefined : /^\d+$/.test(flags.cpus) ? Number(flags.cpus) : 0;
  if (cpus !== undefined && (cpus < 1 || cpus > 64))
    mistake('bad-cpus', `--cpus ${flags.cpus ?? ''}: no number of processors`, '1 to 64');
  const network = choice('network', flags.network, ['user', 'none']) ?? 'user';
  if (network === 'none' && flags.forward.length > 0) {
    mistake('bad-option', '--forward has no effect with --network none', 'one of the two');
  }
  const vnc = flags.vnc === undefined ? undefined : vncWish(flags.vnc, mistake);
  const display = vnc === undefined ? (choice('display', flags.display, displays) ?? 'none') : 'vnc';
  clashes(flags, command, mistake);
  const window = ['gtk', 'sdl', 'cocoa'].includes(display);
  if (window && flags.qemu === 'pinned') {
    mistake(
      'bad-option',
      `--display ${display}: the pinned QEMU opens no windows`,
      '--qemu host, or --display vnc',
    );
  }
  const wish: RunWish = {
    firmware:
      flags.secureBoot !== undefined
        ? 'uefi-secure'
        : flags.firmware === undefined
          ? undefined
          : choice('firmware', flags.firmware, firmwares),
    certificate:
      typeof flags.secureBoot === 'string' ? certificateFile(flags.secureBoot, cwd, mistake) : undefined,
    as: flags.as === undefined ? undefined : choice('as', flags.as, attachments),
    memory: memory ?? smallestMemory,
    cpus,
    display,
    forwards: forwards.filter((one) => one !== undefined),
    disks: disks.filter((one) => one !== undefined),
    network,
    accel: choice('accel', flags.accel, ['auto' as const, ...acceleratorKinds]) ?? 'auto',
    qemu: choice('qemu', flags.qemu ?? (window ? 'host' : 'pinned'), ['pinned', 'host']) ?? 'pinned',
    ssh: flags.ssh === true ? { command: command.length === 0 ? undefined : command.join(' ') } : undefined,
    screenshot: outputFile('screenshot', flags.screenshot, cwd, mistake),
    within: flags.within === undefined ? undefined : withinWish(flags.within, mistake),
    snapshot: flags.snapshot === true,
    vncPort: vnc?.port,
    log: outputFile('log', flags.log, cwd, mistake),
  };
  if (mistakes.length > 0) throw new UserError(mistakes);
  return wish;
}

/** Options that make no sense together. */
function clashes(flags: RunFlags, command: readonly string[], mistake: Mistake): void {
  const clash = (message: string, expected: string): void => mistake('bad-option', message, expected);
  const { ssh, screenshot, vnc, display, firmware, secureBoot } = flags;
  if (secureBoot !== undefined && firmware !== undefined && !firmware.startsWith('uefi'))
    clash(`--secure-boot has no effect with --firmware ${firmware}`, 'one of the two');
  if (ssh === true && screenshot !== undefined)
    clash('--ssh and --screenshot are two ways to end', 'one of the two');
  if (ssh === true && flags.network === 'none') clash('--ssh needs the network', '--network user');
  if (command.length > 0 && ssh !== true) {
    clash(`${command.join(' ')}: a command is for --ssh only`, 'diskbios run IMAGE --ssh -- COMMAND');
  }
  if (vnc !== undefined && !['none', 'vnc'].includes(display))
    clash(`--vnc has no effect with --display ${display}`, 'one of the two');
  if (display === 'curses' && (ssh === true || screenshot !== undefined))
    clash('--display curses takes the terminal', 'without --ssh and --screenshot');
  if (flags.within !== undefined && ssh !== true && screenshot === undefined)
    clash('--within has no effect by itself', 'together with --ssh or --screenshot');
}
