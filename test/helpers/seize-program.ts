/**
 * A program for Linux on amd64 that asks the kernel to trace a process (PTRACE_SEIZE, which does not stop it), and ends with the
 * number of the error, 0 where it may. `parent`: the process that started it.
 */
export function seizeProgram(process: number | 'parent'): Buffer {
  const [headers, base] = [64 + 56, 0x400000];
  const pid = Buffer.alloc(4);
  if (process !== 'parent') pid.writeUInt32LE(process);
  const code = Buffer.concat([
    process === 'parent'
      ? Buffer.from('b86e0000000f0589c6', 'hex') // getppid(); mov esi, eax
      : Buffer.concat([Buffer.from('be', 'hex'), pid]), // mov esi, pid
    Buffer.from('b865000000bf0642000031d24531d20f05', 'hex'), // ptrace(PTRACE_SEIZE, esi, 0, 0)
    Buffer.from('f7d889c7b83c0000000f05', 'hex'), // exit(-eax)
  ]);
  const elf = Buffer.alloc(headers);
  elf.write('\x7fELF\x02\x01\x01', 'latin1');
  elf.writeUInt16LE(2, 16); // an executable
  elf.writeUInt16LE(62, 18); // amd64
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(base + headers), 24);
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64); // loaded
  elf.writeUInt32LE(5, 68); // to be read and run
  elf.writeBigUInt64LE(BigInt(base), 80);
  elf.writeBigUInt64LE(BigInt(base), 88);
  elf.writeBigUInt64LE(BigInt(headers + code.length), 96);
  elf.writeBigUInt64LE(BigInt(headers + code.length), 104);
  elf.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([elf, code]);
}
