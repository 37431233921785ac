import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Diagnostic, UserError } from '../../../src/base/errors.ts';
import { readBuffer } from '../../../src/formats/read-at.ts';
import { indexTar } from '../../../src/formats/tar-index.ts';
import { headerBytes, padding, tarTrailer } from '../../../src/formats/tar-write.ts';
import type { Entry } from '../../../src/formats/tree.ts';
import type { StepContext, StepNode } from '../../../src/plan/types.ts';
import type { TemplateSpec } from '../../../src/recipe/types.ts';
import { templateRootNode } from '../../../src/steps/template.ts';
import { type RootFacts, rootFiles } from '../../../src/steps/templates/root.ts';
import { run } from '../../../src/sys/run.ts';

const epoch = 1_700_000_000;
let dir: string;
let warnings: Diagnostic[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'template-'));
  warnings = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const common = { mode: 0o755, uid: 0, gid: 0, mtime: 5, origin: 'test' } as const;
const text = (path: string, content: string, over: Partial<Entry> = {}): Entry =>
  ({
    ...{ ...common, path, type: 'file', size: content.length, content: { bytes: Buffer.from(content) } },
    ...over,
  }) as Entry;

function tar(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap((entry) => [
    headerBytes(entry),
    entry.type === 'file' && 'bytes' in entry.content ? Buffer.from(entry.content.bytes) : Buffer.alloc(0),
    padding(entry.type === 'file' ? entry.size : 0),
  ]);
  return Buffer.concat([...parts, tarTrailer()]);
}

interface Made {
  readonly entries: readonly Entry[];
  readonly facts: RootFacts;
}

/** Runs the step as a build does; the archive's programs are this machine's. */
async function make(from: TemplateSpec['from'], files: TemplateSpec['files'] = []): Promise<Made> {
  const tools = { id: 'tools' } as StepNode;
  const template: TemplateSpec = { version: undefined, from, files };
  const recipe = { arch: 'amd64', templates: { box: template } } as const;
  const node = templateRootNode(recipe, {}, 'box', { tools, epoch });
  const [out, scratch] = ['out', 'scratch'].map((name) => join(dir, name)) as [string, string];
  for (const folder of [out, scratch]) mkdirSync(folder, { recursive: true });
  const context = {
    ...{ id: node.id, inputs: {}, files: node.files, out, scratch, epoch },
    signal: new AbortController().signal,
    warn: (one: Diagnostic) => warnings.push(one),
    tool: (path: string, ...args: string[]) => [basename(path), ...args],
    run,
  } as unknown as StepContext;
  await node.kind.run(context, node.options);
  const bytes = readFileSync(join(out, rootFiles.tar));
  const entries = indexTar({ file: 'root.tar', read: readBuffer(bytes), origin: 'root', asWritten: true });
  return { entries, facts: JSON.parse(readFileSync(join(out, rootFiles.facts), 'utf8')) as RootFacts };
}

const lines = ({ entries }: Made): string[] =>
  entries.map((entry) => `${entry.path} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${entry.type}`);

test('an archive becomes a root with its owners, modes, links and capabilities, and the files of the recipe on it', async () => {
  const capability = { 'security.capability': Buffer.from([1, 0, 0, 2]).toString('base64') };
  const file = join(dir, 'root.tar.gz');
  const root: Entry[] = [
    { ...common, path: 'alpine', type: 'dir' },
    text('alpine/bin/busybox', 'program', { mode: 0o4755, xattrs: capability }),
    { ...common, path: 'alpine/bin/sh', type: 'hardlink', target: 'alpine/bin/busybox' },
    { ...common, path: 'alpine/dev/null', type: 'char', major: 1, minor: 3 },
    text('alpine/etc/motd', 'old', { uid: 1000, gid: 7 }),
    text('README', 'beside'),
  ];
  writeFileSync(file, gzipSync(tar(root)));
  const motd = {
    path: '/etc/motd',
    from: { kind: 'content', content: 'new' },
    mode: 0o600,
    uid: 3,
    gid: 4,
  } as const;
  const made = await make({ kind: 'tar', path: file, strip: 1 }, [motd]);
  expect(lines(made)).toEqual([
    ...['bin 755 0:0 dir', 'bin/busybox 4755 0:0 file', 'etc 755 0:0 dir', 'etc/motd 600 3:4 file'],
    // After all files, so that none comes before its own.
    'bin/sh 4755 0:0 hardlink',
  ]);
  expect(made.entries.find(({ path }) => path === 'bin/busybox')?.xattrs).toEqual(capability);
  expect(made.facts).toEqual({ source: 'tar:root.tar.gz', env: {} });
});

test('what is no root, and what is damaged, is a mistake at its place in the recipe', async () => {
  const file = join(dir, 'root.tar.gz');
  const refused = async (bytes: Buffer): Promise<Diagnostic | undefined> => {
    writeFileSync(file, bytes);
    const error = await make({ kind: 'tar', path: file, strip: 0 }).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).diagnostics[0];
  };
  const below = await refused(gzipSync(tar([text('alpine/bin/sh', 'x')])));
  expect(below).toMatchObject({ code: 'no-root', recipePath: ['templates', 'box', 'tar'] });
  expect(below?.hint).toContain('strip: 1');
  const whole = gzipSync(tar([text('bin/sh', 'x'.repeat(5000))]));
  expect((await refused(whole.subarray(0, whole.length / 2)))?.message).toContain('cannot be unpacked');
  expect((await refused(tar([text('bin/sh', 'x'.repeat(5000))]).subarray(0, 700)))?.code).toBe('bad-tar');
  expect((await refused(tar([text('../etc/passwd', 'x')])))?.code).toBe('bad-path');
});

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** An image layout with these layers, the lowest first. */
function layout(layers: readonly Buffer[], config: object): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  const blob = (bytes: Buffer): { digest: string; size: number } => {
    files[`blobs/sha256/${digest(bytes)}`] = bytes;
    return { digest: `sha256:${digest(bytes)}`, size: bytes.length };
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const packed = layers.map((layer) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    ...blob(gzipSync(layer)),
  }));
  const diffs = layers.map((layer) => `sha256:${digest(layer)}`);
  const described = {
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: diffs },
  };
  const manifest = json({ schemaVersion: 2, config: blob(json(described)), layers: packed });
  files['index.json'] = json({ schemaVersion: 2, manifests: [blob(manifest)] });
  return files;
}

const layers = [
  tar([text('bin/app', '#!', { mode: 0o755 }), text('etc/old', 'x'), text('var/a', 'x'), text('var/b', 'x')]),
  tar([text('etc/.wh.old', ''), text('var/.wh..wh..opq', ''), text('var/c', 'x'), text('etc/new', 'x')]),
];
const config = { Entrypoint: ['app'], Cmd: ['--all'], Env: ['PATH=/bin', 'A=b=c'], User: 'nobody' };
const flattened = ['bin', 'bin/app', 'etc', 'etc/new', 'var', 'var/c'];

test('an OCI image is flattened, with how its program starts', async () => {
  const folder = join(dir, 'image');
  const files = layout(layers, config);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const made = await make({ kind: 'oci', path: folder, tag: undefined });
  expect(made.entries.map(({ path }) => path)).toEqual(flattened);
  expect(made.facts).toEqual({
    ...{ source: 'oci:image', init: ['/bin/app', '--all'], env: { PATH: '/bin', A: 'b=c' } },
  });
  expect(warnings.map(({ message }) => message).join()).toContain('it would run as user nobody');

  const archive = join(dir, 'image.tar');
  writeFileSync(
    archive,
    tar(
      Object.entries(files).map(([path, bytes]) =>
        text(path, '', { size: bytes.length, content: { bytes } }),
      ),
    ),
  );
  expect(
    (await make({ kind: 'oci', path: archive, tag: undefined })).entries.map(({ path }) => path),
  ).toEqual(flattened);
});

test('a layer that is not what its digest says is refused', async () => {
  const files = layout(layers, config);
  const [name = ''] =
    Object.entries(files).find(([, bytes]) => bytes.equals(gzipSync(layers[1] as Buffer))) ?? [];
  const other = gzipSync(tar([text('bin/app', 'evil')]));
  const bytes = Buffer.concat([other, Buffer.alloc(Math.max(0, (files[name]?.length ?? 0) - other.length))]);
  const archive = join(dir, 'image.tar');
  const changed = { ...files, [name]: bytes.subarray(0, files[name]?.length) };
  writeFileSync(
    archive,
    tar(
      Object.entries(changed).map(([path, content]) =>
        text(path, '', { size: content.length, content: { bytes: content } }),
      ),
    ),
  );
  await expect(make({ kind: 'oci', path: archive, tag: undefined })).rejects.toThrow(
    /is not what its digest says|is damaged/,
  );
});
