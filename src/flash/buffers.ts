const page = 65_536;

/** Node's types know it only together with those of browsers. */
const { Memory } = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Memory: new (of: { initial: number }) => { readonly buffer: ArrayBuffer };
    };
  }
).WebAssembly;

/**
 * Buffers at addresses that O_DIRECT takes: whole pages. Memory of WebAssembly is the one kind that Node aligns.
 * @param bytes of each, a multiple of 4096
 */
export function alignedBuffers(count: number, bytes: number): Buffer[] {
  const memory = new Memory({ initial: Math.ceil((count * bytes) / page) });
  return Array.from({ length: count }, (_, i) => Buffer.from(memory.buffer, i * bytes, bytes));
}

/** Buffers to be taken and given back; who finds none waits. */
export interface BufferPool {
  take(): Promise<Buffer>;
  giveBack(buffer: Buffer): void;
}

export function bufferPool(buffers: readonly Buffer[]): BufferPool {
  const free = [...buffers];
  const waiting: ((buffer: Buffer) => void)[] = [];
  return {
    take: () => {
      const buffer = free.pop();
      return buffer === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(buffer);
    },
    giveBack: (buffer) => {
      const next = waiting.shift();
      if (next === undefined) free.push(buffer);
      else next(buffer);
    },
  };
}
