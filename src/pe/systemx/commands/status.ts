import { parseJson } from '../../../base/parse-json.ts';
import { openSettings, personalSummary } from '../../../base/personal.ts';
import { formatBytes } from '../../../base/sizes.ts';
import { busybox, execute } from '../../host/run.ts';
import { exists, readText, uptime } from '../../host.ts';
import { slotText } from '../../lib/boot-disk/slots.ts';
import { type BootStatus, duration, statusPath } from '../../lib/service-state.ts';
import { fullProblem, isFullProblem, type Space, spaceIn } from '../../lib/systems/data-volumes.ts';
import { allFacts } from '../../systems/engines/facts.ts';
import { bridgeProblems, readBridge } from '../../systems/network/bridge.ts';
import { readPersonal } from '../../systems/personal.ts';
import { readPlaces } from '../../systems/places.ts';
import { stateOf } from '../../systems/running.ts';
import { brokenText, listSystems } from '../../systems/store.ts';
import { serviceStates } from '../../systems/supervisor-client.ts';
import { command } from '../command.ts';
import { json } from '../options.ts';
import { paint, printJson, printLines } from '../output.ts';
import { facts } from '../table.ts';

function bootDiskFacts(bootDisk: BootStatus['bootDisk']): (readonly [string, string])[] {
  if (bootDisk === undefined) return [];
  const { slot, note } = bootDisk;
  return [
    ['slot', slot === undefined ? 'its disk is not found' : slotText(slot)],
    ...(note === undefined ? [] : [['boot disk', note] as const]),
  ];
}

/** Space of a mounted file system, from `df`. */
const space = async (folder: string): Promise<Space | undefined> =>
  spaceIn((await execute([busybox, 'df', '-Pk', folder])).stdout);

export const status = command({
  name: 'status',
  summary: 'Show how this PE is, its disks and what is wrong',
  about: ['Its exit code is 1 where something is wrong.'],
  arguments: [],
  options: { json },
  examples: ['systemx status', 'systemx status --json'],
  async run({ options }) {
    const pe = parseJson(readText('/etc/diskbios/pe.json')) as { name: string; version: string } | undefined;
    const found = readPersonal();
    const personal = found !== undefined && 'settings' in found ? found.settings : undefined;
    const known = parseJson(readText(statusPath)) as BootStatus | undefined;
    const mode = known?.mode ?? 'starting';
    const places = readPlaces();
    const systems = listSystems(places);
    const services = serviceStates();
    const states = new Map(systems.map(({ name }) => [name, stateOf(name, services)]));
    const volumes = await Promise.all(
      places.volumes.map(async (volume) => ({ ...volume, ...(await space(volume.folder)) })),
    );
    const problems = [
      // Of systems and of room, what is so now and not what was so at boot.
      ...(known?.problems ?? places.problems).filter(
        (problem) => !problem.startsWith('system ') && !isFullProblem(problem),
      ),
      ...volumes.flatMap(({ device, readOnly, size = 0, free = 0 }) =>
        readOnly === undefined ? (fullProblem(device, { size, free }) ?? []) : [],
      ),
      ...systems.filter(({ system }) => system === undefined).map(brokenText),
      ...systems
        .filter((one) => states.get(one.name) === 'failed')
        .map((one) => `system ${one.name} has failed: ${services(one.name)?.ended ?? ''}`),
      ...bridgeProblems(),
    ];
    const bridge = readBridge();
    const running = [...states.values()].filter((state) => state === 'running').length;
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
        bootDisk: known?.bootDisk,
        personal: personal === undefined ? undefined : openSettings(personal),
        problems,
        engines: allFacts.map((one) => ({ name: one.name, problem: one.available() })),
      });
    } else {
      const looking = exists('/run/diskbios/places.json') ? 'none: systemx setup-disk' : 'still looking';
      printLines(
        facts([
          ['PE', `${pe?.name ?? 'diskbios'} ${pe?.version ?? ''}, mode ${mode}, up ${duration(uptime())}`],
          ...(personal === undefined ? [] : [['personal', personalSummary(personal)] as const]),
          ...bootDiskFacts(known?.bootDisk),
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
          ['engines', allFacts.map((one) => `${one.name}: ${one.available() ?? one.isolation}`).join('\n')],
        ]),
      );
      printLines(problems.map((problem) => paint('red', `! ${problem}`)));
    }
    return problems.length > 0 ? 1 : 0;
  },
});
