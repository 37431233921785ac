import { formatBytes } from '../../../base/sizes.ts';
import type { SystemFile } from '../../../base/system.ts';
import { settings } from '../../../base/system-settings.ts';
import { diskUses } from '../../systems/disk-use.ts';
import { allFacts } from '../../systems/engines/facts.ts';
import { addressesOf } from '../../systems/network/addresses.ts';
import { stateOf, usageOf } from '../../systems/running.ts';
import { findSystem } from '../../systems/store.ts';
import { serviceStates } from '../../systems/supervisor-client.ts';
import { command } from '../command.ts';
import { describe } from '../describe.ts';
import { json } from '../options.ts';
import { printJson, printLines } from '../output.ts';
import { facts } from '../table.ts';
import { templateName } from '../template-name.ts';

const isolationOf = ({ engine }: SystemFile): string =>
  allFacts.find(({ name }) => name === engine)?.isolation ?? `this PE does not know the engine ${engine}`;

export const info = command({
  name: 'info',
  summary: 'Show everything about a system',
  arguments: [{ name: 'NAME', meaning: 'a system', completes: 'system' }],
  options: { json },
  examples: ['systemx info web', 'systemx info web --json'],
  async run({ args: [name = ''], options }) {
    const found = findSystem(name);
    const { system } = found;
    const disk = (await diskUses([found.folder])).get(found.folder);
    const services = serviceStates();
    if (options.json) {
      printJson({ ...describe(found, services), disk });
      return 0;
    }
    const state = services(name);
    const usage = usageOf(name);
    const addresses = addressesOf(found);
    const size = (bytes: number | undefined): string =>
      bytes === undefined ? 'unknown' : formatBytes(bytes);
    printLines(
      facts([
        ['name', name],
        ['state', system === undefined ? `broken: ${found.problems.join('\n')}` : stateOf(name, services)],
        ...(state?.ended === undefined ? [] : [['last end', state.ended] as const]),
        ['folder', found.folder],
        ['takes', `${size(disk)} of the disk`],
        ...(addresses.length === 0 ? [] : [['addresses', addresses.join('\n')] as const]),
        ...(usage.memory === undefined ? [] : [['memory', `${size(usage.memory)} in use`] as const]),
        ...(system === undefined
          ? []
          : [
              ['kind', system.kind] as const,
              ['template', templateName(found)] as const,
              ['made', new Date(system.created).toISOString().replace('T', ' ').slice(0, 16)] as const,
              ['kept apart', isolationOf(system)] as const,
              ...settings.map((one) => [one.key, one.show(system)] as const),
            ]),
      ]),
    );
    return 0;
  },
});
