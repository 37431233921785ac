import { copyFileSync, linkSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, MissingError } from '../../base/errors.ts';
import { type Json, sha256 } from '../../base/json.ts';
import type { LockedPackage } from '../../debian/package.ts';
import { RootLayers } from '../../formats/root-layers.ts';
import { indexTar } from '../../formats/tar-index.ts';
import { stepNode } from '../../plan/node.ts';
import type { OverlayEntry } from '../../plan/source.ts';
import type { StepContext, StepKind, StepNode } from '../../plan/types.ts';
import { plainHosts } from '../../rootfs/debian-defaults.ts';
import { excluder } from '../../rootfs/exclude.ts';
import { maker } from '../../rootfs/make.ts';
import { findProgram } from '../../sys/run.ts';
import { overlayEntry } from '../overlay-entry.ts';
import { type PackageControl, packageArtifacts, packageInputs } from '../package.ts';
import { fileReader, readAtOf } from '../read-file.ts';
import type { DebianParts } from './debian.ts';
import { writeRoot } from './root.ts';

interface Options {
  readonly arch: string;
  readonly suite: string;
  readonly exclude: readonly string[];
  readonly packages: readonly LockedPackage[];
  readonly overlay: readonly OverlayEntry[];
}

const hint = 'or set `scripts: false` of the template: then the builder finishes it, without any rights';

function program(): string {
  const found = findProgram('mmdebstrap');
  if (found !== undefined) return found;
  throw new MissingError(
    `mmdebstrap is not on this machine; it runs the scripts of a Debian template's packages (${hint})`,
    'sudo apt-get install mmdebstrap uidmap',
  );
}

/** As root in a chroot, else in a user namespace, which needs ids of its own for this user. */
function mode(): string {
  if (process.getuid?.() === 0) return 'root';
  if (findProgram('newuidmap') !== undefined) return 'unshare';
  throw new MissingError(
    `only root, or a user with ids of its own, can run the scripts of a Debian template's packages (${hint})`,
    'sudo apt-get install uidmap && sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER"',
  );
}

/** A repository of the locked packages and nothing else, in a folder. */
async function writeRepository(context: StepContext, { packages, suite, arch }: Options): Promise<string> {
  const folder = join(context.scratch, 'packages');
  await mkdir(folder);
  const controls = new Map(
    packageArtifacts(context.inputs).map(({ name, artifact }) => [
      name,
      (JSON.parse(readFileSync(artifact.file('control.json'), 'utf8')) as PackageControl).control,
    ]),
  );
  const stanzas: string[] = [];
  for (const pkg of packages) {
    const name = `${pkg.name}.deb`;
    place(await context.fetch(pkg), join(folder, name));
    stanzas.push(
      `${(controls.get(pkg.name) ?? '').trimEnd()}\nFilename: ./${name}\nSize: ${pkg.size}\nSHA256: ${pkg.sha256}\n`,
    );
  }
  const list = stanzas.join('\n');
  writeFileSync(join(folder, 'Packages'), list);
  // By the suite's name mmdebstrap finds what is essential.
  const digest = `${sha256(list)} ${Buffer.byteLength(list)} Packages`;
  const release = [
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    `Architectures: ${arch}`,
    'SHA256:',
    ` ${digest}`,
  ];
  writeFileSync(join(folder, 'Release'), `${release.join('\n')}\n`);
  return folder;
}

/** The store may lie on another disk. */
function place(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** What belongs to this build and this machine, not to the root. */
const left = [
  'etc/hostname',
  'etc/resolv.conf',
  'etc/apt/apt.conf.d/99mmdebstrap',
  'etc/apt/sources.list',
  'etc/apt/sources.list.d/0000diskbios.list',
  'var/cache/apt/**',
  'var/lib/apt/lists/**',
  'var/log/apt/**',
  'var/log/dpkg.log',
  'var/log/alternatives.log',
  'var/log/bootstrap.log',
];

/** The root of a Debian as its installer makes it: all scripts run, in the root itself. */
export const mmdebstrapStep: StepKind = {
  name: 'mmdebstrap',
  version: 1,
  bulk: true,
  async run(context, json) {
    const options = json as unknown as Options;
    const repository = await writeRepository(context, options);
    const tar = join(context.scratch, 'made.tar');
    const argv = [program(), `--mode=${mode()}`, '--variant=essential', '--format=tar', '--quiet'];
    argv.push(`--architectures=${options.arch}`, '--skip=check/signed-by,check/qemu');
    argv.push('--aptopt=Acquire::Languages "none"', '--aptopt=APT::Sandbox::User "root"');
    argv.push(`--include=${options.packages.map(({ name }) => name).join(',')}`, options.suite, tar);
    argv.push(`deb [trusted=yes] copy:${repository} ./`);
    await context
      .run(argv, { env: { SOURCE_DATE_EPOCH: String(context.epoch), TMPDIR: context.scratch } })
      .catch((error: unknown) => {
        throw explained(error);
      });
    const layers = new RootLayers();
    using reader = fileReader();
    const exclude = excluder([...options.exclude, ...left]);
    const made = indexTar({
      ...{ file: tar, read: readAtOf(tar, reader), origin: `debian ${options.suite}`, asWritten: true },
    });
    layers.add(made.flatMap((entry) => exclude.keep(entry) ?? []));
    if (!layers.has('etc/hosts')) layers.add([maker('hosts', context.epoch).file('etc/hosts', plainHosts)]);
    layers.add(options.overlay.map((item) => overlayEntry(context, item)));
    const facts = { source: `debian ${options.suite}`, init: undefined, env: {} };
    writeRoot(context, layers.list(), facts);
  },
};

function explained(error: unknown): unknown {
  if (!(error instanceof CommandError) || process.getuid?.() === 0) return error;
  return new CommandError(error.command, {
    exitCode: error.exitCode,
    lastLines: `${error.lastLines}\nthis user may lack what a user namespace needs (lines in /etc/subuid and /etc/subgid): ${hint}`,
  });
}

export function mmdebstrapNode(parts: DebianParts): StepNode {
  const { name, suite, packages, exclude, arch, overlay, tools, epoch } = parts;
  return stepNode(mmdebstrapStep, {
    title: `install the template ${name}: ${packages.length} packages`,
    slot: `template-root ${name}`,
    options: { arch, suite, exclude, packages, overlay: overlay.entries } as unknown as Json,
    inputs: packageInputs(packages),
    files: overlay.files,
    tools,
    epoch,
  });
}
