import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { create, list, type ReadEntry } from 'tar';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { folderMarker } from '../../src/base/folder-medium.ts';
import { packageRoot } from '../../src/base/package-root.ts';
import { findProgram, run } from '../../src/sys/run.ts';
import { sha256Of } from '../helpers/builder.ts';
import { asPlainUser, type Ended, giveToPlainUser } from '../helpers/plain-user.ts';

const { dir, cache, recipes, images } = inject('fixture');
const out = join(dir, 'roots');
const cli = join(packageRoot(), 'dist', 'diskbios.js');
const env = { HOME: dir, XDG_CACHE_HOME: cache };

const diskbios = (...args: string[]): Promise<Ended> =>
  asPlainUser([process.execPath, cli, ...args], { cwd: dir, env });

async function build(recipe: string, to: string, ...more: string[]): Promise<void> {
  mkdirSync(to, { recursive: true });
  giveToPlainUser(to);
  const { code, err } = await diskbios('build', join(recipes, `${recipe}.yaml`), '-o', to, ...more);
  expect(code, err).toBe(0);
}

/**
 * Podman where there is one: by root with its files in the test's folder and control groups of the one kind that its runtime knows,
 * else as the user.
 */
async function podman(...args: string[]): Promise<string> {
  if (process.getuid?.() !== 0) return plain('podman', ...args);
  const own = `--root=${join(out, 'podman')} --runroot=${join(out, 'podman-run')} --storage-driver=vfs`;
  const script = `umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup || mount -t tmpfs none /sys/fs/cgroup
    exec podman ${own} --cgroup-manager=cgroupfs "$@"`;
  return (await run(['unshare', '--mount', 'sh', '-c', script, 'podman', ...args])).stdout;
}

/** Why Podman cannot run here; `undefined`: it can. */
async function podmanProblem(): Promise<string | undefined> {
  if (findProgram('podman') === undefined) return ' (podman is not on this machine)';
  if (process.getuid?.() === 0) return undefined;
  const { code, err } = await asPlainUser(['podman', 'unshare', 'true'], { env: { HOME: dir } });
  return code === 0 ? undefined : ` (podman cannot run here: ${err.trim().split('\n').at(-1) ?? ''})`;
}

const noPodman = await podmanProblem();

/** Runs a program as the plain user; its output. */
async function plain(...argv: string[]): Promise<string> {
  const { code, out: said, err } = await asPlainUser(argv, { cwd: out, env: { HOME: dir } });
  expect(code, `${argv.join(' ')}: ${err}`).toBe(0);
  return said;
}

/** Runs a command in a root: in a user namespace where that may be, else as root, who runs the tests then. */
async function inside(root: string, command: string): Promise<string> {
  const namespace = ['unshare', '--map-root-user'];
  const isAllowed = (await asPlainUser([...namespace, 'true'])).code === 0;
  const shell = ['/bin/sh', '-c', command];
  if (isAllowed) return plain(...namespace, `--root=${root}`, ...shell);
  return (await run(['chroot', root, ...shell])).stdout;
}

interface Listed {
  readonly type: string;
  readonly mode: number;
  readonly owner: string;
  readonly size: number;
  readonly link: string;
}

/** What is in an archive, by path; how it is packed is found out. */
async function listing(file: string): Promise<Map<string, Listed>> {
  const found = new Map<string, Listed>();
  const onReadEntry = (entry: ReadEntry): void => {
    const { type, mode = 0, uid = 0, gid = 0, size, linkpath = '' } = entry;
    const item = { type, mode, owner: `${uid}:${gid}`, size, link: linkpath };
    found.set(entry.path.replace(/\/$/, ''), item);
    entry.resume();
  };
  await list({ file, onReadEntry });
  return found;
}

/** An archive as a plain tar. */
async function unpacked(file: string): Promise<string> {
  const to = join(out, `plain-${file.split('/').at(-1) ?? ''}.tar`);
  const argv = file.endsWith('.zst')
    ? ['zstd', '-q', '-d', '-f', '-o', to, file]
    : ['sh', '-c', `gzip -dc "$1" >"$2"`, '', file, to];
  await run(argv);
  return to;
}

beforeAll(async () => {
  // A root of somebody else's, of which an archive is made again.
  const root = join(dir, 'tiny');
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'bin', 'sh'), '#!/bin/false\n', { mode: 0o755 });
  writeFileSync(join(root, 'etc', 'wsl.conf'), '[user]\ndefault = somebody\n');
  await create({ cwd: root, file: join(recipes, 'tiny.tar'), portable: true }, ['bin', 'etc']);
  const lines = [
    'name: roots',
    'extends: minimal',
    'templates: { tiny: { tar: ./tiny.tar, version: "3" } }',
    'systems: { shop: { template: tiny, kind: app } }',
    'media:',
    '  oci: { of: template tiny, form: folder, compress: zstd, name: localhost/shop, command: [/bin/sh, -l] }',
    '  tar: { of: system shop, compress: none }',
    '  wsl: { of: template tiny }',
    '  folder: {}',
  ];
  writeFileSync(join(recipes, 'roots.yaml'), `${lines.join('\n')}\n`);
  copyFileSync(join(recipes, 'minimal.lock.json'), join(recipes, 'roots.lock.json'));
  for (const name of ['tiny.tar', 'roots.yaml', 'roots.lock.json']) giveToPlainUser(join(recipes, name));
  await build('minimal', out, '--medium', 'oci,tar,wsl');
  await build('roots', out, '--medium', 'oci,tar,wsl,folder');
  await build('cloud', out, '--medium', 'folder');
});

describe('the container image', () => {
  const archive = join(out, 'minimal.oci.tar');

  test('is an OCI archive and one of Docker’s at once, with the same layers', async () => {
    const manifest = async (as: string): Promise<{ Layers: string[]; Labels: Record<string, string> }> =>
      JSON.parse(await plain('skopeo', 'inspect', `${as}:${archive}`)) as never;
    const oci = await manifest('oci-archive');
    expect(oci.Labels['org.opencontainers.image.title']).toBe('minimal');
    expect(oci.Layers).toHaveLength(2);
    const docker = await plain(
      'skopeo',
      'inspect',
      '--config',
      `docker-archive:${archive}:localhost/minimal:0.1.0`,
    );
    const config = await plain('skopeo', 'inspect', '--config', `oci-archive:${archive}:0.1.0`);
    expect(docker).toBe(config);
    await plain('skopeo', 'copy', '-q', `docker-archive:${archive}`, `dir:${join(out, 'from-docker')}`);
  });

  test('is unpacked by umoci without root, and its programs run there', async () => {
    const layout = join(out, 'layout');
    await plain('skopeo', 'copy', '-q', `oci-archive:${archive}`, `oci:${layout}:box`);
    const bundle = join(out, 'bundle');
    await plain('umoci', 'unpack', '--rootless', '--image', `${layout}:box`, bundle);
    const root = join(bundle, 'rootfs');
    expect(existsSync(join(root, 'usr', 'lib', 'modules'))).toBe(false);
    const { process: started } = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as {
      process: { args: string[] };
    };
    expect(started.args).toEqual(['/bin/sh']);
    expect(await inside(root, 'systemx --help')).toContain('Usage: systemx');
  });

  // Podman is large and asks much of a machine: it is no part of the set-up, so this is a test only where it is there.
  if (noPodman === undefined)
    test('runs in Podman', async () => {
      await podman('load', '-i', archive);
      const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'];
      const command = ['localhost/minimal:0.1.0', '/bin/sh', '-c', 'systemx --help'];
      const said = await podman('run', '--rm', '--network=none', '--cgroups=disabled', ...limits, ...command);
      expect(said).toContain('Usage: systemx');
    });
  else console.info(`not tried here: the image in Podman${noPodman}`);

  test('of a template is a layout in a folder', async () => {
    const image = `oci:${join(out, 'roots.oci')}:0.1.0`;
    const config = JSON.parse(await plain('skopeo', 'inspect', '--config', image)) as {
      config: { Cmd: string[] };
    };
    expect(config.config.Cmd).toEqual(['/bin/sh', '-l']);
    const raw = JSON.parse(await plain('skopeo', 'inspect', '--raw', image)) as {
      layers: { mediaType: string }[];
    };
    expect(raw.layers.map(({ mediaType }) => mediaType)).toEqual([
      'application/vnd.oci.image.layer.v1.tar+zstd',
    ]);
  });
});

describe('the archives', () => {
  test('hold what the layers hold, with its owners', async () => {
    const found = await listing(await unpacked(join(out, 'minimal.tar.zst')));
    const { code, out: said } = await diskbios('inspect', join(images, 'minimal.iso'), '--json');
    expect(code).toBe(0);
    const { manifest } = JSON.parse(said) as {
      manifest: { files: { path: string; mode: number; size: number; type: string; layer: string }[] };
    };
    expect([...found.keys()].sort()).toEqual([...new Set(manifest.files.map(({ path }) => path))].sort());
    // A later layer's file hides an earlier one's.
    const seen = new Map(
      [...manifest.files].sort((a, b) => (a.layer < b.layer ? -1 : 1)).map((file) => [file.path, file]),
    );
    for (const { path, mode, size, type } of seen.values()) {
      if (type === 'file') expect(found.get(path), path).toMatchObject({ mode, size });
    }
    expect(found.get('etc/shadow')?.owner).toBe('0:42');
    expect([...found.keys()].some((path) => path.startsWith('usr/lib/modules/'))).toBe(true);
  });

  test('for WSL have its two files, and leave alone those that the root brings', async () => {
    const found = await listing(await unpacked(join(out, 'minimal.wsl')));
    const conf = { type: 'File', mode: 0o644, owner: '0:0' };
    expect(found.get('etc/wsl.conf')).toMatchObject(conf);
    expect(found.get('etc/wsl-distribution.conf')).toMatchObject(conf);
    const own = await unpacked(join(out, 'roots.wsl'));
    expect(await plain('tar', 'xOf', own, 'etc/wsl.conf')).toContain('default = somebody');
    expect(await plain('tar', 'xOf', own, 'etc/wsl-distribution.conf')).toContain('defaultName = tiny');
  });

  test('and the container image are read by inspect and diff', async () => {
    const [image, wsl] = [join(out, 'minimal.oci.tar'), join(out, 'minimal.wsl')];
    const shown = await diskbios('inspect', image);
    expect(shown.out).toMatch(/name +localhost\/minimal:0\.1\.0\n(layer +sha256:.*\n){2}/);
    const { out: said } = await diskbios('diff', image, wsl, '--json');
    const { files } = JSON.parse(said) as { files: { path: string; how: string }[] };
    expect(files.map(({ path, how }) => `${how} ${path}`)).toEqual([
      'added etc/wsl-distribution.conf',
      'added etc/wsl.conf',
    ]);
  });

  test('of a system are those of its template', async () => {
    const found = await listing(join(out, 'roots.tar'));
    expect(found.get('usr/bin/sh') ?? found.get('bin/sh')).toMatchObject({ mode: 0o755 });
  });
});

test('the same recipe gives the same bytes, in every medium', async () => {
  const [first, again] = [join(dir, 'roots-first'), join(dir, 'roots-again')];
  const disks = ['usb', 'qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx', 'ova'];
  const media = ['iso', 'uki', ...disks, 'netboot', 'oci', 'tar', 'wsl'].join(',');
  await build('minimal', first, '--medium', media);
  const fresh = { ...env, DISKBIOS_STORE: join(dir, 'roots-store') };
  const blobs = join(cache, 'diskbios', 'blobs');
  mkdirSync(join(fresh.DISKBIOS_STORE, 'blobs'), { recursive: true });
  await run(['cp', '-rl', join(blobs, 'sha256'), join(fresh.DISKBIOS_STORE, 'blobs')]);
  await run(['chown', '-R', '--reference', recipes, fresh.DISKBIOS_STORE]);
  mkdirSync(again);
  giveToPlainUser(again);
  const recipe = join(recipes, 'minimal.yaml');
  const argv = ['build', recipe, '--medium', media, '-o', again, '--jobs', '1'];
  const { code, err } = await asPlainUser([process.execPath, cli, ...argv], { cwd: dir, env: fresh });
  expect(code, err).toBe(0);
  const sums = async (folder: string): Promise<string> =>
    (await run(['sh', '-c', 'cd "$1" && find . -type f -exec sha256sum {} + | sort -k 2', 'sh', folder]))
      .stdout;
  const made = await sums(first);
  for (const ending of ['iso', 'efi', 'img', 'img.bmap', ...disks.slice(1), 'oci.tar', 'tar.zst', 'wsl'])
    expect(made).toContain(`  ./minimal.${ending}\n`);
  expect(made).toContain('  ./minimal-netboot/boot.ipxe\n');
  expect(await sums(again)).toBe(made);
  rmSync(fresh.DISKBIOS_STORE, { recursive: true });
});

test.each(['erofs', 'cpio'])('a livefs as %s gives the same root', async (form) => {
  const to = join(dir, `roots-${form}`);
  await build('minimal', to, '--medium', 'wsl', '--set', `pe.livefs=${form}`);
  // But for kernel modules, since each form needs others.
  expect(sha256Of(join(to, 'minimal.wsl'))).toBe(sha256Of(join(out, 'minimal.wsl')));
});

describe('the folder', () => {
  const folder = join(out, 'cloud.folder');
  const root = join(folder, 'root');

  test('is entered without root, and holds no setuid program of its owner', async () => {
    expect(await inside(root, 'systemx --help; id -u')).toMatch(/Usage: systemx[^]*\n0\n$/);
    expect(await plain('find', root, '-perm', '/7000')).toBe('');
  });

  test('is the root of a machine, with its true owners, and what is changed in it is seen there', async () => {
    await asPlainUser(['sh', '-c', `echo changed-outside >> ${join(root, 'etc', 'motd')}`]);
    const command = [
      'grep " /run/diskbios/livefs/10-root " /proc/mounts',
      'tail -n 1 /etc/motd',
      'stat -c "%n %a %u:%g" /etc/gshadow /usr/bin/mount /etc /tmp',
      'touch /etc/written-inside',
    ].join('; ');
    const { code, out: said, err } = await diskbios('run', folder, '--ssh', '--', command);
    expect(code, err).toBe(0);
    expect(said).toMatch(/virtiofs ro,/);
    expect(said).toContain('changed-outside\n');
    expect(said).toContain('/etc/gshadow 640 0:42\n');
    expect(said).toContain('/usr/bin/mount 4755 0:0\n');
    expect(said).toContain('/etc 755 0:0\n');
    expect(said).toContain('/tmp 1777 0:0\n');
    expect(existsSync(join(root, 'etc', 'written-inside'))).toBe(false);
  });

  test('stays as it is where nothing changed, and is replaced only where diskbios made it', async () => {
    const [motd, marker] = [
      join(out, 'roots.folder', 'root', 'etc', 'motd'),
      join(out, 'roots.folder', folderMarker),
    ];
    const before = readFileSync(marker, 'utf8');
    appendFileSync(motd, 'mine\n');
    // A build that was killed had got so far.
    const left = join(out, '.roots.folder.new-4194304');
    mkdirSync(left);
    giveToPlainUser(left);
    await build('roots', out, '--medium', 'folder');
    expect(readFileSync(motd, 'utf8')).toContain('mine\n');
    await build('roots', out, '--medium', 'folder', '--set', 'version="2"');
    expect(readFileSync(marker, 'utf8')).not.toBe(before);
    expect(existsSync(left)).toBe(false);
    expect(readFileSync(motd, 'utf8')).not.toContain('mine\n');
    rmSync(marker);
    const { code, err } = await diskbios(
      'build',
      join(recipes, 'roots.yaml'),
      '--medium',
      'folder',
      '-o',
      out,
    );
    expect(code).toBe(2);
    expect(err).toContain('roots.folder is there already, and diskbios did not make it');
    expect(existsSync(motd)).toBe(true);
  });
});
