import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LockOptions } from '../../../../src/debian/lock.ts';
import { toolsets } from '../../../../src/debian/toolsets.ts';
import type { Recipe, Repository } from '../../../../src/recipe/types.ts';
import type { DebSpec } from './deb.ts';
import { makeKey, type TestKey } from './openpgp.ts';
import { writeSuite } from './repository.ts';
import { type FileServer, serve } from './server.ts';

/** A machine, a mirror with two archives, and a person's recipe, all below one folder. */
export interface World {
  readonly dir: string;
  /** The folder that the server serves; archives are `debian` and `debian-security` in it. */
  readonly served: string;
  readonly server: FileServer;
  readonly key: TestKey;
  /** Writes the suite `trixie` of the main archive anew, with the build tools beside these packages. */
  publish(packages: readonly DebSpec[]): void;
  publishUpdates(packages: readonly DebSpec[]): void;
  publishSecurity(packages: readonly DebSpec[]): void;
  options(more?: Partial<LockOptions>): LockOptions;
  close(): Promise<void>;
}

const tools: DebSpec[] = [...new Set(Object.values(toolsets.amd64).flat())].map((name) => ({
  name,
  version: '1.0',
}));

export const kernelPackages: DebSpec[] = [
  { name: 'linux-image-amd64', version: '6.12.1-1', depends: 'linux-image-6.12.1-amd64 (= 6.12.1-1)' },
  { name: 'linux-image-6.12.1-amd64', version: '6.12.1-1', depends: 'initramfs-tools' },
  { name: 'initramfs-tools', version: '0.148', arch: 'all' },
];

export async function makeWorld(): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'diskbios test-'));
  const served = join(dir, 'served');
  mkdirSync(served);
  const server = await serve(served);
  const key = makeKey('archive');
  const keyFile = join(dir, 'archive.gpg');
  writeFileSync(keyFile, key.publicKey);
  for (const part of ['store/tmp', 'store/apt']) mkdirSync(join(dir, part), { recursive: true });
  const world: World = {
    dir,
    served,
    server,
    key,
    publish: (packages) =>
      writeSuite(join(served, 'debian'), [...tools, ...kernelPackages, ...packages], {
        suite: 'trixie',
        key,
      }),
    publishUpdates: (packages) =>
      writeSuite(join(served, 'debian'), packages, { suite: 'trixie-updates', key }),
    publishSecurity: (packages) =>
      writeSuite(join(served, 'debian-security'), packages, { suite: 'trixie-security', key }),
    options: (more = {}) => ({
      mode: 'refresh',
      aptDir: join(dir, 'store', 'apt'),
      tmpDir: join(dir, 'store', 'tmp'),
      debianKey: keyFile,
      mirrors: { explicit: `${server.address}/debian`, env: {}, aptEtc: join(dir, 'no-apt') },
      ...more,
    }),
    close: async () => {
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return world;
}

export interface RecipeParts {
  readonly packages?: readonly string[];
  readonly kernel?: string;
  readonly security?: boolean;
  readonly suite?: string;
  readonly components?: readonly string[];
  readonly repositories?: readonly Repository[];
  readonly templates?: Recipe['templates'];
}

/** A settled recipe as far as this part reads it; each place's text is its path. */
export function makeRecipe(dir: string, parts: RecipeParts = {}): Recipe {
  const file = join(dir, 'box.yaml');
  const recipe = {
    file,
    name: 'box',
    arch: 'amd64',
    source: {
      suite: parts.suite ?? 'trixie',
      components: parts.components ?? ['main'],
      mirror: undefined,
      securityMirror: undefined,
      snapshot: undefined,
      updates: false,
      security: parts.security ?? false,
      repositories: parts.repositories ?? [],
    },
    kernel: { from: { kind: 'package', package: parts.kernel ?? 'linux-image-amd64' } },
    hardware: { profiles: [], from: undefined, firmware: 'none', microcode: [], memory: undefined },
    pe: {
      console: { font: undefined, keymap: undefined },
      packages: parts.packages ?? ['hello'],
    },
    templates: parts.templates ?? {},
    place: (path: readonly (string | number)[]) => ({
      file,
      line: 1,
      column: 1,
      length: 1,
      text: path.join('.'),
    }),
  };
  return recipe as unknown as Recipe;
}
