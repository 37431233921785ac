import { chmodSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { register } from '../../../src/cli/commands/doctor.ts';
import { storeFindings } from '../../../src/cli/doctor/machine.ts';
import { mirrorFinding, proxyFinding } from '../../../src/cli/doctor/network.ts';
import { nodeFinding, programFindings } from '../../../src/cli/doctor/programs.ts';
import type { Finding } from '../../../src/cli/doctor/types.ts';
import { findingsText } from '../../../src/cli/views/doctor.ts';
import { runCommand } from '../../helpers/cli.ts';
import { testFolder } from './fixture.ts';

const folder = testFolder();
const { signal } = new AbortController();
let server: Server | undefined;
afterEach(() => server?.close());

function serve(status: number): Promise<string> {
  const made = createServer((_, response) => response.writeHead(status).end('text'));
  server = made;
  return new Promise((resolve) =>
    made.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(made.address() as AddressInfo).port}/debian`),
    ),
  );
}

describe('what a machine has', () => {
  it('needs a Node that is new enough', () => {
    expect(nodeFinding('v20.18.3').level).toBe('missing');
    expect(nodeFinding('v18.20.0').level).toBe('missing');
    expect(nodeFinding('v20.19.0').level).toBe('ok');
    expect(nodeFinding('v24.0.1').level).toBe('ok');
  });

  it('needs xz, can do without apt-get and QEMU', () => {
    const none = programFindings(() => undefined);
    expect(none.map(({ name, level }) => `${name} ${level}`)).toEqual([
      'xz missing',
      'apt-get warn',
      'QEMU ok',
    ]);
    expect(none[0]?.install).toBe('sudo apt-get install xz-utils');
    expect(programFindings((name) => `/bin/${name}`).map(({ level }) => level)).toEqual(['ok', 'ok', 'ok']);
  });

  it('needs a store that can be written', () => {
    expect(storeFindings(folder.path('new/below'))[0]).toMatchObject({
      level: 'ok',
      text: expect.stringContaining('will be made') as string,
    });
    mkdirSync(folder.path('locked'));
    chmodSync(folder.path('locked'), 0o555);
    const [finding] = storeFindings(folder.path('locked/store'));
    // root may write everywhere.
    expect(finding?.level).toBe(process.getuid?.() === 0 ? 'ok' : 'missing');
  });
});

describe('the mirror', () => {
  const ask = (env: NodeJS.ProcessEnv, offline = false): Promise<Finding> =>
    mirrorFinding({ HOME: folder.path(''), ...env }, { offline, signal });

  it('is asked whether it has the release', async () => {
    const address = await serve(200);
    expect(await ask({ DISKBIOS_MIRROR: address })).toMatchObject({
      level: 'ok',
      text: expect.stringContaining(`${address} (from DISKBIOS_MIRROR) answered in`) as string,
    });
  });

  it('is warned about where it does not have it', async () => {
    const finding = await ask({ DISKBIOS_MIRROR: await serve(404) });
    expect(finding).toMatchObject({
      level: 'warn',
      text: expect.stringContaining('HTTP status 404') as string,
    });
  });

  it('is not asked with --offline', async () => {
    expect(await ask({ DISKBIOS_MIRROR: 'http://mirror.example/debian' }, true)).toMatchObject({
      level: 'ok',
      text: 'http://mirror.example/debian (from DISKBIOS_MIRROR); not asked.',
    });
  });

  it('may be an address that is none', async () => {
    expect(await ask({ DISKBIOS_MIRROR: 'nonsense' })).toMatchObject({ level: 'warn' });
  });

  it('and the proxies keep their passwords to themselves', () => {
    const { text } = proxyFinding({
      http_proxy: 'http://me:secret@proxy.example:3128',
      no_proxy: 'localhost',
    });
    expect(text).toBe('http through http://…@proxy.example:3128, none for localhost.');
    expect(proxyFinding({}).text).toBe('None is set.');
  });
});

describe('diskbios doctor', () => {
  it('names each finding, as text and as JSON', async () => {
    const env = {
      HOME: folder.path(''),
      DISKBIOS_STORE: folder.path('store'),
      DISKBIOS_MIRROR: 'http://mirror.example/debian',
    };
    const { out } = await runCommand(register, ['doctor', '--offline', '--json'], { env });
    const { findings } = JSON.parse(out) as { findings: Finding[] };
    expect(findings.map((finding) => finding.name)).toEqual([
      ...[
        'Node',
        'xz',
        'apt-get',
        'QEMU',
        'store',
        'disk',
        'mirror',
        'proxy',
        'KVM',
        'namespaces',
        'terminal',
      ],
    ]);
    const text = await runCommand(register, ['doctor', '--offline'], { env });
    expect(text.out).toMatch(/^ok +Node +v/);
    expect(text.code).toBe(findings.some((finding) => finding.level === 'missing') ? 3 : 0);
  });

  it('ends with 3 and the remedy where something necessary is missing', async () => {
    const { PATH } = process.env;
    // The store lies below a file: nobody can write there, not even root.
    const env = { HOME: folder.path(''), DISKBIOS_STORE: `${folder.put('file', 'x')}/store`, PATH };
    const { code, out } = await runCommand(register, ['doctor', '--offline'], { env });
    expect(out).toMatch(/missing +store .*cannot be written/);
    expect(out).toContain('→ export DISKBIOS_STORE=');
    expect(out).toMatch(/cannot build images yet; missing: store/);
    expect(code).toBe(3);
  });

  it('is coloured only on a terminal that wants it', () => {
    const findings: Finding[] = [{ name: 'xz', level: 'ok', text: 'There.' }];
    expect(findingsText(findings, { colour: true, outIsTty: false })).not.toContain('\u001b');
    expect(findingsText(findings, { colour: true, outIsTty: true })).toContain('\u001b[32mok');
  });
});
