import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Registry {
  readonly port: number;
  /** What was asked for, and the status of the answer: `GET /v2/group/web/manifests/1.0 401`. */
  readonly log: readonly string[];
  readonly close: () => Promise<void>;
}

const index = 'application/vnd.oci.image.index.v1+json';
const manifest = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Serves an OCI layout on 127.0.0.1 as `group/web:1.0`, to whoever brings a token, which it gives to everybody (distribution
 * specification of OCI; token authentication). Its index offers an image for another kind of machine first.
 */
export async function serveRegistry(layout: string): Promise<Registry> {
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: { digest: string; size: number }[];
  };
  const strange = { mediaType: manifest, digest: `sha256:${'0'.repeat(64)}`, size: 1 };
  const top = JSON.stringify({
    ...{ schemaVersion: 2, mediaType: index },
    manifests: [
      { ...strange, platform: { os: 'linux', architecture: 's390x' } },
      { ...manifests[0], mediaType: manifest, platform: { os: 'linux', architecture: 'amd64' } },
    ],
  });
  const log: string[] = [];
  const server: Server = createServer((request, response) => {
    const url = request.url ?? '';
    const say = (status: number, type: string, body: string | Buffer): void => {
      log.push(`${request.method ?? ''} ${url} ${status}`);
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    if (url.startsWith('/token?')) {
      const sound = url.includes('scope=repository%3Agroup%2Fweb%3Apull');
      say(sound ? 200 : 400, 'application/json', JSON.stringify({ token: 'let-me-in' }));
      return;
    }
    if (request.headers.authorization !== 'Bearer let-me-in') {
      const realm = `http://${request.headers.host ?? ''}/token`;
      response.setHeader(
        'www-authenticate',
        `Bearer realm="${realm}",service="test",scope="repository:group/web:pull"`,
      );
      say(401, 'application/json', '{"errors":[]}');
      return;
    }
    if (url === '/v2/group/web/manifests/1.0') {
      say(200, index, top);
      return;
    }
    const digest = /^\/v2\/group\/web\/(?:manifests|blobs)\/sha256:([0-9a-f]{64})$/.exec(url)?.[1] ?? 'none';
    const blob = join(layout, 'blobs', 'sha256', digest);
    if (existsSync(blob)) say(200, manifest, readFileSync(blob));
    else say(404, 'application/json', '{"errors":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
