import { listSystems } from '../../systems/store.ts';
import { command } from '../command.ts';
import { json } from '../options.ts';
import { printJson, printLines } from '../output.ts';
import { table } from '../table.ts';

export const list = command({
  name: 'list',
  summary: 'Show the systems',
  arguments: [],
  options: { json },
  examples: ['systemx list', 'systemx list --json'],
  run({ options }) {
    const found = listSystems();
    if (options.json) printJson(found);
    else
      printLines(
        table(
          [{ title: 'NAME' }, { title: 'KIND' }, { title: 'ENGINE' }],
          found.map(({ name, system }) => [name, system?.kind ?? 'broken', system?.engine ?? '-']),
        ),
      );
    return 0;
  },
});
