import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { RootReport } from '../../image/root-medium.ts';
import type { CliIo } from '../io.ts';

interface Options {
  readonly json?: true;
  readonly sbom?: true;
  readonly packages?: true;
  readonly files?: true;
  readonly boot?: true;
  /** `true` without a number. */
  readonly tree?: number | true;
}

const defaultDepth = 4;

function depthOf(text: string): number {
  const depth = Number(text);
  if (Number.isInteger(depth) && depth > 0) return depth;
  throw new InvalidArgumentError('It must be a number of levels, 1 or more.');
}

export function register(program: Command, io: CliIo): void {
  program
    .command('inspect')
    .description('show what an image boots on, its boot entries, packages, and what takes its space')
    .argument('<image>', 'ISO or disk image, archive, container image or folder')
    .option('--packages', 'only the packages, with versions and sizes')
    .option('--files', 'only the files, of the medium and of the PE')
    .option(
      '--tree [depth]',
      `only what takes the space, as a tree of so many levels (default: ${defaultDepth})`,
      depthOf,
    )
    .option('--boot', 'only how it boots: entries, boot images, partitions')
    .option('--sbom', 'print the software bill of materials (SPDX 2.3 JSON)')
    .option('--json', 'everything as JSON')
    .addHelpText(
      'after',
      `
The image is only read; nothing is mounted, and no other program is needed.

Examples:
  $ diskbios inspect out/diskbios.iso
  $ diskbios inspect out/diskbios.iso --tree 4
  $ diskbios inspect out/diskbios.iso --sbom > sbom.spdx.json
  $ diskbios inspect out/diskbios.iso --json | jq '.manifest.packages[].name'
`,
    )
    .action(async (image: string, options: Options) => {
      await inspect(resolve(io.cwd, image), options, io);
    });
}

/** What boots in no way: an archive, a container image or a folder. */
async function inspectRoot(root: RootReport, options: Options, io: CliIo): Promise<void> {
  const { json, files, ...others } = options;
  const [without] = Object.keys(others);
  if (without !== undefined) {
    throw new UserError({
      code: 'no-effect',
      message: `--${without} has no effect: ${root.file} is a root, without a boot menu or a manifest`,
      expected: '--files or --json, or neither',
    });
  }
  const { rootFiles, rootOverview } = await import('../views/root.ts');
  io.out(
    json === true
      ? `${JSON.stringify(root, null, 2)}\n`
      : files === true
        ? rootFiles(root)
        : rootOverview(root),
  );
}

async function inspect(path: string, options: Options, io: CliIo): Promise<void> {
  const { describeImage, sbomOf } = await import('../../image/describe.ts');
  const { openImage } = await import('../../image/open.ts');
  const { describeRoot } = await import('../../image/root-medium.ts');
  const root = describeRoot(path);
  if (root !== undefined) return inspectRoot(root, options, io);
  using image = openImage(path);
  if (options.sbom === true) {
    io.out(sbomOf(image));
    return;
  }
  const report = describeImage(image);
  if (options.json === true) {
    io.out(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const view = await import('../views/inspect.ts');
  const { mediumSpace, unpackedSpace } = await import('../../image/space.ts');
  const { packages, files, boot, tree } = options;
  const all = packages === undefined && files === undefined && boot === undefined && tree === undefined;
  let text = all ? view.overview(report) : '';
  if (all || boot === true) text += view.bootSection(report.boot);
  if (boot === true) text += view.firmwareSection(report.boot);
  if (all || packages === true) text += view.packageSection(report.manifest);
  if (all || tree !== undefined) {
    const depth = typeof tree === 'number' ? tree : defaultDepth;
    text += view.spaceSection(mediumSpace(report), depth);
    const unpacked = unpackedSpace(report);
    if (unpacked !== undefined) text += view.spaceSection(unpacked, depth);
  }
  if (files === true) text += view.fileSection(report);
  io.out(text.replace(/^\n/, ''));
}
