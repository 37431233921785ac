import { readLink, stat } from '../../host/files.ts';
import { busybox, execute } from '../../host/run.ts';
import { kill, readText, removeFile, replaceFile } from '../../host.ts';
import { shellLine } from '../../lib/network-config.ts';
import { haltOf, patienceOf, wrapper } from '../../lib/systems/init-kind.ts';
import { baseEnv, lxcConfig } from '../../lib/systems/lxc-config.ts';
import { runFolder } from '../../lib/systems/places.ts';
import { processesIn } from '../cgroup.ts';
import { initOf, initProblems, kindOfInit } from '../init.ts';
import { joinNetwork, leaveNetwork, openNetwork } from '../network/join.ts';
import { writtenInit } from '../written-init.ts';
import type { Engine, Target } from './engine.ts';
import { lxcFacts, lxcProgram } from './facts.ts';
import { mountProblems } from './mounts.ts';

/** Folder of the folders that LXC knows containers by. */
const lxcPath = runFolder('').replace(/\/$/, '');
const logSize = 256 * 1024;

const named = (target: Target): string[] => ['-P', lxcPath, '-n', target.name];

const init = ({ name }: Target): number | undefined => writtenInit(name);

/** The first of its process ids is a process of LXC until that becomes the system's own program. */
function hasBegun(target: Target): boolean {
  const payload = `${target.cgroup}/payload`;
  // Mostly it is still where it was born, and looking below that is long.
  const born = (readText(`${payload}/cgroup.procs`) ?? '').split('\n').filter((pid) => pid !== '');
  for (const pid of born.length > 0 ? born : processesIn(payload)) {
    if (!/^NSpid:\s+\d+\s+1$/m.test(readText(`/proc/${pid}/status`) ?? '')) continue;
    const runs = readLink(`/proc/${pid}/exe`);
    if (runs === undefined || runs === lxcProgram) return false;
    replaceFile(`${target.run}/init-pid`, `${pid}\n`);
    return true;
  }
  return false;
}

/** LXC starts the program itself, or a small init with the program as its child where it is no init. */
function firstProcess(target: Target): Pick<Parameters<typeof lxcConfig>[0], 'init' | 'kind' | 'helpers'> {
  const kind = kindOfInit(target.root, target.system);
  const command = initOf(target.system);
  if (kind !== 'program' || target.system.init === undefined) return { init: command, kind, helpers: [] };
  const script = `${target.run}/init`;
  replaceFile(script, wrapper(shellLine([command])), 0o755);
  const inside = { busybox: '/dev/.diskbios/busybox', script: '/dev/.diskbios/init' };
  return {
    init: [inside.busybox, 'sh', inside.script],
    kind,
    helpers: [
      { from: busybox, to: inside.busybox },
      { from: script, to: inside.script },
    ],
  };
}

/** Containers by LXC. */
export const lxc: Engine = {
  ...lxcFacts,
  check(target) {
    const { name, system } = target;
    const problems = [...initProblems(name, target.root, system), ...mountProblems(target)];
    if (system.network.kind === 'host' && !system.privileged)
      problems.push(
        `the PE's own network is for privileged systems and the engine chroot only: systemx set ${name} network=bridge`,
      );
    for (const [key, value] of Object.entries(system.env)) {
      if (/[\u0000-\u001f\u007f]/.test(value))
        problems.push(`env.${key} has control characters in it: systemx set ${name} env.${key}=TEXT`);
    }
    return problems;
  },
  async prepare(target) {
    const { name, system, run } = target;
    for (const old of ['init-pid', 'lxc.log']) removeFile(`${run}/${old}`);
    const first = firstProcess(target);
    const network = await joinNetwork(target, {
      asks: first.kind !== 'program',
      plain: first.helpers.length > 0,
    });
    const config = lxcConfig({
      ...first,
      helpers: [...first.helpers, ...network.files],
      name,
      hostname: system.hostname ?? name,
      run,
      root: target.root,
      cgroup: `systems/${name}`,
      idBase: system.privileged ? undefined : system.idBase,
      env: system.env,
      mounts: system.mounts.map((one) => ({
        ...one,
        kind: stat(one.from)?.kind === 'folder' ? ('folder' as const) : ('file' as const),
      })),
      nets: [network.net],
      terminal: target.console ? '/dev/tty1' : undefined,
      logSize,
    });
    replaceFile(`${run}/config`, config, 0o600);
    return {
      argv: [lxcProgram, ...named(target), '-F', '-q', '-l', 'INFO', '-o', `${run}/lxc.log`],
      env: { PATH: baseEnv['PATH'] ?? '' },
      // The kernel ends the first process by SIGHUP (anew) or SIGINT (off).
      ends: { reboot: [128 + 1], powerOff: [128 + 2] },
      patience: patienceOf(first.kind),
      entersGroup: true,
      oomScore: -900,
    };
  },
  beside: ({ name }) => openNetwork(name),
  hasBegun,
  init,
  command(target, argv, term) {
    const env = {
      ...baseEnv,
      container: 'lxc',
      ...target.system.env,
      ...(term === undefined ? {} : { TERM: term }),
    };
    return [
      '/usr/bin/lxc-attach',
      ...named(target),
      ...['-q', '--clear-env'],
      ...Object.entries(env).flatMap(([key, value]) => ['-v', `${key}=${value}`]),
      '--',
      ...argv,
    ];
  },
  console: (target) =>
    // What is on the console of sysvinit is its messages; the logins are on the terminals.
    [
      '/usr/bin/lxc-console',
      ...named(target),
      ...['-q', '-e', '^a', '-t', kindOfInit(target.root, target.system) === 'sysvinit' ? '1' : '0'],
    ],
  async askToStop(target) {
    const pid = init(target);
    const halt = haltOf(kindOfInit(target.root, target.system));
    if (pid === undefined) return;
    if ('signal' in halt) kill(pid, halt.signal);
    else await execute(lxc.command(target, halt.run, undefined), { within: 10_000 });
  },
  async cleanup({ name, run }) {
    for (const file of ['init-pid', 'init', 'config']) removeFile(`${run}/${file}`);
    await leaveNetwork(name);
  },
};
