import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileServer } from '../../../src/serve/http.ts';
import type { Request } from '../../../src/serve/requests.ts';

let dir: string;
let port: number;
let heard: Request[];
let close: () => void;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'http-'));
  const root = join(dir, 'site');
  mkdirSync(join(root, 'boot'), { recursive: true });
  writeFileSync(join(root, 'boot', 'vmlinuz'), '0123456789');
  writeFileSync(join(root, '.diskbios.json'), '{}');
  writeFileSync(join(dir, 'secret'), 'secret');
  symlinkSync(join(dir, 'secret'), join(root, 'out'));
  symlinkSync('boot/vmlinuz', join(root, 'in'));
  symlinkSync('/', join(root, 'root'));
  heard = [];
  const server = fileServer(root, (request) => heard.push(request));
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  port = (server.address() as AddressInfo).port;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => {
  close();
  rmSync(dir, { recursive: true });
});

/** The head and body of an answer to these very bytes, which no client would tidy up. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}

test('files whole and in part; HEAD tells the length', async () => {
  const whole = await fetch(`http://127.0.0.1:${port}/boot/vmlinuz`);
  expect(await whole.text()).toBe('0123456789');
  const part = await fetch(`http://127.0.0.1:${port}/boot/vmlinuz`, { headers: { Range: 'bytes=2-4' } });
  expect([part.status, await part.text()]).toEqual([206, '234']);
  const head = await fetch(`http://127.0.0.1:${port}//boot/vmlinuz`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
  expect(await (await fetch(`http://127.0.0.1:${port}/in`)).text()).toBe('0123456789');
  expect(heard.filter(({ whole: file }) => file === 'boot/vmlinuz')).toHaveLength(1);
});

test.each([
  'GET /../secret',
  'GET /boot/../../secret',
  'GET /%2e%2e/secret',
  'GET /..%2fsecret',
  'GET /out',
  'GET /root/etc/passwd',
  'GET /.diskbios.json',
  'GET /boot',
  'GET /boot/',
  'GET /',
  'GET /nothing',
  'GET /%00',
  'GET /%zz',
])('%s gives nothing', async (request) => {
  const answer = await raw(request);
  expect(answer).toMatch(/^HTTP\/1\.1 (400|403|404|301) /);
  expect(answer).not.toContain('secret\n');
  expect(answer.split('\r\n\r\n')[1] ?? '').not.toMatch(/secret|root:/);
});

test('nothing but GET and HEAD', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await fetch(`http://127.0.0.1:${port}/boot/vmlinuz`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  }
});
