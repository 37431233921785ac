/** What is known of an image's start, in bytes. */
export interface MemoryFacts {
  readonly kernel: {
    /** Of its file. */
    readonly file: number;
    /** What it asks for to unpack itself in and to run (`init_size` of its header). */
    readonly space: number;
    /** GRUB is a signed one on UEFI, which has the firmware load the kernel, as large as it will be, before that unpacks itself elsewhere. */
    readonly signed: boolean;
  };
  /** As it is loaded. */
  readonly initrd: number;
  /** What its files take once the kernel has unpacked it; it keeps the initrd until it is done. */
  readonly unpacked: number;
  /** What else it unpacks that early init takes away again: microcode. */
  readonly passing: number;
  /** What the kernel holds ready for the images of the root that it mounts. */
  readonly mounted: number;
}

/** What of a boot takes the most. */
export type MemoryPeak = 'loading' | 'unpacking' | 'running';

export interface LeastMemory {
  /** Of the machine. */
  readonly bytes: number;
  readonly peak: MemoryPeak;
}

/** What the PE needs of a machine. Figures in bytes. */
export interface MemoryNeed {
  /** The smallest machine that gets READY, by the firmware that starts it. */
  readonly bios: LeastMemory;
  readonly uefi: LeastMemory;
  /** In use when the machine is READY and has nothing to do: MemTotal less MemAvailable. */
  readonly atRest: number;
}

const mebibyte = 1024 ** 2;

/** Where these come from: docs/performance.md, "Memory". */
export const memoryConstants = {
  /** Of what a kernel asks for, the part that it keeps. */
  kernelKept: 0.87,
  /** One page in 64 describes the others. */
  describing: 1 / 64,
  /** GRUB on a BIOS: below the kernel's place, and its own. */
  biosLoader: 22.5 * mebibyte,
  /** The firmware, GRUB's modules and fonts, and what both never give back before the kernel runs. */
  uefiLoader: 77 * mebibyte,
  /** Slabs, stacks and tables, for each byte that the kernel asks for. */
  kernelWork: 0.4,
  /** Programs, and what the kernel never hands out. */
  programs: 12 * mebibyte,
  /** Of these two, what a machine with little memory does without. */
  spared: 8 * mebibyte,
} as const;

/**
 * Predicts from sizes what memory a PE needs. Three things can be the most: the loader holds kernel and initrd at once, the kernel holds
 * initrd and unpacked files at once and gives these no more than half of what it has, and the PE runs beside its files.
 */
export function memoryNeed({ kernel, initrd, unpacked, passing, mounted }: MemoryFacts): MemoryNeed {
  const k = memoryConstants;
  const kept = kernel.space * k.kernelKept;
  const work = kernel.space * k.kernelWork + k.programs + mounted;
  const described = (bytes: number): number => bytes / (1 - k.describing);
  const afterLoading: [MemoryPeak, number][] = [
    ['unpacking', described(kept + initrd + 2 * (unpacked + passing))],
    ['running', described(kept + unpacked + work - k.spared)],
  ];
  const onBios: [MemoryPeak, number] = ['loading', k.biosLoader + kernel.space + kernel.file + initrd];
  // GRUB hands the initrd over to the kernel's own loader, which copies it.
  const loaded = kernel.space * (kernel.signed ? 2 : 1) + kernel.file + 2 * initrd;
  const onUefi: [MemoryPeak, number] = ['loading', k.uefiLoader + loaded];
  return {
    bios: most([onBios, ...afterLoading]),
    uefi: most([onUefi, ...afterLoading]),
    atRest: Math.round(unpacked + work),
  };
}

function most(parts: readonly (readonly [MemoryPeak, number])[]): LeastMemory {
  const [peak, bytes] = parts.reduce((a, b) => (b[1] > a[1] ? b : a));
  return { peak, bytes: Math.ceil(bytes / mebibyte) * mebibyte };
}
