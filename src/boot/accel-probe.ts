/**
 * A boot sector that shows that a processor works: it switches to long mode with paging, runs an SSE instruction and 20
 * million rounds of arithmetic with a store, and then ends QEMU through its `isa-debug-exit` device. An accelerator that
 * exists but does not work fails or hangs here as it would in a kernel.
 */
const program: readonly number[][] = [
  [0xfa], //                                           7c00 cli
  [0x31, 0xc0], //                                          xor ax, ax
  [0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0], //                  mov ds, ax; mov es, ax; mov ss, ax
  [0xbc, 0x00, 0x7c], //                                    mov sp, 0x7c00
  [0xfc], //                                                cld
  [0xbf, 0x00, 0x10, 0xb9, 0x00, 0x18, 0xf3, 0xab], //      clear 0x1000..0x3fff for three page tables
  [0xc7, 0x06, 0x00, 0x10, 0x03, 0x20], //                  mov word [0x1000], 0x2003
  [0xc7, 0x06, 0x00, 0x20, 0x03, 0x30], //                  mov word [0x2000], 0x3003
  [0xc7, 0x06, 0x00, 0x30, 0x83, 0x00], //                  mov word [0x3000], 0x0083 (the first 2 MiB)
  [0x66, 0xb8, 0x00, 0x10, 0x00, 0x00, 0x0f, 0x22, 0xd8], // mov eax, 0x1000; mov cr3, eax
  [0x0f, 0x20, 0xe0], //                                    mov eax, cr4
  [0x66, 0x0d, 0x20, 0x06, 0x00, 0x00], //                  or eax, PAE | OSFXSR | OSXMMEXCPT
  [0x0f, 0x22, 0xe0], //                                    mov cr4, eax
  [0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0], //                  mov ecx, IA32_EFER
  [0x0f, 0x32, 0x0d, 0x00, 0x01, 0x0f, 0x30], //            rdmsr; or ax, LME; wrmsr
  [0x0f, 0x01, 0x16, 0x98, 0x7c], //                        lgdt [0x7c98]
  [0x0f, 0x20, 0xc0, 0x24, 0xfb], //                        mov eax, cr0; and al, ~EM
  [0x66, 0x0d, 0x03, 0x00, 0x00, 0x80], //                  or eax, PG | MP | PE
  [0x0f, 0x22, 0xc0], //                                    mov cr0, eax
  [0xea, 0x61, 0x7c, 0x08, 0x00], //                        jmp 8:0x7c61
  [0x66, 0x0f, 0xef, 0xc0], //                         7c61 pxor xmm0, xmm0 (64-bit from here)
  [0xb9, 0x00, 0x2d, 0x31, 0x01], //                        mov ecx, 20000000
  [0x69, 0xc0, 0x0d, 0x66, 0x19, 0x00], //             7c6a imul eax, eax, 1664525
  [0x05, 0x5f, 0xf3, 0x6e, 0x3c], //                        add eax, 1013904223
  [0x89, 0x04, 0x25, 0x00, 0x50, 0x00, 0x00], //            mov [0x5000], eax
  [0xff, 0xc9, 0x75, 0xea], //                              dec ecx; jnz 0x7c6a
  [0xb0, 0x10, 0xe6, 0xf4], //                              mov al, 0x10; out 0xf4, al
  [0xf4, 0xeb, 0xfd], //                                    hlt, for ever
];

/** Global descriptor table (empty, 64-bit code) and its address and size, at 0x7c88. */
const descriptors: readonly number[] = [
  ...[0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0x9a, 0x20, 0],
  ...[0x0f, 0, 0x88, 0x7c, 0, 0],
];

/** QEMU's exit code when the boot sector has run to its end: `isa-debug-exit` makes 2n+1 of the byte written. */
export const probeExitCode = 0x10 * 2 + 1;

/** The boot disk of the probe; SeaBIOS takes none for a disk that has no full cylinder. */
export function probeDisk(): Uint8Array {
  const disk = new Uint8Array(1024 * 1024);
  disk.set(program.flat());
  disk.set(descriptors, 0x88);
  disk.set([0x55, 0xaa], 510);
  return disk;
}
