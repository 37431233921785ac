import { engineNames, systemKinds } from '../../../base/system.ts';
import { print } from '../../host.ts';
import { create as make } from '../../systems/lifecycle/create.ts';
import { command } from '../command.ts';
import { choice, firstSettings, json, text } from '../options.ts';
import { printJson } from '../output.ts';

export const create = command({
  name: 'create',
  summary: 'Make a system',
  about: [
    "From the livefs, the PE's own root, an app system takes a few KB: it shares all that it does not change.",
    'Settings are those of systemx set.',
  ],
  arguments: [
    { name: 'NAME', meaning: 'small letters, digits and hyphens; becomes the host name' },
    firstSettings,
  ],
  options: {
    from: text('WHAT', 'livefs (the default), a template, or the absolute path of a folder with a root', {
      completes: 'template',
    }),
    kind: choice(systemKinds, 'app: shares its template; os: has a root of its own'),
    engine: choice(engineNames, 'how it runs', { completes: 'engine' }),
    dir: text('PATH', 'a systems directory other than the first', { completes: 'file' }),
    json,
  },
  examples: [
    'systemx create web',
    'systemx create web memory=256MiB autostart=yes network.forward=8080:80',
    'systemx create box --kind os --engine chroot',
    'systemx create debian --from /mnt/debian-root',
  ],
  async run({ args: [name = '', ...settings], options }) {
    const { from = 'livefs', kind, engine, dir } = options;
    const { folder, system } = await make({ name, from, kind, engine, dir, settings });
    if (options.json) printJson({ name, folder, ...system });
    else print(`${name} is made in ${folder}; start it: systemx start ${name}`);
    return 0;
  },
});
