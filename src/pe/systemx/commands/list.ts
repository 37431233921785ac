import { formatBytes } from '../../../base/sizes.ts';
import { uptime } from '../../host.ts';
import { duration } from '../../lib/service-state.ts';
import { type FoundSystem, listSystems } from '../../systems/load.ts';
import { type SystemState, stateOf, usageOf } from '../../systems/running.ts';
import { serviceStates } from '../../systems/service-states.ts';
import { command } from '../command.ts';
import { flag, json } from '../options.ts';
import { paint, printJson, printLines } from '../output.ts';
import { table } from '../table.ts';
import { templateName } from '../template-name.ts';

const colours = {
  running: 'green',
  starting: 'yellow',
  stopping: 'yellow',
  failed: 'red',
  stopped: 'dim',
} as const;

const size = (bytes: number | undefined): string => (bytes === undefined ? '-' : formatBytes(bytes));

async function diskOf(found: readonly FoundSystem[]): Promise<ReadonlyMap<string, number>> {
  const { diskUses } = await import('../../systems/disk-use.ts');
  return diskUses(found.map(({ folder }) => folder));
}

export const list = command({
  name: 'list',
  summary: 'Show the systems and what they use',
  arguments: [],
  options: { json, disk: flag('what each takes of the disk, too: all of its files are looked at') },
  examples: ['systemx list', 'systemx list --disk', 'systemx list --json'],
  async run({ options }) {
    const found = listSystems();
    const services = serviceStates();
    const now = uptime();
    const taken = options.disk ? await diskOf(found) : undefined;
    if (options.json) {
      const { describe } = await import('../describe.ts');
      printJson(
        found.map((one) => ({ ...describe(one, services), ...(taken && { disk: taken.get(one.folder) }) })),
      );
      return 0;
    }
    const states = new Map(
      found.map((one) => [one, one.system === undefined ? 'broken' : stateOf(one.name, services)] as const),
    );
    // Where nothing runs, there is nothing more to read.
    const addresses = [...states.values()].includes('running')
      ? (await import('../../systems/network/addresses.ts')).addressesOf
      : () => [];
    const colour = new Map<string, SystemState | 'broken'>();
    const rows = found.map((one) => {
      const service = services(one.name);
      const state = states.get(one) ?? 'stopped';
      colour.set(one.name, state);
      const usage = state === 'running' ? usageOf(one.name) : undefined;
      return [
        one.name,
        state,
        one.system?.kind ?? '-',
        templateName(one),
        one.system?.engine ?? '-',
        one.system?.autostart === true ? 'yes' : '-',
        state === 'running' ? (addresses(one)[0] ?? '-') : '-',
        size(usage?.memory),
        usage?.processes === undefined ? '-' : String(usage.processes),
        usage?.cpu === undefined ? '-' : `${usage.cpu.toFixed(1)} s`,
        usage === undefined || service === undefined ? '-' : duration(now - service.since),
        ...(taken === undefined ? [] : [size(taken.get(one.folder))]),
      ];
    });
    const titles = [
      'NAME',
      'STATE',
      'KIND',
      'TEMPLATE',
      'ENGINE',
      'AUTOSTART',
      'ADDRESS',
      'MEMORY',
      'PROCESSES',
      'CPU',
      'UP',
      ...(taken === undefined ? [] : ['DISK']),
    ];
    const right = ['MEMORY', 'PROCESSES', 'CPU', 'UP', 'DISK'];
    const lines = table(
      titles.map((title) => ({ title, right: right.includes(title) })),
      rows,
    );
    printLines(
      lines.map((line, i) => {
        const state = colour.get(found[i - 1]?.name ?? '');
        if (i === 0) return paint('bold', line);
        return state === undefined ? line : paint(state === 'broken' ? 'red' : colours[state], line);
      }),
    );
    for (const one of found.filter(({ system }) => system === undefined))
      printLines(one.problems.map((problem) => `${one.name}: ${problem}`));
    return 0;
  },
});
