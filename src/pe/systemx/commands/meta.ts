import { UserError } from '../../../base/errors.ts';
import { print } from '../../host.ts';
import { type Command, command, type Verb } from '../command.ts';
import { candidates, scripts } from '../completion.ts';

export const completion = command({
  name: 'completion',
  summary: 'Print a script that completes systemx in a shell',
  about: ["For bash and zsh. The PE's own shell, busybox ash, completes names of programs and files only."],
  arguments: [{ name: 'SHELL', meaning: 'bash or zsh', completes: Object.keys(scripts) }],
  options: {},
  examples: ['source <(systemx completion bash)'],
  run({ args: [shell = ''] }) {
    const script = shell === 'zsh' ? scripts.zsh : shell === 'bash' ? scripts.bash : undefined;
    if (script === undefined)
      throw new UserError({
        code: 'no-such-shell',
        message: `there is no completion for ${shell}`,
        expected: 'bash or zsh',
      });
    print(script.trimEnd());
    return 0;
  },
});

export const complete = (verbs: readonly Verb[]): Command =>
  command({
    name: '_complete',
    summary: 'Print what may stand at the end of a command line',
    arguments: [{ name: 'WORD', meaning: 'words behind systemx', many: 'words', optional: true }],
    options: {},
    examples: [],
    async run({ args }) {
      for (const one of await candidates(verbs, args)) print(one);
      return 0;
    },
  });
