import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillTemplate } from '../formats/template.ts';
import type { StepContext } from '../plan/types.ts';
import { commonModules, type GrubPlatform, networkModules, platformModules } from './grub-modules.ts';

/** What `grub-mkimage` can make, and the platform whose modules are in it; `network`: with those for networks. */
const formats = {
  'i386-pc': { platform: 'i386-pc' },
  'i386-pc-eltorito': { platform: 'i386-pc' },
  'i386-pc-pxe': { platform: 'i386-pc', network: true },
  'x86_64-efi': { platform: 'x86_64-efi' },
  'x86_64-efi-net': { platform: 'x86_64-efi', network: true },
  'i386-efi': { platform: 'i386-efi' },
  'i386-efi-net': { platform: 'i386-efi', network: true },
} as const satisfies Record<string, { readonly platform: GrubPlatform; readonly network?: true }>;

/** Writes the script that GRUB starts with, from the source file `early.cfg.in`: it finds the file `marker`. Gives its place. */
export async function writeEarlyConfig(context: StepContext, marker: string): Promise<string> {
  const early = context.files['early.cfg.in'];
  if (early === undefined) throw new Error('GRUB needs early.cfg.in');
  const config = join(context.scratch, 'early.cfg');
  await writeFile(config, fillTemplate(await readFile(early.path, 'utf8'), { MARKER: marker }));
  return config;
}

/** Makes one of GRUB's programs, with all its modules inside, as a file of the artifact. */
export async function makeGrubImage(
  context: StepContext,
  format: keyof typeof formats,
  config: string,
  output: string,
  more: readonly string[] = [],
): Promise<void> {
  const { platform } = formats[format];
  await context.run(
    context.tool(
      'usr/bin/grub-mkimage',
      `--format=${format.replace('-net', '')}`,
      `--directory=${context.toolFile(`usr/lib/grub/${platform}`)}`,
      '--prefix=/boot/grub',
      `--config=${config}`,
      `--output=${join(context.out, output)}`,
      ...more,
      ...commonModules,
      ...platformModules[platform],
      ...('network' in formats[format] ? networkModules[platform] : []),
    ),
  );
}
