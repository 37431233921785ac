import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliIo } from '../io.ts';

interface Options {
  readonly json?: true;
  readonly files?: true;
  readonly exitCode?: true;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('diff')
    .description('show what differs between two images: packages, files, sizes, boot entries')
    .argument('<from>', 'image or root, the older one')
    .argument('<to>', 'image or root, the newer one')
    .option('--files', 'list every file of the PE that differs')
    .option('--exit-code', 'end with 1 where there is a difference, with 0 where there is none')
    .option('--json', 'the differences as JSON')
    .addHelpText(
      'after',
      `
Sizes are second minus first. + is added, - removed, ~ changed, ↑ upgraded, ↓ downgraded.

Examples:
  $ diskbios diff out/old.iso out/diskbios.iso
  $ diskbios diff --exit-code first.iso second.iso && echo the same bytes
`,
    )
    .action(async (from: string, to: string, options: Options) => {
      const { compareImages } = await import('../../image/compare.ts');
      const { compareRoots, notAlike } = await import('../../image/compare-roots.ts');
      const { describeRoot } = await import('../../image/root-medium.ts');
      const [first, second] = [resolve(io.cwd, from), resolve(io.cwd, to)];
      const [a, b] = [describeRoot(first), describeRoot(second)];
      if (a !== undefined && b === undefined) throw notAlike(first, second);
      if (b !== undefined && a === undefined) throw notAlike(second, first);
      const comparison =
        a !== undefined && b !== undefined ? compareRoots(a, b) : compareImages(first, second);
      if (options.json === true) io.out(`${JSON.stringify(comparison, null, 2)}\n`);
      else {
        const { comparisonText } = await import('../views/diff.ts');
        io.out(comparisonText(comparison, options.files === true));
      }
      if (options.exitCode === true && !comparison.identical) process.exitCode = 1;
    });
}
