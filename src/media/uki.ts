import { kernelWords } from '../formats/kernel-words.ts';
import { stepNode } from '../plan/node.ts';
import type { Recipe } from '../recipe/types.ts';
import { signingFiles } from '../steps/signing.ts';
import type { Medium } from './types.ts';
import { ukiOutput, ukiStep } from './uki-step.ts';

/** The command line of the default entry of the menu, which this medium has not. */
function commandLine({ boot, kernel }: Recipe): string {
  const entry = boot.entries.find(({ title }) => title === boot.default);
  if (entry === undefined) throw new Error(`there is no entry ${boot.default}`);
  const words = kernelWords(entry, { ...boot, cmdline: kernel.cmdline });
  return words.map((word) => (/\s/.test(word) ? word.replace(/^([^=]*=)?(.*)$/s, '$1"$2"') : word)).join(' ');
}

export const ukiMedium: Medium = {
  kind: 'uki',
  describe: 'kernel, initrd and command line as one program for UEFI',
  files(recipe, parts) {
    if (recipe.media.uki === undefined) throw new Error('the recipe has no media.uki');
    const { name, version, boot } = recipe;
    const { filename } = recipe.media.uki;
    const node = stepNode(ukiStep, {
      title: `write the program ${filename}`,
      options: { name, version, cmdline: commandLine(recipe) },
      inputs: { kernel: parts.kernel, initrd: parts.initrd },
      files: signingFiles(boot.secure),
      tools: parts.tools,
    });
    return [{ name: filename, node, file: ukiOutput }];
  },
};
