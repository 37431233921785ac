import type { Extent } from './piece.ts';

/** Where a kernel and its initrds lie in a file, and the command line it is started with. */
export interface KernelInImage {
  readonly file: string;
  readonly kernel: readonly Extent[];
  /** In the order they are loaded; the kernel unpacks one after the other. */
  readonly initrds: readonly (readonly Extent[])[];
  readonly cmdline: string;
}
