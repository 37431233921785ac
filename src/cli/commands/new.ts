import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../../base/errors.ts';
import { newRecipe, type StartingPoint, startingPoints } from '../../recipe/new-recipe.ts';
import type { CliIo } from '../io.ts';

interface NewFlags {
  readonly template: StartingPoint;
  readonly force?: true;
}

const examples = `
Examples:
  $ diskbios new mybox                     write mybox.yaml, for a PC or mini-ITX box
  $ diskbios new edge --template cloud     for a cloud host or another virtual machine
  $ diskbios check mybox.yaml
`;

/** `new NAME` */
export function register(program: Command, io: CliIo): void {
  program
    .command('new')
    .description('write a commented recipe to start from')
    .argument('<name>', 'name of the image; the recipe is NAME.yaml in the current folder')
    .addOption(
      new Option('--template <kind>', 'what kind of machine it is for')
        .choices(Object.keys(startingPoints))
        .default('pc'),
    )
    .option('--force', 'overwrite a file that is there')
    .addHelpText('after', examples)
    .action((name: string, flags: NewFlags) => create(name, flags, io));
}

function create(given: string, flags: NewFlags, io: CliIo): void {
  const name = basename(given).replace(/\.ya?ml$/, '');
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new UserError({
      code: 'bad-name',
      message: `\`${name}\` cannot be the name of a recipe`,
      expected: 'lower-case letters, digits and -, such as my-pe',
    });
  }
  const file = `${given.replace(/\.ya?ml$/, '')}.yaml`;
  try {
    writeFileSync(resolve(io.cwd, file), newRecipe(name, flags.template), {
      flag: flags.force === true ? 'w' : 'wx',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UserError({
      code: 'file-exists',
      message: `${file} is there already`,
      hint: 'choose another name, or overwrite it with --force',
    });
  }
  io.out(`wrote ${file}\n\nNext:\n  diskbios check ${file}\n  diskbios build ${file}\n`);
}
