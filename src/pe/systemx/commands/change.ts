import { settings } from '../../../base/system-settings.ts';
import { print } from '../../host.ts';
import { diskLimitProblems } from '../../systems/disk-limit.ts';
import { destroy as remove } from '../../systems/lifecycle/destroy.ts';
import { rename as move } from '../../systems/lifecycle/rename.ts';
import { set as change, settingsProblems } from '../../systems/lifecycle/set.ts';
import { stateOf } from '../../systems/running.ts';
import { findSound, findSystem } from '../../systems/store.ts';
import { forgetService } from '../../systems/supervisor-client.ts';
import { type Argument, command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { json, yes } from '../options.ts';
import { note, printJson, printLines } from '../output.ts';
import { facts } from '../table.ts';

const system: Argument = { name: 'NAME', meaning: 'a system', completes: 'system' };

export const set = command({
  name: 'set',
  summary: 'Show or change the settings of a system',
  about: [
    'Without a SETTING it shows them. They count from the next start on. Lists take += and -= too.',
    '',
    ...facts(settings.map(({ key, values, meaning }) => [`  ${key}=`, `${meaning} (${values})`] as const)),
  ],
  arguments: [
    system,
    {
      name: 'SETTING',
      meaning: 'KEY=VALUE, KEY+=VALUE or KEY-=VALUE',
      optional: true,
      many: 'words',
      completes: 'setting',
    },
  ],
  options: { json },
  examples: [
    'systemx set web',
    'systemx set web memory=256MiB autostart=yes',
    'systemx set web network.forward+=8080:80 env.TZ=Europe/Berlin',
    'systemx set web memory=none',
  ],
  async run({ args: [name = '', ...words], options }) {
    const { before, after } =
      words.length === 0
        ? { before: findSound(name).system, after: findSound(name).system }
        : await change(name, words);
    if (options.json) printJson(after);
    else if (words.length === 0)
      printLines(facts(settings.map((one) => [one.key, one.show(after)] as const)));
    else {
      const changed = settings.filter((one) => one.show(before) !== one.show(after));
      for (const one of changed) print(`${one.key}: ${one.show(before)} -> ${one.show(after)}`);
      if (changed.length === 0) note('nothing has changed');
      else if (stateOf(name) === 'running') note(`it counts from the next start on: systemx restart ${name}`);
    }
    const { dir } = findSound(name);
    const problems = [...settingsProblems(name, after), ...diskLimitProblems({ name, system: after, dir })];
    for (const problem of problems) note(`it cannot be started like this: ${problem}`);
    return 0;
  },
});

export const rename = command({
  name: 'rename',
  summary: 'Give a system another name',
  arguments: [system, { name: 'NEW', meaning: 'its new name' }],
  options: {},
  examples: ['systemx rename web www'],
  async run({ args: [from = '', to = ''] }) {
    await move(from, to);
    await forgetService(from);
    print(`${from} is ${to} now`);
    return 0;
  },
});

export const destroy = command({
  name: 'destroy',
  summary: 'Remove a system and all that is in it',
  about: ['It asks for the name, since nothing brings it back.'],
  arguments: [system],
  options: { yes },
  examples: ['systemx destroy web', 'systemx destroy web --yes web'],
  async run({ args: [name = ''], options }) {
    const { folder } = findSystem(name);
    confirm(`${folder} and everything in it will be gone for good.`, name, options.yes);
    await remove(name);
    await forgetService(name);
    print(`${name} is gone`);
    return 0;
  },
});
