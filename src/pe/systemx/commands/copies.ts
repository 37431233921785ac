import { UserError } from '../../../base/errors.ts';
import { formatBytes } from '../../../base/sizes.ts';
import { interruptible } from '../../host/interrupt.ts';
import { print } from '../../host.ts';
import { diskUse } from '../../systems/archive/tree.ts';
import { clone as copy } from '../../systems/lifecycle/clone.ts';
import {
  rollback as goBack,
  removeSnapshot,
  snapshotsOf,
  snapshot as take,
} from '../../systems/lifecycle/snapshot.ts';
import { type FoundSystem, findSystem, listSystems } from '../../systems/store.ts';
import { type Argument, command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { firstSettings, flag, json, text, yes } from '../options.ts';
import { note, paint, printJson, printLines } from '../output.ts';
import { progress } from '../progress.ts';
import { table } from '../table.ts';

const system: Argument = { name: 'NAME', meaning: 'a system', completes: 'system' };
export const live = flag('hold a running system still meanwhile, instead of refusing');

export const clone = command({
  name: 'clone',
  summary: 'Copy a system under another name',
  about: [
    'The copy has a host name, machine id, user ids and addresses of its own; fixed addresses, port forwards and autostart stay with',
    'the original. SSH host keys inside are copied as they are. Of an app system only what it changed is copied.',
  ],
  arguments: [system, { name: 'NEW', meaning: 'name of the copy' }, firstSettings],
  options: {
    dir: text('PATH', 'a systems directory other than that of the original', { completes: 'file' }),
    live,
    json,
  },
  examples: ['systemx clone web web2', 'systemx clone web test memory=64MiB --live'],
  async run({ args: [from = '', to = '', ...settings], options }) {
    const { dir, live: held } = options;
    const made = await interruptible(() => copy({ from, to, dir, live: held, settings }, progress()));
    if (options.json) printJson({ name: to, folder: made.folder, ...made.system, notes: made.notes });
    else print(`${to} is a copy of ${from}; start it: systemx start ${to}`);
    for (const line of made.notes) note(line);
    return 0;
  },
});

async function listAll(systems: readonly FoundSystem[], asJson: boolean): Promise<number> {
  const all = await Promise.all(
    systems.flatMap((one) =>
      snapshotsOf(one).map(async ({ label, file, folder }) => ({
        system: one.name,
        label,
        made: file?.made,
        size: await diskUse(folder),
        folder,
        problem: file === undefined ? 'its snapshot.json is damaged' : undefined,
      })),
    ),
  );
  if (asJson) {
    printJson(all);
    return 0;
  }
  const rows = all.map((one) => [
    one.system,
    one.label,
    one.made === undefined
      ? (one.problem ?? '')
      : new Date(one.made).toISOString().replace('T', ' ').slice(0, 16),
    formatBytes(one.size),
  ]);
  const titles = ['SYSTEM', 'SNAPSHOT', 'MADE', 'TAKES'];
  printLines(
    table(
      titles.map((title) => ({ title, right: title === 'TAKES' })),
      rows,
    ).map((line, i) => (i === 0 ? paint('bold', line) : line)),
  );
  return 0;
}

export const snapshot = command({
  name: 'snapshot',
  summary: 'Keep what a system is now, to roll back to',
  about: [
    'Without a LABEL it is called after the time (UTC). Of an app system only what it changed is kept; on btrfs it takes no time and no room.',
    'systemx snapshot list [NAME] shows the snapshots of one system or of all.',
  ],
  arguments: [
    { ...system, meaning: 'a system, or list' },
    { name: 'LABEL', meaning: 'small letters, digits and hyphens', optional: true },
  ],
  options: { remove: flag('remove the snapshot of that label'), live, yes, json },
  examples: [
    'systemx snapshot web before-upgrade',
    'systemx snapshot list web',
    'systemx rollback web before-upgrade',
    'systemx snapshot web before-upgrade --remove --yes before-upgrade',
  ],
  async run({ args: [name = '', label], options }) {
    if (name === 'list' && listSystems().every((one) => one.name !== name))
      return listAll(label === undefined ? listSystems() : [findSystem(label)], options.json);
    if (options.remove) {
      if (label === undefined)
        throw new UserError({
          code: 'no-label',
          message: 'which snapshot is to be removed must be said',
          hint: `systemx snapshot list ${name} shows them`,
        });
      if (snapshotsOf(findSystem(name)).some((one) => one.label === label))
        confirm(`The snapshot ${label} of ${name} will be gone for good.`, label, options.yes);
      await removeSnapshot(name, label);
      print(`the snapshot ${label} of ${name} is gone`);
      return 0;
    }
    const made = await interruptible(() => take({ name, label, live: options.live }, progress()));
    if (options.json) printJson(made);
    else print(`${name} is kept as ${made.label}; back to it: systemx rollback ${name} ${made.label}`);
    return 0;
  },
});

export const rollback = command({
  name: 'rollback',
  summary: 'Make a system again what it was at a snapshot',
  about: [
    'Its files and its settings; the snapshot stays. What it is now is lost, so it asks for the name, unless --keep makes a snapshot of it.',
  ],
  arguments: [system, { name: 'LABEL', meaning: 'a snapshot of it' }],
  options: { keep: text('LABEL', 'keep what it is now as a snapshot'), yes },
  examples: ['systemx rollback web before-upgrade --keep broken', 'systemx rollback web first --yes web'],
  async run({ args: [name = '', label = ''], options }) {
    const { keep } = options;
    if (keep === undefined && snapshotsOf(findSystem(name)).some((one) => one.label === label))
      confirm(`What ${name} is now will be gone for good.`, name, options.yes);
    await interruptible(() => goBack({ name, label, keep }, progress()));
    print(`${name} is what it was at ${label}`);
    return 0;
  },
});
