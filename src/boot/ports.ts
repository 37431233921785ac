import { type AddressInfo, createServer, type Server } from 'node:net';

/** A TCP port of this machine that is kept for one user. */
export interface ReservedPort {
  readonly number: number;
  /** Lets go of it, for QEMU to take. */
  release(): Promise<void>;
  /** Keeps it again. */
  reserve(): Promise<void>;
}

/** Takes a port of the loopback interface that nobody uses, so that nobody else gets it until it is released. */
export async function reservePort(): Promise<ReservedPort> {
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    number: port,
    release: async () => {
      const held = server;
      server = undefined;
      if (held !== undefined) await new Promise((resolve) => held.close(resolve));
    },
    reserve: async () => {
      server ??= await listen(port);
    },
  };
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
    server.unref();
  });
}
