import type { BootFailure } from '../base/boot-failures.ts';

/** What was found wrong: its name, a sentence for a person, and the line that gave it away (empty where nothing was said). */
export interface Finding {
  readonly failure: BootFailure;
  readonly message: string;
  readonly line: string;
}

interface Sign {
  readonly failure: BootFailure;
  /** Of a line's beginning, with the flag `m`. */
  readonly pattern: RegExp;
  readonly message: string | ((line: string) => string);
  /** Firmware and boot loader speak before the kernel: who says the same later quotes it, or means another thing. */
  readonly before?: 'kernel';
  /** Only after this was said: a boot loader's complaints are harmless until it is to start something. */
  readonly after?: RegExp;
  /** What a machine says on its way that is to start over the network. */
  readonly onNetwork?: 'no sign';
}

/** The kernel's time stamp, and its thread or processor where it is told to show that; neither on some kernels. */
const stamp = String.raw`(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )?`;

/** A line of the kernel, or of ours that goes through the kernel's log. Quoted in other lines it is no sign. */
function line(words: string): RegExp {
  return new RegExp(`^${stamp}(?:${words}).*`, 'm');
}

/** GRUB's own words, and those of our entries: without a menu it says nothing itself. */
const booting = /^ *(?:Booting (?:`|a command list)|Loading .+ \.\.\.)/m;

/** A kernel that starts: it counts its first second only then. Early lines may lack characters: any one of them will do. */
export const kernelStamps = /^\[ +0\.\d{2,6}\] |^Linux version /m;

/** Signs on the serial console and in the BIOS's log. The first that is found names the failure: causes before effects. */
const signs: readonly Sign[] = [
  {
    failure: 'boot-entry-broken',
    pattern: /^EFI stub: WARNING: Decompression failed: .*/m,
    message: 'the kernel is damaged and cannot be unpacked',
    before: 'kernel',
  },
  {
    failure: 'out-of-memory',
    pattern:
      /^ *(?:error: .*(?:out of memory|cannot allocate|not enough memory)|error: start_image\(\) returned 0x8000000000000009|could not allocate all requested memory|EFI stub: ERROR: Failed to (?:allocate|decompress kernel|load initrd: 0x8000000000000009)).*/m,
    message: 'the machine has too little memory for this image',
    before: 'kernel',
  },
  {
    failure: 'out-of-memory',
    pattern: line(
      String.raw`Initramfs unpacking failed: write error|Kernel panic - not syncing: (?:System is deadlocked on memory|Out of memory)`,
    ),
    message: 'the machine has too little memory for this image',
  },
  {
    failure: 'service-failed',
    pattern: line(String.raw`diskbios: service \S+ failed to start: .*(?=\n)`),
    message: (said) => `the service ${/service (\S+)/.exec(said)?.[1] ?? ''} did not start`,
  },
  {
    failure: 'service-failed',
    pattern: /^DISKBIOS-READY mode=\S+ up=\S+ failed=\S+(?=\n)/m,
    message: (said) =>
      `services did not start: ${/failed=(\S+)/.exec(said)?.[1]?.replaceAll(',', ', ') ?? ''}`,
  },
  {
    failure: 'early-init-failed',
    pattern: line('diskbios: early init: '),
    message: 'the early init of the PE failed',
  },
  {
    failure: 'supervisor-failed',
    pattern: line(
      String.raw`diskbios: the supervisor fail(?:ed: |s again and again)|can't run '/usr/lib/diskbios/supervise'`,
    ),
    message: 'the program that brings the PE up failed',
  },
  {
    failure: 'kernel-panic',
    pattern: line('Kernel panic - not syncing: '),
    message: panicMessage,
  },
  {
    failure: 'grub-rescue',
    pattern: /^grub rescue>/m,
    message: 'GRUB did not find its modules or its configuration and fell back to its rescue prompt',
    before: 'kernel',
  },
  {
    failure: 'grub-shell',
    pattern: /^grub> ?/m,
    message: 'GRUB found no configuration with a menu and fell back to its command line',
    before: 'kernel',
  },
  {
    failure: 'secure-boot-refused',
    // OVMF's words, shim's and GRUB's.
    pattern:
      /^.*(?:BdsDxe: failed to load Boot\w+ .*: (?:Access Denied|Security Violation)|Verification failed: \(0x1A\) Security Violation|error: .*bad shim signature|error: bad signature|error: file `.*\.sig' not found|The boot menu of this medium is not as it was signed).*/m,
    message: 'Secure Boot refused a program that is not signed by a key of this machine, or was changed',
    before: 'kernel',
  },
  {
    failure: 'boot-entry-broken',
    // Its errors alone are none: an entry may try one thing after the other.
    pattern:
      /^ *(?:Press any key to continue|Failed to boot both default and fallback entries|EFI stub: ERROR: )/m,
    message: 'GRUB could not carry out the menu entry',
    before: 'kernel',
    after: booting,
  },
  {
    failure: 'no-boot-medium',
    pattern:
      /^(?:No bootable device\.?|.*BdsDxe: No bootable option or device was found|UEFI Interactive Shell v|Boot failed: (?:could not read the boot disk|not a bootable disk)).*/m,
    message: 'the firmware found nothing to boot from',
    before: 'kernel',
  },
  {
    failure: 'no-boot-medium',
    pattern: /^.*>>Start (?:PXE|HTTP Boot) over.*/m,
    message: 'the firmware found nothing to boot from',
    before: 'kernel',
    onNetwork: 'no sign',
  },
];

const signsOnNetwork = signs.filter(({ onNetwork }) => onNetwork === undefined);

/** What a panic is about, from its line (kernel/exit.c, init/do_mounts.c, init/main.c). */
function panicMessage(said: string): string {
  const code = /Attempted to kill init! exitcode=0x([0-9a-f]+)/.exec(said)?.[1];
  if (code !== undefined) {
    const status = Number.parseInt(code, 16);
    const signal = status & 0x7f;
    const how = signal === 0 ? `with exit code ${status >> 8}` : `by signal ${signal}`;
    return `the first program, init, ended ${how}, and the kernel panicked`;
  }
  if (/Unable to mount root fs/.test(said))
    return 'the kernel was given no initrd that it can use, and panicked';
  if (/No working init found|Requested init/.test(said))
    return 'the kernel found no init to start, and panicked';
  if (/Fatal exception|Oops|panic_on_/i.test(said)) return 'the kernel met a fault of its own, and panicked';
  return 'the kernel panicked';
}

/**
 * Looks for the sign of a failed boot. `text` is all that a guest said since it was switched on or reset; what stands before
 * the offset `from` was looked at already. `startsFromNetwork`: the guest is to start over the network.
 */
export function recognise(text: string, from = 0, startsFromNetwork = false): Finding | undefined {
  return firstOf(startsFromNetwork ? signsOnNetwork : signs, text, from);
}

/** Looks for services that did not start: the machine gets READY without them, so that a success alone proves nothing. */
export function serviceFailure(text: string, from = 0): Finding | undefined {
  return firstOf(
    signs.filter(({ failure }) => failure === 'service-failed'),
    text,
    from,
  );
}

/** Whether a kernel has said anything in this text. */
export function kernelSpoke(text: string): boolean {
  return kernelStamps.test(text) || /^DISKBIOS-/m.test(text);
}

/** Signs that memory was short: no failure by themselves, but the cause of one that follows. */
export function shortOfMemory(text: string): Finding | undefined {
  const match =
    /^ *error: .*out of memory.*/m.exec(text) ??
    line(String.raw`Out of memory: Killed process|.*invoked oom-killer`).exec(text);
  if (match === null) return undefined;
  const message = 'the machine has too little memory for this image';
  return { failure: 'out-of-memory', message, line: match[0].trim() };
}

function firstOf(among: readonly Sign[], text: string, from: number): Finding | undefined {
  const fresh = text.slice(from);
  for (const sign of among) {
    const match = sign.pattern.exec(fresh);
    if (match === null || (sign.before === 'kernel' && kernelSpoke(text))) continue;
    const at = from + match.index;
    const cause = lackOfMemoryMakes.includes(sign.failure) ? shortOfMemory(text.slice(0, at)) : undefined;
    if (cause !== undefined) return cause;
    if (sign.after === undefined || sign.after.test(text.slice(0, at))) return describe(sign, text, at);
  }
  return undefined;
}

/** What may come of too little memory, which then is the name to tell. */
const lackOfMemoryMakes: readonly BootFailure[] = [
  'kernel-panic',
  'early-init-failed',
  'supervisor-failed',
  'service-failed',
];

function describe({ failure, message }: Sign, text: string, at: number): Finding {
  const said = failure === 'boot-entry-broken' ? complaint(text, at) : lineAt(text, at);
  const fault = failure === 'kernel-panic' ? faultBefore(text, at) : [];
  return {
    failure,
    message: typeof message === 'string' ? message : message(said),
    line: [...fault, said].join('; '),
  };
}

/** The first error of a menu entry that was given up. */
function complaint(text: string, at: number): string {
  const entry = text.slice(text.search(booting), at);
  return /^ *(error: .*)/m.exec(entry)?.[1]?.trim() ?? lineAt(text, at);
}

/** A panic over a fault of the kernel names the fault further up. */
function faultBefore(text: string, at: number): string[] {
  const fault = line('BUG: |Oops|general protection fault').exec(text.slice(Math.max(0, at - 8000), at));
  return fault === null ? [] : [fault[0].trim()];
}

function lineAt(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  const end = text.indexOf('\n', index);
  return text.slice(start, end === -1 ? undefined : end).trim();
}
