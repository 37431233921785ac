import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { controlFields, type DebSpec, makeDeb } from './deb.ts';
import type { TestKey } from './openpgp.ts';

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

function write(path: string, data: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}

export function poolPath(spec: DebSpec): string {
  const version = spec.version.replace(/^\d+:/, '');
  return `pool/main/${spec.name[0]!}/${spec.name}/${spec.name}_${version}_${spec.arch ?? 'amd64'}.deb`;
}

export interface SuiteSpec {
  readonly suite: string;
  readonly key: TestKey;
  readonly date?: Date;
  /** Seconds that the Release file is good for. */
  readonly validSeconds?: number;
}

/** Writes one suite of a package archive below `dir`, as a mirror serves it, with its packages in `pool/`. */
export function writeSuite(dir: string, packages: readonly DebSpec[], spec: SuiteSpec): void {
  const stanzas = packages.map((item) => {
    const deb = makeDeb(item);
    const path = poolPath(item);
    write(join(dir, path), deb);
    return `${controlFields(item)}Filename: ${path}\nSize: ${deb.length}\nSHA256: ${sha256(deb)}\n`;
  });
  const list = Buffer.from(stanzas.join('\n'));
  const files: [string, Buffer][] = [
    ['main/binary-amd64/Packages', list],
    ['main/binary-amd64/Packages.gz', gzipSync(list)],
  ];
  const suiteDir = join(dir, 'dists', spec.suite);
  for (const [path, data] of files) write(join(suiteDir, path), data);
  const date = spec.date ?? new Date(Date.now() - 3_600_000);
  const release = [
    'Origin: Debian',
    `Suite: ${spec.suite}`,
    `Codename: ${spec.suite}`,
    `Date: ${date.toUTCString().replace('GMT', 'UTC')}`,
    ...(spec.validSeconds === undefined
      ? []
      : [
          `Valid-Until: ${new Date(date.getTime() + spec.validSeconds * 1000).toUTCString().replace('GMT', 'UTC')}`,
        ]),
    'Architectures: amd64',
    'Components: main',
    'SHA256:',
    ...files.map(([path, data]) => ` ${sha256(data)} ${data.length} ${path}`),
  ].join('\n');
  write(join(suiteDir, 'InRelease'), spec.key.clearsign(release));
}

/** Takes a package's file away, as mirrors do when a newer version is there. */
export function removeFromPool(dir: string, spec: DebSpec): void {
  rmSync(join(dir, poolPath(spec)));
}
