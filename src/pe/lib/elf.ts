/** What the kernel looks at before it runs an ELF program (System V ABI; man 5 elf). */
export interface ElfFacts {
  readonly bits: 32 | 64;
  /** `e_machine`: 62 is x86-64, 183 AArch64, 3 i386. */
  readonly machine: number;
  /** Path of the dynamic loader; `undefined`: statically linked. */
  readonly interpreter: string | undefined;
}

const interpreterHeader = 3; // PT_INTERP

/** `undefined`: no ELF file. Little-endian ones only; `head` must hold the program headers, which come first. */
export function elfFacts(head: Uint8Array): ElfFacts | undefined {
  if (head.length < 64 || ![0x7f, 0x45, 0x4c, 0x46].every((byte, i) => head[i] === byte)) return undefined;
  if (head[5] !== 1) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const wide = head[4] === 2;
  const word = (at: number): number =>
    wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
  const table = word(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, true);
  const count = view.getUint16(wide ? 56 : 44, true);
  let interpreter: string | undefined;
  for (let n = 0; n < count; n += 1) {
    const at = table + n * size;
    if (at + size > head.length || view.getUint32(at, true) !== interpreterHeader) continue;
    const from = word(at + (wide ? 8 : 4));
    const length = word(at + (wide ? 32 : 16));
    const bytes = head.subarray(from, from + length);
    interpreter = String.fromCharCode(...bytes.filter((byte) => byte !== 0));
  }
  return { bits: wide ? 64 : 32, machine: view.getUint16(18, true), interpreter };
}

/** The interpreter that a script names in its first line; `undefined`: no script. */
export function scriptInterpreter(head: Uint8Array): string | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined;
  const end = head.indexOf(10);
  const line = String.fromCharCode(...head.subarray(2, end < 0 ? Math.min(head.length, 256) : end));
  return line.trim().split(/\s+/)[0];
}
