import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Dispatcher } from 'undici';
import { HttpStatusError } from './fetch-errors.ts';
import { proxiesOf } from './proxies.ts';

const connections = 8;
let shared: { readonly key: string; readonly dispatcher: Dispatcher } | undefined;

/** Connections that are kept between downloads, at most eight to a host; loaded only when something is downloaded. */
async function dispatcherFor(env: NodeJS.ProcessEnv): Promise<Dispatcher> {
  const proxies = proxiesOf(env);
  const key = JSON.stringify(proxies);
  if (shared?.key === key) return shared.dispatcher;
  const { EnvHttpProxyAgent, interceptors } = await import('./undici.ts');
  const options = {
    connections,
    headersTimeout: 60_000,
    bodyTimeout: 30_000,
    connect: { timeout: 10_000 },
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.no,
    // Caching proxies allow CONNECT for https only.
    proxyTunnel: false,
  };
  const dispatcher = new EnvHttpProxyAgent(options).compose(interceptors.redirect({ maxRedirections: 5 }));
  shared = { key, dispatcher };
  return dispatcher;
}

/** Opens an `http:`, `https:` or `file:` address for reading. Throws `HttpStatusError` where the answer is not 200. */
export async function openAddress(address: string, signal: AbortSignal | undefined): Promise<Readable> {
  if (address.startsWith('file:')) {
    const stream = createReadStream(fileURLToPath(address));
    await once(stream, 'open');
    return stream;
  }
  const { request } = await import('./undici.ts');
  const { statusCode, body } = await request(address, {
    dispatcher: await dispatcherFor(process.env),
    headers: { 'user-agent': 'diskbios' },
    ...(signal === undefined ? {} : { signal }),
  });
  if (statusCode === 200) return body;
  await body.dump();
  throw new HttpStatusError(statusCode);
}
