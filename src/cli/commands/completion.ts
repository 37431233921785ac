import { Argument, type Command } from 'commander';
import type { CliIo } from '../io.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function register(program: Command, io: CliIo): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and file names in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(diskbios completion bash)          for this shell; into ~/.bashrc for every one
  $ source <(diskbios completion zsh)           after compinit, in ~/.zshrc
  $ diskbios completion fish > ~/.config/fish/completions/diskbios.fish
`,
    )
    .action(async (shell: Shell) => {
      const { commandModel } = await import('../completion/model.ts');
      const model = commandModel(program);
      switch (shell) {
        case 'bash':
          io.out((await import('../completion/bash.ts')).bashScript(model));
          break;
        case 'zsh':
          io.out((await import('../completion/zsh.ts')).zshScript(model));
          break;
        case 'fish':
          io.out((await import('../completion/fish.ts')).fishScript(model));
          break;
      }
    });
}
