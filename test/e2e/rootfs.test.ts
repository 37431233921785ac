import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkEvent } from '../../src/base/events.ts';
import { preparePlan } from '../../src/build/build.ts';
import { downloads } from '../../src/build/downloads.ts';
import { execute } from '../../src/build/execute.ts';
import { findMirrors } from '../../src/debian/mirror.ts';
import { parseStanzas } from '../../src/formats/control-file.ts';
import { parseElf } from '../../src/formats/elf.ts';
import { readLdCache } from '../../src/formats/ld-cache.ts';
import type { StepNode } from '../../src/plan/types.ts';
import { loadRecipe } from '../../src/recipe/load.ts';
import { appletNames } from '../../src/rootfs/busybox-links.ts';
import { storeDir } from '../../src/store/paths.ts';
import { openStore } from '../../src/store/store.ts';
import { findProgram, run } from '../../src/sys/run.ts';
import { toolArgv } from '../../src/sys/tools.ts';

const dir = mkdtempSync(join(tmpdir(), 'rootfs-'));
const root = join(dir, 'root');
const events: WorkEvent[] = [];

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function nodeOf(targets: readonly StepNode[], kind: string): StepNode {
  const below = (node: StepNode): StepNode[] => [node, ...Object.values(node.inputs).flatMap(below)];
  const found = targets.flatMap(below).find((node) => node.kind.name === kind);
  if (found?.tools === undefined) throw new Error(`the plan has no ${kind}`);
  return found;
}

/** A recipe of its own, so that no lock is written beside the recipes of the repository. */
const recipeText = `name: rootfs-test
extends: cloud
pe:
  packages: [iptables, dnsmasq-base, ca-certificates, openssl]
  # Matches nothing: it makes the layer another one in each run, since a stored one would not warn again.
  exclude: [no/such/path-${process.pid}-${Date.now()}]
`;

beforeAll(async () => {
  writeFileSync(join(dir, 'rootfs-test.yaml'), recipeText);
  const { recipe } = await loadRecipe(join(dir, 'rootfs-test.yaml'));
  const store = openStore(storeDir(process.env));
  const { signal } = new AbortController();
  const options = { store, env: process.env, signal, monitor: (event: WorkEvent) => void events.push(event) };
  const plan = await preparePlan(recipe, options);
  const layer = nodeOf(
    plan.targets.map(({ node }) => node),
    'packages-layer',
  );
  const fetching = downloads(store, () => findMirrors(recipe, { env: process.env }), signal, options.monitor);
  const wanted = [layer, layer.tools as StepNode];
  const [packed, tools] = await execute(wanted, { ...options, recipe: recipe.name, ...fetching });
  if (packed === undefined || tools === undefined) throw new Error('nothing was built');
  const image = packed.file('layer.squashfs');
  await run(toolArgv(tools.dir, 'usr/bin/unsquashfs', ['-q', '-n', '-no-xattrs', '-d', root, image]));
});

const at = (path: string): string => join(root, path);

test("no shipped recipe's package warns that its set-up is lost", () => {
  const warned = events.flatMap((event) => (event.type === 'warning' ? [event.diagnostic.message] : []));
  expect(warned).toEqual([]);
});

test("every program's loader and libraries are there, and the cache leads to them", () => {
  const cache = readLdCache(readFileSync(at('etc/ld.so.cache')));
  const found = new Map(cache.entries.map(({ soname, path }) => [soname, path]));
  for (const path of found.values()) expect(existsSync(realpathSync(at(path))), path).toBe(true);
  for (const program of [
    'usr/bin/lxc-start',
    'usr/bin/qjs',
    'usr/sbin/dropbear',
    'usr/sbin/xtables-nft-multi',
  ]) {
    const elf = parseElf(readFileSync(at(program)));
    expect(existsSync(at(elf?.interpreter ?? 'none')), program).toBe(true);
    for (const name of elf?.needed ?? []) expect(found.has(name), `${program} needs ${name}`).toBe(true);
  }
});

test.skipIf(findProgram('ldconfig') === undefined)(
  'the real ldconfig finds the same libraries (skipped without glibc)',
  async () => {
    const names = async (file: string): Promise<string[]> => {
      const { stdout } = await run([findProgram('ldconfig') ?? '', '-p', '-C', file]);
      return [...stdout.matchAll(/^\s+(\S+) \(/gm)].map(([, name]) => name ?? '').sort();
    };
    const ours = await names(at('etc/ld.so.cache'));
    await run([findProgram('ldconfig') ?? '', '-r', root, '-X', '-C', '/var/cache/theirs']);
    expect(ours).toEqual(await names(at('var/cache/theirs')));
  },
);

test('the applets read from the binary are those that busybox names itself, and commands of packages stay', async () => {
  const { stdout } = await run([at('usr/bin/busybox'), '--list']);
  expect(appletNames(readFileSync(at('usr/bin/busybox')))).toEqual(stdout.trim().split('\n').sort());
  expect(lstatSync(at('usr/sbin/init')).isSymbolicLink()).toBe(true);
  expect(parseElf(readFileSync(at('usr/bin/ip')))?.needed.length).toBeGreaterThan(0);
});

test('iptables is chosen as update-alternatives would', () => {
  expect(readlinkSync(at('usr/sbin/iptables'))).toBe('/etc/alternatives/iptables');
  expect(readlinkSync(at('etc/alternatives/iptables'))).toBe('/usr/sbin/iptables-nft');
  expect(existsSync(at('usr/sbin/iptables-nft'))).toBe(true);
});

test('accounts of packages exist, without passwords', () => {
  expect(readFileSync(at('etc/passwd'), 'utf8')).toMatch(/^dnsmasq:x:\d+:65534:/m);
  const shadow = readFileSync(at('etc/shadow'), 'utf8').trim().split('\n');
  expect(shadow.every((line) => line.split(':')[1] === '*')).toBe(true);
  expect(lstatSync(at('etc/shadow')).mode & 0o777).toBe(0o640);
});

test('dpkg knows every package, and what it says of files holds', async () => {
  const stanzas = parseStanzas(readFileSync(at('var/lib/dpkg/status'), 'utf8'));
  expect(stanzas.map((one) => one.get('Package'))).toEqual(
    expect.arrayContaining(['lxc', 'libc6', 'busybox-static']),
  );
  const dpkg = findProgram('dpkg-query');
  if (dpkg === undefined) return;
  const { stdout } = await run([dpkg, `--admindir=${at('var/lib/dpkg')}`, '-S', '/usr/bin/lxc-start']);
  expect(stdout).toBe('lxc: /usr/bin/lxc-start\n');
});

test('the CA bundle holds as many certificates as hash links lead to', () => {
  const bundle = readFileSync(at('etc/ssl/certs/ca-certificates.crt'), 'latin1');
  const count = bundle.match(/BEGIN CERTIFICATE/g)?.length ?? 0;
  expect(count).toBeGreaterThan(100);
  const links = readdirSync(at('etc/ssl/certs')).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
  expect(links).toHaveLength(count);
});
