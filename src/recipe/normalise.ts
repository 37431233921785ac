import { resolve } from 'node:path';
import { settingWords, systemOf } from './carried-system.ts';
import { defaultTests } from './default-tests.ts';
import { templatePath } from './locate.ts';
import { hardwareSpec } from './normalise-hardware.ts';
import { kernelSpec } from './normalise-kernel.ts';
import { mediaSpec } from './normalise-media.ts';
import { normaliseTest, type TestSurroundings } from './normalise-tests.ts';
import type {
  RawFile,
  RawInterface,
  RawKey,
  RawRecipe,
  RawService,
  RawSystem,
  RawTemplate,
  RawUser,
} from './raw.ts';
import { permissionBits } from './rules/files.ts';
import { isSignedByDebian } from './secure-boot.ts';
import { keyFilePath, readKeyFile } from './ssh-keys.ts';
import type { BootTest } from './test-types.ts';
import { hasSerialMenu } from './tests/menu.ts';
import {
  bootMediaKinds,
  type CarriedSystemSpec,
  type PeFile,
  type PeInterface,
  type PeService,
  type PeUser,
  type Recipe,
  type SecureBoot,
  type TemplateOrigin,
  type TemplateSpec,
} from './types.ts';
import { type LocatedMap, nodeAt, type Path, valueSpan } from './yaml/located.ts';
import { placeOf } from './yaml/source.ts';

interface From {
  readonly raw: RawRecipe;
  /** Where each value was written. */
  readonly root: LocatedMap;
  readonly home: string | undefined;
}

/** Settles a recipe without mistakes: defaults that follow from other values, absolute paths, one form for each thing. */
export function normalise(file: string, from: From): Recipe {
  const { raw, root } = from;
  const { pe, boot, media } = raw;
  return deepFreeze({
    file,
    name: raw.name,
    version: raw.version,
    arch: raw.arch,
    source: packageSource(from),
    kernel: kernelSpec(from),
    hardware: hardwareSpec(from),
    pe: {
      template: templatePath(pe.template, dirAt(from, ['pe', 'template'])),
      livefs: pe.livefs,
      packages: pe.packages,
      exclude: pe.exclude,
      files: peFiles(from, ['pe', 'files'], pe.files),
      hostname: pe.hostname ?? raw.name,
      timezone: pe.timezone,
      console: { font: pe.console.font, keymap: pe.console.keymap },
      users: pe.users.map((user, n) => peUser(from, user, n)),
      sshKeys: keysAt(from, ['pe', 'ssh-keys'], pe['ssh-keys']),
      services: Object.fromEntries(
        Object.entries(pe.services).map(([name, each]) => [name, peService(each)]),
      ),
      network: { ...pe.network, interfaces: pe.network.interfaces.map(peInterface) },
    },
    paths: raw.paths,
    templates: Object.fromEntries(
      Object.entries(raw.templates).map(([name, each]) => [name, templateSpec(from, name, each)]),
    ),
    systems: Object.fromEntries(
      Object.entries(raw.systems).map(([name, each]) => [name, systemSpec(each, pe.packages)]),
    ),
    boot: {
      timeout: boot.timeout,
      default: boot.default ?? boot.entries[0]?.title ?? '',
      consoles: boot.consoles,
      quiet: boot.quiet,
      entries: boot.entries.map(({ system, console, dirs, data, ...entry }) => ({
        ...entry,
        system,
        console,
        dirs,
        data,
      })),
      memtest: boot.memtest,
      firstDisk: boot['first-disk'],
      secure: secureBoot(from),
    },
    media: mediaSpec(raw.name, media),
    tests: bootTests(from),
    place: placeIn(root),
  } satisfies Recipe);
}

/** Finds where a value was written, by its path. */
export function placeIn(root: LocatedMap): Recipe['place'] {
  return (path) =>
    placeOf(
      valueSpan(
        root,
        path.map((step) => yamlKey(root, step)),
      ),
    );
}

function secureBoot(from: From): SecureBoot {
  const { boot, kernel } = from.raw;
  const { secure } = boot;
  if (secure === 'auto') return { kind: isSignedByDebian(kernel.package ?? '') ? 'debian' : 'off' };
  if (typeof secure === 'string') return { kind: secure };
  const file = (key: 'key' | 'certificate'): string =>
    resolve(dirAt(from, ['boot', 'secure', key]), secure[key]);
  return { kind: 'own', key: file('key'), certificate: file('certificate') };
}

function certificateOf(secure: SecureBoot): string | undefined {
  return secure.kind === 'own' ? secure.certificate : undefined;
}

/** The tests, or, where there are none, the built-in one. */
function bootTests(from: From): BootTest[] {
  const { tests, media, boot } = from.raw;
  const offered = bootMediaKinds.filter((kind) => media[kind] !== undefined);
  const around: TestSurroundings = {
    media: offered,
    menuBy: hasSerialMenu(boot.consoles) ? 'serial' : 'keyboard',
    dirAt: (path) => dirAt(from, path),
    certificate: certificateOf(secureBoot(from)),
  };
  return tests.length === 0 ? defaultTests(offered) : tests.map((test, n) => normaliseTest(test, n, around));
}

/** The keys of the YAML file; where `Recipe` has another spelling, that is understood as well. */
function yamlKey(root: LocatedMap, step: string | number): string | number {
  if (typeof step === 'number' || root.entries.has(step)) return step;
  return step.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The folder that a relative path starts from: that of the file it was written in. */
export function dirAt({ root }: Pick<From, 'root'>, path: Path): string {
  return (nodeAt(root, path)?.span ?? root.span).source.dir;
}

function packageSource(from: From): Recipe['source'] {
  const { 'security-mirror': securityMirror, mirror, snapshot, repositories, ...rest } = from.raw.packages;
  return {
    ...rest,
    mirror: withoutSlash(mirror),
    securityMirror: withoutSlash(securityMirror),
    snapshot: withoutSlash(snapshot),
    repositories: repositories.map((each, n) => ({
      ...each,
      url: withoutSlash(each.url) ?? '',
      key: resolve(dirAt(from, ['packages', 'repositories', n, 'key']), each.key),
    })),
  };
}

function withoutSlash(address: string | undefined): string | undefined {
  return address?.replace(/\/+$/, '');
}

function peFiles(from: From, list: Path, files: readonly RawFile[]): PeFile[] {
  return files.map((each, n) => peFile(from, [...list, n], each));
}

function peFile(from: From, at: Path, file: RawFile): PeFile {
  const { path, source, content, link, uid, gid } = file;
  const mode = nodeAt(from.root, [...at, 'mode']);
  return {
    path,
    from:
      source !== undefined
        ? { kind: 'source', source: resolve(dirAt(from, [...at, 'source']), source) }
        : link !== undefined
          ? { kind: 'link', target: link }
          : { kind: 'content', content: content ?? '' },
    mode: mode?.kind === 'scalar' ? permissionBits(mode.written) : undefined,
    uid,
    gid,
  };
}

function templateSpec(from: From, name: string, raw: RawTemplate): TemplateSpec {
  const at = ['templates', name];
  const path = (key: 'oci' | 'tar'): string => resolve(dirAt(from, [...at, key]), raw[key] ?? '');
  const origin: TemplateOrigin =
    raw.debian !== undefined
      ? {
          ...{ kind: 'debian', suite: raw.debian, packages: raw.packages },
          ...{ exclude: raw.exclude, scripts: raw.scripts },
        }
      : raw.oci !== undefined
        ? { kind: 'oci', path: path('oci'), tag: raw.tag }
        : { kind: 'tar', path: path('tar'), strip: raw.strip };
  return { version: raw.version, from: origin, files: peFiles(from, [...at, 'files'], raw.files) };
}

function systemSpec(raw: RawSystem, packages: readonly string[]): CarriedSystemSpec {
  const { template, kind } = raw;
  const { system } = systemOf(raw, packages);
  const settings = settingWords(raw).map(({ word }) => word);
  const { autostart, engine } = system;
  return { template, kind, settings, system: { autostart, engine } };
}

const firstUid = 1000;

function peUser(from: From, user: RawUser, n: number): PeUser {
  const isRoot = user.name === 'root';
  return {
    name: user.name,
    uid: user.uid ?? (isRoot ? 0 : freeUid(from.raw.pe.users, n)),
    groups: user.groups,
    home: user.home ?? (isRoot ? '/root' : `/home/${user.name}`),
    shell: user.shell,
    passwordHash: user['password-hash'],
    sshKeys: keysAt(from, ['pe', 'users', n, 'ssh-keys'], user['ssh-keys']),
  };
}

/** The n-th user's id: users without one take the free ids from 1000 on, in order. */
function freeUid(users: readonly RawUser[], n: number): number {
  const taken = new Set(users.map((user) => user.uid));
  let uid = firstUid - 1;
  const without = users.slice(0, n + 1).filter((user) => user.uid === undefined && user.name !== 'root');
  for (let left = without.length; left > 0; left -= 1) {
    do uid += 1;
    while (taken.has(uid));
  }
  return uid;
}

function keysAt(from: From, path: Path, keys: readonly RawKey[]): string[] {
  const all = keys.flatMap((key, n) => {
    if (typeof key === 'string') return [key.trim()];
    return readKeyFile(keyFilePath(key.file, dirAt(from, [...path, n, 'file']), from.home)) ?? [];
  });
  return [...new Set(all)];
}

function peService(service: RawService): PeService {
  return { ...service, run: typeof service.run === 'string' ? service.run.trim().split(/\s+/) : service.run };
}

function peInterface({ match, ipv4, ipv6 }: RawInterface): PeInterface {
  return {
    match,
    ipv4: typeof ipv4 === 'string' ? ipv4 : { address: ipv4.address, gateway: ipv4.gateway },
    ipv6: typeof ipv6 === 'string' ? ipv6 : { address: ipv6.address, gateway: ipv6.gateway },
  };
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
