import { formatBytes } from '../../../base/sizes.ts';
import { livefsTemplate } from '../../../base/system.ts';
import { busybox, execute } from '../../host/run.ts';
import { exists, readText, uptime } from '../../host.ts';
import { type BootStatus, duration, statusPath } from '../../lib/service-state.ts';
import { parseJson } from '../../lib/systems/json-reader.ts';
import { settings } from '../../lib/systems/settings.ts';
import { engines } from '../../systems/engines/registry.ts';
import { addressesOf } from '../../systems/network/addresses.ts';
import { bridgeProblems, readBridge } from '../../systems/network/bridge.ts';
import { readPlaces } from '../../systems/places.ts';
import { type SystemState, stateOf, usageOf } from '../../systems/running.ts';
import { type FoundSystem, findSystem, listSystems } from '../../systems/store.ts';
import { serviceState } from '../../systems/supervisor-client.ts';
import { command } from '../command.ts';
import { json } from '../options.ts';
import { paint, printJson, printLines } from '../output.ts';
import { facts, table } from '../table.ts';

const template = ({ system }: FoundSystem): string => {
  if (system?.template === undefined) return '-';
  const { name, version } = system.template;
  return name === livefsTemplate ? name : `${name}@${version}`;
};

/** Everything about a system that a program may want, as `--json` shows it. */
function describe(found: FoundSystem): Record<string, unknown> {
  const { name, folder, system, problems } = found;
  const state = serviceState(name);
  const running = stateOf(name) === 'running';
  return {
    name,
    folder,
    state: system === undefined ? 'broken' : stateOf(name),
    problems,
    ...(running
      ? {
          ...usageOf(name),
          addresses: addressesOf(found),
          uptime: uptime() - (state?.since ?? uptime()),
        }
      : {}),
    ended: state?.ended,
    restarts: state?.restarts ?? 0,
    system,
  };
}

const colours = {
  running: 'green',
  starting: 'yellow',
  stopping: 'yellow',
  failed: 'red',
  stopped: 'dim',
} as const;

export const list = command({
  name: 'list',
  summary: 'Show the systems and what they use',
  arguments: [],
  options: { json },
  examples: ['systemx list', 'systemx list --json'],
  run({ options }) {
    const found = listSystems();
    if (options.json) {
      printJson(found.map(describe));
      return 0;
    }
    const colour = new Map<string, SystemState | 'broken'>();
    const rows = found.map((one) => {
      const state = one.system === undefined ? 'broken' : stateOf(one.name);
      colour.set(one.name, state);
      const usage = state === 'running' ? usageOf(one.name) : undefined;
      const since = serviceState(one.name)?.since;
      return [
        one.name,
        state,
        one.system?.kind ?? '-',
        template(one),
        one.system?.engine ?? '-',
        one.system?.autostart === true ? 'yes' : '-',
        state === 'running' ? (addressesOf(one)[0] ?? '-') : '-',
        usage?.memory === undefined ? '-' : formatBytes(usage.memory),
        usage?.processes === undefined ? '-' : String(usage.processes),
        usage?.cpu === undefined ? '-' : `${usage.cpu.toFixed(1)} s`,
        usage === undefined || since === undefined ? '-' : duration(uptime() - since),
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
    ];
    const right = ['MEMORY', 'PROCESSES', 'CPU', 'UP'];
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

/** Bytes on the disk, of its own. */
async function diskUse(folder: string): Promise<number | undefined> {
  const { code, stdout } = await execute([busybox, 'du', '-skx', folder]);
  return code === 0 ? Number.parseInt(stdout, 10) * 1024 : undefined;
}

export const info = command({
  name: 'info',
  summary: 'Show everything about a system',
  arguments: [{ name: 'NAME', meaning: 'a system', completes: 'system' }],
  options: { json },
  examples: ['systemx info web', 'systemx info web --json'],
  async run({ args: [name = ''], options }) {
    const found = findSystem(name);
    const { system } = found;
    const disk = await diskUse(found.folder);
    if (options.json) {
      printJson({ ...describe(found), disk });
      return 0;
    }
    const state = serviceState(name);
    const usage = usageOf(name);
    const addresses = addressesOf(found);
    const size = (bytes: number | undefined): string =>
      bytes === undefined ? 'unknown' : formatBytes(bytes);
    printLines(
      facts([
        ['name', name],
        ['state', system === undefined ? `broken: ${found.problems.join('\n')}` : stateOf(name)],
        ...(state?.ended === undefined ? [] : [['last end', state.ended] as const]),
        ['folder', found.folder],
        ['takes', `${size(disk)} of the disk`],
        ...(addresses.length === 0 ? [] : [['addresses', addresses.join('\n')] as const]),
        ...(usage.memory === undefined ? [] : [['memory', `${size(usage.memory)} in use`] as const]),
        ...(system === undefined
          ? []
          : [
              ['kind', system.kind] as const,
              ['template', template(found)] as const,
              ['made', new Date(system.created).toISOString().replace('T', ' ').slice(0, 16)] as const,
              ...settings.map((one) => [one.key, one.show(system)] as const),
            ]),
      ]),
    );
    return 0;
  },
});

/** Space of a mounted file system, from `df`. */
async function space(folder: string): Promise<{ size: number; free: number } | undefined> {
  const { stdout } = await execute([busybox, 'df', '-Pk', folder]);
  const [, size, , free] = stdout.trim().split('\n').at(-1)?.split(/\s+/) ?? [];
  return size === undefined || free === undefined
    ? undefined
    : { size: Number(size) * 1024, free: Number(free) * 1024 };
}

export const status = command({
  name: 'status',
  summary: 'Show how this PE is, its disks and what is wrong',
  about: ['Its exit code is 1 where something is wrong.'],
  arguments: [],
  options: { json },
  examples: ['systemx status', 'systemx status --json'],
  async run({ options }) {
    const pe = parseJson(readText('/etc/diskbios/pe.json')) as { name: string; version: string } | undefined;
    const known = parseJson(readText(statusPath)) as BootStatus | undefined;
    const mode = known?.mode ?? 'starting';
    const places = readPlaces();
    const systems = listSystems(places);
    const problems = [
      // Of systems, what is so now and not what was so at boot.
      ...(known?.problems ?? places.problems).filter((problem) => !problem.startsWith('system ')),
      ...systems
        .filter(({ system }) => system === undefined)
        .map((one) => `system ${one.name} is broken: ${one.problems.join('; ')}`),
      ...systems
        .filter((one) => stateOf(one.name) === 'failed')
        .map((one) => `system ${one.name} has failed: ${serviceState(one.name)?.ended ?? ''}`),
      ...bridgeProblems(),
    ];
    const bridge = readBridge();
    const volumes = await Promise.all(
      places.volumes.map(async (volume) => ({ ...volume, ...(await space(volume.folder)) })),
    );
    const running = systems.filter((one) => stateOf(one.name) === 'running').length;
    if (options.json) {
      printJson({
        ...pe,
        mode,
        uptime: uptime(),
        volumes,
        dirs: places.dirs,
        systems: systems.length,
        running,
        network: bridge === undefined ? undefined : { ipv4: bridge.ipv4, ipv6: bridge.ipv6 },
        problems,
        engines: engines.map((one) => ({ name: one.name, problem: one.available() })),
      });
    } else {
      const looking = exists('/run/diskbios/places.json') ? 'none: systemx setup-disk' : 'still looking';
      printLines(
        facts([
          ['PE', `${pe?.name ?? 'diskbios'} ${pe?.version ?? ''}, mode ${mode}, up ${duration(uptime())}`],
          [
            'data volume',
            volumes.length === 0
              ? places.dirs.length > 0
                ? 'none'
                : looking
              : volumes
                  .map(
                    (one) =>
                      `${one.device} (${one.type}${one.label === '' ? '' : `, ${one.label}`}): ${formatBytes(one.free ?? 0)} of ${formatBytes(one.size ?? 0)} free${one.readOnly === undefined ? '' : ', read-only'}`,
                  )
                  .join('\n'),
          ],
          [
            'systems in',
            places.dirs.length === 0
              ? '-'
              : places.dirs
                  .map(
                    (dir) =>
                      `${dir.path}${dir.volume === undefined ? ' (in memory, gone at power-off)' : ''}`,
                  )
                  .join('\n'),
          ],
          ['systems', `${systems.length}, ${running} running`],
          ...(bridge === undefined
            ? []
            : [['their network', [bridge.ipv4, bridge.ipv6 ?? []].flat().join(', ')] as const]),
          ['engines', engines.map((one) => `${one.name}: ${one.available() ?? one.isolation}`).join('\n')],
        ]),
      );
      printLines(problems.map((problem) => paint('red', `! ${problem}`)));
    }
    return problems.length > 0 ? 1 : 0;
  },
});
