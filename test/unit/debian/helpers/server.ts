import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface FileServer {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string;
  /** Paths asked for, in order; whole addresses where the server was used as a proxy. */
  readonly asked: string[];
  /** Answers itself where it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

/** Serves a folder on the loopback interface; also as a proxy, to any host name. */
export async function serve(dir: string): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (handle.intercept(request, response)) return;
    const url = new URL(request.url ?? '/', 'http://mirror.example');
    const path = join(dir, decodeURIComponent(url.pathname));
    if (!existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end('not here\n');
      return;
    }
    response.writeHead(200, { 'content-length': statSync(path).size });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const handle: FileServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    intercept: () => false,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return handle;
}
