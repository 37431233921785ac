import { describe, expect, test } from 'vitest';
import {
  candidatesIn,
  chooseImage,
  configOf,
  dockerImages,
  filesOf,
  isIndex,
  isWrong,
} from '../../../../../src/base/oci/image.ts';
import { layoutFiles } from '../../../../../src/base/oci/layout.ts';
import { startOf } from '../../../../../src/base/oci/start.ts';
import {
  opaqueName,
  unescapeName,
  whiteoutName,
  whiteoutsOf,
} from '../../../../../src/base/oci/whiteouts.ts';
import { opaqueIn } from '../../../../../src/pe/lib/systems/oci/opaque.ts';
import {
  challengeIn,
  parseReference,
  templateNameOf,
  tokenUrl,
} from '../../../../../src/pe/lib/systems/oci/reference.ts';

const hex = (digit: string): string => digit.repeat(64);
const digest = (digit: string): string => `sha256:${hex(digit)}`;

function wrong(value: object): string {
  expect(isWrong(value), JSON.stringify(value)).toBe(true);
  return isWrong(value) ? value.wrong : '';
}

describe('whiteouts', () => {
  test('hide a name, or all that was in a folder', () => {
    expect(
      whiteoutsOf(['etc/', './etc/.wh.passwd', 'opt/x/.wh..wh..opq', '.wh.top', '.wh..wh..opq', 'etc/hosts']),
    ).toEqual({ remove: ['etc/passwd', 'top'], empty: ['opt/x', '.'], refused: [] });
  });

  test.each(['../.wh.x', 'a/../../.wh.x', 'a/.wh...', 'a/.wh..', '.wh.'])('%s is refused', (name) => {
    expect(whiteoutsOf([name])).toEqual({ remove: [], empty: [], refused: [name] });
  });

  test("aufs' own files are nobody's", () => {
    expect(whiteoutsOf(['.wh..wh.plnk/1', '.wh..wh.aufs', '.wh..wh.orph'])).toMatchObject({
      ...{ remove: [], empty: [], refused: [] },
    });
  });

  test('the other way round', () => {
    expect(whiteoutName('etc/passwd')).toBe('etc/.wh.passwd');
    expect(whiteoutName('top')).toBe('.wh.top');
    expect(whiteoutsOf([whiteoutName('a/b'), opaqueName('c/d')])).toMatchObject({
      ...{ remove: ['a/b'], empty: ['c/d'] },
    });
  });

  test("names are as tar's escapes say", () => {
    expect(unescapeName('a\\nb\\\\c\\ d\\033e')).toBe('a\nb\\c d\u001be');
    expect(unescapeName('naïve')).toBe('naïve');
  });

  test("overlay's mark is found in tar's list", () => {
    const listing = [
      'drwxr-xr-x* 0/0               0 2026-02-14 09:30 ./opt/x y/',
      '  x: 1 user.note',
      '  x: 1 trusted.overlay.opaque',
      'drwxr-xr-x 0/0               0 2026-02-14 09:30 ./etc/',
      'drwxr-xr-x* root/root        0 2026-02-14 09:30 ./a\\nb/',
      '  x: 1 trusted.overlay.opaque',
    ];
    expect(opaqueIn(listing.join('\n'))).toEqual(['opt/x y', 'a\nb']);
  });
});

describe('the index of a layout', () => {
  const image = (name: string, architecture: string, digit: string, os = 'linux') => ({
    ...{ digest: digest(digit), size: 7, platform: { architecture, os } },
    annotations: { 'org.opencontainers.image.ref.name': name },
  });

  test('offers what is for this processor', () => {
    const found = candidatesIn(
      {
        manifests: [
          image('a', 'amd64', '1'),
          image('a', 'arm64', '2'),
          image('a', 'unknown', '3', 'unknown'),
        ],
      },
      'amd64',
    );
    expect(found).toEqual([
      { name: 'a', manifest: { path: `blobs/sha256/${hex('1')}`, sha256: hex('1'), size: 7 } },
    ]);
  });

  test('says what else it is for', () => {
    const index = { manifests: [image('a', 'arm64', '1'), image('a', 'amd64', '2', 'windows')] };
    expect(wrong(candidatesIn(index, 'amd64'))).toBe(
      'it holds no image for linux/amd64, only for linux/arm64, windows/amd64',
    );
    expect(wrong(candidatesIn({}, 'amd64'))).toBe('it holds no image for linux/amd64');
  });

  test.each([
    'sha256:../../etc/passwd',
    `sha512:${'0'.repeat(128)}`,
    `sha256:${'A'.repeat(64)}`,
    '',
    undefined,
  ])('the digest %s is refused', (bad) => {
    expect(wrong(candidatesIn({ manifests: [{ digest: bad }] }, 'amd64'))).toContain('is no SHA-256 digest');
  });

  test('one of several is named, the only one is not', () => {
    const found = candidatesIn(
      { manifests: [image('web:1', 'amd64', '1'), image('web:2', 'amd64', '2')] },
      'amd64',
    );
    if (isWrong(found)) throw new Error(found.wrong);
    expect(chooseImage(found, '2')).toBe(found[1]);
    expect(chooseImage(found, 'web:1')).toBe(found[0]);
    expect(wrong(chooseImage(found, undefined))).toBe(
      'it holds 2 images, web:1, web:2: say which with --tag',
    );
    expect(wrong(chooseImage(found, '3'))).toBe('it holds no image 3, only web:1, web:2');
    expect(chooseImage(found.slice(0, 1), undefined)).toBe(found[0]);
  });

  test('the same image under two names is one', () => {
    const found = candidatesIn({ manifests: [image('1', 'amd64', '1'), image('2', 'amd64', '1')] }, 'amd64');
    if (isWrong(found)) throw new Error(found.wrong);
    expect(chooseImage(found, undefined)).toBe(found[0]);
  });
});

describe('a manifest', () => {
  const layer = (mediaType: string) => ({ mediaType, digest: digest('2'), size: 9 });
  const config = { digest: digest('1'), size: 5 };

  test('names its config and layers', () => {
    const json = { config, layers: [layer('application/vnd.oci.image.layer.v1.tar+gzip')] };
    expect(isIndex(json)).toBe(false);
    expect(filesOf(json)).toEqual({
      config: { path: `blobs/sha256/${hex('1')}`, sha256: hex('1'), size: 5 },
      layers: [{ path: `blobs/sha256/${hex('2')}`, sha256: hex('2'), size: 9 }],
    });
  });

  test('that is for something else is refused', () => {
    expect(wrong(filesOf({ config, layers: [layer('application/vnd.wasm.content+wasm')] }))).toContain(
      'no archive of files',
    );
    expect(
      wrong(filesOf({ config, layers: [layer('application/vnd.oci.image.layer.v1.tar+encrypted')] })),
    ).toContain('encrypted');
    expect(wrong(filesOf({ config: {}, layers: [] }))).toBe('null is no SHA-256 digest');
    expect(wrong(filesOf([]))).toBe('its manifest is none');
  });

  test('of docker save stays inside', () => {
    const json = (config: string, layers: string[]): string =>
      JSON.stringify([{ Config: config, RepoTags: ['web:1'], Layers: layers }]);
    expect(dockerImages(json('c.json', ['l/layer.tar']))).toEqual([
      {
        names: ['web:1'],
        files: {
          config: { path: 'c.json', sha256: undefined, size: undefined },
          layers: [{ path: 'l/layer.tar', sha256: undefined, size: undefined }],
        },
      },
    ]);
    for (const path of ['../x', '/etc/shadow', 'a//b', ''])
      expect(wrong(dockerImages(json('c.json', [path])))).toBe(
        `its manifest.json names ${JSON.stringify(path)}`,
      );
    expect(wrong(dockerImages('{}'))).toBe('its manifest.json is none');
  });
});

describe('the configuration of an image', () => {
  const json = {
    ...{ architecture: 'amd64', os: 'linux', rootfs: { diff_ids: [digest('a')] } },
    config: {
      ...{ Entrypoint: ['serve'], Cmd: ['--all'], Env: ['A=1=2', 'EMPTY=', 'bad', '9X=1'] },
      ...{ WorkingDir: '/srv', User: 'www' },
    },
  };

  test('is read', () => {
    expect(configOf(json, 'amd64')).toEqual({
      ...{ command: ['serve', '--all'], env: { A: '1=2', EMPTY: '' } },
      ...{ folder: '/srv', user: 'www', layers: [hex('a')] },
    });
  });

  test('for another machine, or without digests, is refused', () => {
    expect(wrong(configOf(json, 'arm64'))).toBe('it is for linux/amd64, and this machine is linux/arm64');
    expect(wrong(configOf({ rootfs: { diff_ids: ['md5:1'] } }, 'amd64'))).toContain('digests of its layers');
    expect(wrong(configOf({}, 'amd64'))).toContain('digests of its layers');
  });

  const start = (over: object, ...programs: string[]) =>
    startOf(
      { ...{ command: ['serve', '-p', '80'], env: {}, folder: '/', user: '', layers: [] }, ...over },
      (path) => programs.includes(path),
    );

  test('gives the program by its full path, as its PATH finds it', () => {
    expect(start({}, '/usr/bin/serve', '/bin/serve').init).toEqual(['/usr/bin/serve', '-p', '80']);
    expect(start({ env: { PATH: '/bin' } }, '/usr/bin/serve', '/bin/serve').init?.[0]).toBe('/bin/serve');
    expect(start({ command: ['/app/x'] }, '/app/x')).toEqual({ init: ['/app/x'], env: {}, notes: [] });
    expect(start({ command: ['./x'], folder: '/app' }, '/app/x', '/bin/sh').init).toEqual([
      ...['/bin/sh', '-c', 'cd "$0" && exec "$@"', '/app', '/app/x'],
    ]);
  });

  test('what cannot be taken over is said', () => {
    expect(start({ user: 'www' }, '/bin/serve').notes).toEqual([
      'it would run as user www; its first process is root here, inside the system',
    ]);
    expect(start({ user: '0:0' }, '/bin/serve').notes).toEqual([]);
    expect(start({ folder: '/app' }, '/bin/serve').notes).toEqual(['its program starts in /, not in /app']);
    expect(start({}).notes).toEqual([
      'its program serve is not there; give systems made from it an init: init=COMMAND',
    ]);
    expect(start({ command: [] }).notes).toEqual(['it names no program to run']);
  });
});

describe('the name of an image in a registry', () => {
  test.each([
    ['reg.example/a/b:1.2', { host: 'reg.example', repository: 'a/b', reference: '1.2' }],
    ['reg.example:5000/a', { host: 'reg.example:5000', repository: 'a', reference: 'latest' }],
    [`localhost/a@${digest('0')}`, { host: 'localhost', repository: 'a', reference: digest('0') }],
    [`reg.example/a:1@${digest('0')}`, { repository: 'a', reference: digest('0') }],
    ['http://10.0.0.1:5000/a__b/c-d', { scheme: 'http', repository: 'a__b/c-d' }],
    ['[::1]:5000/a', { scheme: 'https', host: '[::1]:5000' }],
  ])('%s', (text, parts) => {
    expect(parseReference(text)).toMatchObject(parts);
  });

  test.each([
    ['debian', 'is no image in a registry'],
    ['library/debian', 'does not say in which registry'],
    ['reg.example/A', 'has a name that no image can have'],
    ['reg.example/../a', 'has a name that no image can have'],
    ['reg.example/a b', 'has a name that no image can have'],
    ['reg.example/a@sha256:12', 'has a name that no image can have'],
    ['reg.example/', 'is no image in a registry'],
    ['reg .example/a', 'is no image in a registry'],
    ['user@reg.example/a', 'is no image in a registry'],
  ])('%s is refused', (text, problem) => {
    const parsed = parseReference(text);
    expect('wrong' in parsed ? parsed.wrong : parsed).toContain(problem);
  });

  test('offers a name for the template', () => {
    expect(templateNameOf('reg.example:5000/group/My_Image:1.2')).toBe('my-image');
    expect(templateNameOf(`reg.example/alpine@${digest('0')}`)).toBe('alpine');
  });

  test("a registry's wish for a token is followed", () => {
    const headers =
      'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm="https://auth.example/token",service="reg",scope="repository:a:pull,push"\r\n';
    const challenge = challengeIn(headers);
    expect(challenge).toEqual({
      ...{ realm: 'https://auth.example/token', service: 'reg', scope: 'repository:a:pull,push' },
    });
    if (challenge === undefined) return;
    expect(tokenUrl(challenge, 'a')).toBe(
      'https://auth.example/token?service=reg&scope=repository%3Aa%3Apull%2Cpush',
    );
    expect(tokenUrl({ realm: 'https://x/t?a=1', service: undefined, scope: undefined }, 'b/c')).toBe(
      'https://x/t?a=1&scope=repository%3Ab%2Fc%3Apull',
    );
  });

  test('other wishes are none', () => {
    expect(challengeIn('WWW-Authenticate: Basic realm="x"')).toBeUndefined();
    expect(challengeIn('WWW-Authenticate: Bearer realm="file:///etc/passwd"')).toBeUndefined();
    expect(challengeIn('')).toBeUndefined();
  });
});

test('a layout that is written can be read', () => {
  const files = layoutFiles({
    ...{ name: 'web', architecture: 'amd64', init: ['/sbin/init'], env: { A: '1' }, made: 0 },
    layers: [{ sha256: hex('1'), size: 10, archive: hex('2') }],
  });
  expect(JSON.parse(files.layout)).toEqual({ imageLayoutVersion: '1.0.0' });
  expect(chooseImage(candidatesIn(JSON.parse(files.index(hex('3'), 9)), 'amd64') as [], 'web')).toMatchObject(
    {
      ...{ name: 'web', manifest: { sha256: hex('3'), size: 9 } },
    },
  );
  expect(filesOf(JSON.parse(files.manifest(hex('4'), 8)))).toMatchObject({
    ...{ config: { sha256: hex('4'), size: 8 }, layers: [{ sha256: hex('1'), size: 10 }] },
  });
  expect(configOf(JSON.parse(files.config), 'amd64')).toEqual({
    ...{ command: ['/sbin/init'], env: { A: '1' }, folder: '/', user: '', layers: [hex('2')] },
  });
});
