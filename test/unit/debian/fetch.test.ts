import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FetchOptions, fetchPackage, fetchPackages } from '../../../src/debian/fetch.ts';
import type { LockedPackage } from '../../../src/debian/package.ts';
import { makeDeb } from './helpers/deb.ts';
import { failure } from './helpers/failure.ts';
import { removeFromPool } from './helpers/repository.ts';
import { serve } from './helpers/server.ts';
import { makeWorld, type World } from './helpers/world.ts';

const spec = { name: 'hello', version: '1.0+b1', weight: 300_000 };
const deb = makeDeb(spec);
const hello: LockedPackage = {
  name: 'hello',
  version: '1.0+b1',
  arch: 'amd64',
  source: 'debian',
  path: 'pool/main/h/hello/hello_1.0+b1_amd64.deb',
  size: deb.length,
  sha256: createHash('sha256').update(deb).digest('hex'),
};

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.publish([spec]);
});
afterEach(() => world.close());

function options(more: Partial<FetchOptions> = {}, snapshot?: string): FetchOptions {
  const base = world.server.address;
  const mirrors = {
    main: `${base}/debian`,
    security: `${base}/debian-security`,
    repositories: {},
    from: 'test',
  };
  return {
    mirrors: snapshot === undefined ? mirrors : { ...mirrors, snapshot },
    blobPath: (sha256) => join(world.dir, 'store/blobs/sha256', sha256.slice(0, 2), sha256),
    tmpDir: join(world.dir, 'store/tmp'),
    retryMs: 1,
    ...more,
  };
}

function nothingIsKept(): void {
  expect(existsSync(options().blobPath(hello.sha256))).toBe(false);
  expect(readdirSync(join(world.dir, 'store/tmp'))).toEqual([]);
}

test('a package comes into the store under its hash, and is not asked for again', async () => {
  let bytes = 0;
  const path = await fetchPackage(hello, options({ onBytes: (more) => (bytes += more) }));
  expect(path).toBe(options().blobPath(hello.sha256));
  expect(readFileSync(path).equals(deb)).toBe(true);
  expect(bytes).toBe(hello.size);
  // As apt asks: a bare + is a space to some servers.
  expect(world.server.asked).toEqual(['/debian/pool/main/h/hello/hello_1.0%2Bb1_amd64.deb']);
  await fetchPackage(hello, options());
  expect(world.server.asked).toHaveLength(1);
  expect(readdirSync(join(world.dir, 'store/tmp'))).toEqual([]);
});

test('many packages come side by side over few connections, each once', async () => {
  const specs = Array.from({ length: 30 }, (_, n) => ({ name: `pack${n}`, version: '1', weight: n * 1000 }));
  world.publish(specs);
  const items = specs.map((item) => {
    const data = makeDeb(item);
    const path = `pool/main/p/${item.name}/${item.name}_1_amd64.deb`;
    return {
      ...hello,
      name: item.name,
      path,
      size: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
    };
  });
  const sockets = new Set<unknown>();
  world.server.intercept = (request) => {
    sockets.add(request.socket);
    return false;
  };
  const paths = await fetchPackages([...items, items[0]!], options());
  expect(paths).toEqual([...items, items[0]!].map(({ sha256 }) => options().blobPath(sha256)));
  expect(world.server.asked).toHaveLength(30);
  expect(world.server.asked[0]).toContain('pack29');
  expect(sockets.size).toBeGreaterThan(1);
  expect(sockets.size).toBeLessThanOrEqual(8);
});

test('a package that has vanished is said to be gone, with what to do', async () => {
  removeFromPool(join(world.served, 'debian'), spec);
  const error = await failure(fetchPackage(hello, options()));
  expect(error).toMatchObject({ name: 'FailedError', code: 'package-vanished' });
  expect(error.message).toContain('hello 1.0+b1');
  expect(error.hint).toContain('diskbios lock RECIPE --update hello');
  expect(error.hint).toContain('snapshot');
});

test('a package that has vanished comes from the snapshot mirror; one of the security archive from that beside it', async () => {
  const archive = join(world.served, 'archive/debian/20260101T000000Z');
  mkdirSync(dirname(archive), { recursive: true });
  renameSync(join(world.served, 'debian'), archive);
  const snapshot = `${world.server.address}/archive/debian/20260101T000000Z`;
  await fetchPackage(hello, options({}, snapshot));
  expect(world.server.asked).toHaveLength(2);

  const beside = join(world.served, 'archive/debian-security/20260101T000000Z');
  mkdirSync(dirname(beside), { recursive: true });
  renameSync(archive, beside);
  const options2 = options({ blobPath: (sha256) => join(world.dir, 'other', sha256) }, snapshot);
  const path = await fetchPackage({ ...hello, source: 'security' }, options2);
  expect(readFileSync(path).equals(deb)).toBe(true);
});

test('other bytes than those of the lock are refused with both hashes, and nothing is kept', async () => {
  const file = join(world.served, 'debian', hello.path);
  const other = Buffer.from(deb);
  other[5000]! ^= 1;
  writeFileSync(file, other);
  const error = await failure(fetchPackage(hello, options()));
  expect(error).toMatchObject({ name: 'FailedError', code: 'wrong-hash' });
  expect(error.message).toContain('hello 1.0+b1');
  expect(error.message).toContain(hello.sha256);
  expect(error.message).toContain(createHash('sha256').update(other).digest('hex'));
  expect(world.server.asked).toHaveLength(1);
  nothingIsKept();
});

test('more bytes than the lock says are refused before they fill the disk', async () => {
  writeFileSync(join(world.served, 'debian', hello.path), Buffer.concat([deb, Buffer.alloc(50_000_000)]));
  let bytes = 0;
  let most = 0;
  const onBytes = (more: number): void => {
    bytes += more;
    most = Math.max(most, bytes);
  };
  const error = await failure(fetchPackage(hello, options({ onBytes })));
  expect(error).toMatchObject({ code: 'wrong-size' });
  expect(bytes).toBe(0);
  expect(most).toBeLessThan(2_000_000);
  nothingIsKept();
});

test('a download that breaks off is tried again, and its bytes are not counted twice', async () => {
  let tries = 0;
  world.server.intercept = (_request, response) => {
    tries += 1;
    if (tries > 2) return false;
    response.writeHead(200, { 'content-length': deb.length });
    response.write(deb.subarray(0, 100_000), () => response.destroy());
    return true;
  };
  let bytes = 0;
  const path = await fetchPackage(hello, options({ onBytes: (more) => (bytes += more) }));
  expect(readFileSync(path).equals(deb)).toBe(true);
  expect(tries).toBe(3);
  expect(bytes).toBe(hello.size);
});

test('a download that always arrives short is an error that names package, address and bytes', async () => {
  writeFileSync(join(world.served, 'debian', hello.path), deb.subarray(0, 1000));
  const error = await failure(fetchPackage(hello, options()));
  expect(error).toMatchObject({ code: 'download-truncated' });
  expect(error.message).toMatch(/hello 1\.0\+b1 .*127\.0\.0\.1.*1000 of \d+ bytes/);
  expect(world.server.asked).toHaveLength(4);
  nothingIsKept();
});

test('a busy mirror is asked again, one that refuses is not', async () => {
  let status = 503;
  world.server.intercept = (_request, response) => {
    if (world.server.asked.length > 2) return false;
    response.writeHead(status).end('no');
    return true;
  };
  await fetchPackage(hello, options());
  expect(world.server.asked).toHaveLength(3);

  status = 403;
  world.server.asked.length = 0;
  const error = await failure(
    fetchPackage(hello, options({ blobPath: (hash) => join(world.dir, 'b', hash) })),
  );
  expect(error).toMatchObject({ code: 'download-failed' });
  expect(error.message).toContain('403');
  expect(world.server.asked).toHaveLength(1);
});

test('a redirect to another host is followed', async () => {
  const other = await serve(join(world.served, 'debian'));
  world.server.intercept = (request, response) => {
    response
      .writeHead(302, { location: `${other.address}${(request.url ?? '').replace('/debian', '')}` })
      .end();
    return true;
  };
  const path = await fetchPackage(hello, options());
  expect(readFileSync(path).equals(deb)).toBe(true);
  expect(other.asked).toHaveLength(1);
  await other.close();
});

test('a mirror may be a folder', async () => {
  const main = `file://${world.served.replaceAll(' ', '%20')}/debian`;
  const path = await fetchPackage(hello, options({ mirrors: { ...options().mirrors, main } }));
  expect(readFileSync(path).equals(deb)).toBe(true);
  expect(world.server.asked).toEqual([]);
  removeFromPool(join(world.served, 'debian'), spec);
  const gone = options({
    mirrors: { ...options().mirrors, main },
    blobPath: (hash) => join(world.dir, 'b', hash),
  });
  expect(await failure(fetchPackage(hello, gone))).toMatchObject({ code: 'package-vanished' });
});

test('the proxy of the environment is used, but for the hosts that are excepted', async () => {
  const main = 'http://mirror.example/debian';
  const mirrors = { ...options().mirrors, main };
  vi.stubEnv('http_proxy', world.server.address);
  await fetchPackage(hello, options({ mirrors }));
  expect(world.server.asked).toEqual([`${main}/pool/main/h/hello/hello_1.0%2Bb1_amd64.deb`]);

  vi.stubEnv('no_proxy', '127.0.0.1');
  const direct = options({ blobPath: (hash) => join(world.dir, 'b', hash) });
  await fetchPackage(hello, direct);
  expect(world.server.asked[1]).toMatch(/^\/debian\//);
  vi.unstubAllEnvs();
});

test('without a network, the host that cannot be reached is named', async () => {
  const mirrors = { ...options().mirrors, main: 'http://127.0.0.1:1/debian' };
  const error = await failure(fetchPackage(hello, options({ mirrors })));
  expect(error).toMatchObject({ name: 'FailedError', code: 'offline' });
  expect(error.message).toMatch(/hello .* 127\.0\.0\.1:1 cannot be reached/);
});

test('a download that is given up leaves nothing behind', async () => {
  const giveUp = new AbortController();
  world.server.intercept = (_request, response) => {
    response.writeHead(200, { 'content-length': deb.length });
    response.write(deb.subarray(0, 1000));
    return true;
  };
  const fetching = failure(
    fetchPackage(hello, options({ signal: giveUp.signal, onBytes: () => giveUp.abort() })),
  );
  expect((await fetching).name).toBe('InterruptedError');
  nothingIsKept();
});

test('a package of a repository that the recipe no longer has is an error that says so', async () => {
  const error = await failure(fetchPackage({ ...hello, source: 'extra' }, options()));
  expect(error).toMatchObject({ code: 'no-repository' });
});
