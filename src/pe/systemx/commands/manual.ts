import { type Command, command, type Verb } from '../command.ts';
import { manualText } from '../manual.ts';
import { printLines } from '../output.ts';

export const manual = (verbs: readonly Verb[]): Command =>
  command({
    name: 'manual',
    summary: 'Print the whole manual',
    arguments: [],
    options: {},
    examples: ['systemx manual | less'],
    async run() {
      const shown = verbs.filter(({ name }) => !name.startsWith('_'));
      printLines(manualText(await Promise.all(shown.map((verb) => verb.load()))));
      return 0;
    },
  });
