import type { Diagnostic } from './errors.ts';
import type { Firmware } from './machine.ts';
import type { LeastMemory, MemoryNeed, MemoryPeak } from './memory-need.ts';
import { formatBytes } from './sizes.ts';

/** What the memory is needed for, for people. */
const purposes: Readonly<Record<MemoryPeak, string>> = {
  loading: 'while the boot loader holds kernel and initrd',
  unpacking: 'while the kernel unpacks the initrd, which may take no more than half of it',
  running: 'for the PE and its files',
};

/** Something that takes much of an image, and what it takes unpacked, in bytes. */
interface Part {
  readonly name: string;
  readonly bytes: number;
}

/** What is told of an image's need beside the need itself. */
export interface NeedContext {
  /** Form of the livefs. */
  readonly format: string;
  readonly largest: readonly Part[];
  /** It was guessed from the sizes of packages. */
  readonly estimate: boolean;
  /** Whether any medium starts on a machine with a BIOS. */
  readonly bios: boolean;
}

/** Bytes that a machine with this firmware needs. */
export function leastMemory(need: MemoryNeed, firmware: Firmware): LeastMemory {
  return firmware === 'bios' ? need.bios : need.uefi;
}

/** `156 MiB to start on BIOS, 214 MiB on UEFI; 79 MiB in use at rest`. */
export function needText(
  need: MemoryNeed,
  { bios, estimate }: Pick<NeedContext, 'bios' | 'estimate'>,
): string {
  const [low, high, rest] = [need.bios.bytes, need.uefi.bytes, need.atRest].map(whole);
  const start = bios ? `${low} to start on BIOS, ${high} on UEFI` : `${high} to start on UEFI`;
  return `${estimate ? 'about ' : ''}${start}; ${rest} in use at rest`;
}

function whole(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}

/** What there is to do about an image that needs too much. */
function advice(peak: MemoryPeak, { format, largest }: NeedContext): string {
  const parts = largest.map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`).join(', ');
  return [
    ...(format === 'cpio' ? ['`pe.livefs: squashfs` keeps the files packed in memory'] : []),
    ...(parts === '' ? [] : [`the largest parts, unpacked: ${parts}`]),
    ...(peak === 'loading' ? ['a smaller kernel or initrd helps'] : []),
  ].join('; ');
}

/**
 * What is wrong where an image is to start with so many bytes. An error where no firmware starts it, a warning where only UEFI, which
 * itself needs much, does not.
 */
export function memoryMistake(
  memory: number,
  need: MemoryNeed,
  context: NeedContext,
): { readonly kind: 'error' | 'warning'; readonly diagnostic: Diagnostic } | undefined {
  const named = ([firmware, least]: readonly [string, LeastMemory]): string =>
    `${context.estimate ? 'about ' : ''}${whole(least.bytes)} on ${firmware}, ${purposes[least.peak]}`;
  const firmwares = [...(context.bios ? [['BIOS', need.bios] as const] : []), ['UEFI', need.uefi] as const];
  const short = firmwares.filter(([, least]) => least.bytes > memory);
  const [first] = short;
  if (first === undefined) return undefined;
  const kind = short.length === firmwares.length ? 'error' : 'warning';
  return {
    kind,
    diagnostic: {
      code: 'too-little-memory',
      message: `the PE cannot start with ${formatBytes(memory)} of memory: it needs ${short.map(named).join('; ')}`,
      hint: advice(first[1].peak, context),
      recipePath: ['hardware', 'memory'],
    },
  };
}
