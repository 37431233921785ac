import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedMirror {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/**
 * An archive of Debian for guests, at `http://10.0.2.2:PORT/debian` on QEMU's network: what is asked for is fetched from a mirror that
 * this machine knows. `instead` gives other contents for some paths, such as `/dists/trixie/InRelease`.
 */
export async function serveMirror(
  mirror: string,
  instead: (path: string) => string | undefined = () => undefined,
): Promise<ServedMirror> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/debian(?=\/)/, '');
    const answer = async (): Promise<void> => {
      const own = instead(path);
      if (own !== undefined) {
        response.end(own);
        return;
      }
      const there = await fetch(mirror + path);
      response.writeHead(there.status);
      response.end(Buffer.from(await there.arrayBuffer()));
    };
    answer().catch(() => response.writeHead(502).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
