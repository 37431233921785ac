import { busybox, execute } from '../../host/run.ts';
import { exists, kill, readText, removeFile, replaceFile } from '../../host.ts';
import { shellLine } from '../../lib/network-config.ts';
import { chrootScript, foregroundScript } from '../../lib/systems/chroot-script.ts';
import { haltOf, patienceOf, wrapper } from '../../lib/systems/init-kind.ts';
import { baseEnv } from '../../lib/systems/lxc-config.ts';
import { birthplace } from '../cgroup.ts';
import { initOf, initProblems, kindOfInit } from '../init.ts';
import type { Engine, Target } from './engine.ts';
import { chrootFacts } from './facts.ts';
import { mountProblems } from './mounts.ts';

const environment = ({ system }: Target): Record<string, string> => ({
  ...baseEnv,
  container: 'diskbios',
  ...system.env,
});

/** PID 1 of the system's PID namespace, among the processes of its control group. */
function init(target: Target): number | undefined {
  for (const word of (readText(`${birthplace(target.cgroup)}/cgroup.procs`) ?? '').split('\n')) {
    const status = readText(`/proc/${word}/status`) ?? '';
    if (word !== '' && /^NSpid:\s+\d+\s+1$/m.test(status)) return Number(word);
  }
  return undefined;
}

/** The program, or a small init with the program as its child where it is no init. */
function firstProcess(target: Target): Pick<Parameters<typeof chrootScript>[0], 'init' | 'helpers'> {
  const command = initOf(target.system);
  if (kindOfInit(target.root, target.system) !== 'program' || target.system.init === undefined)
    return { init: command, helpers: [] };
  const script = `${target.run}/init`;
  replaceFile(script, wrapper(shellLine([command])), 0o755);
  return {
    init: ['/dev/.diskbios/busybox', 'sh', '/dev/.diskbios/init'],
    helpers: [
      { from: busybox, to: '/dev/.diskbios/busybox' },
      { from: script, to: '/dev/.diskbios/init' },
    ],
  };
}

/** Holds the terminal that is the system's console; without it there is no console, only a log. */
const scriptProgram = '/usr/bin/script';

/** A root of its own with mount, PID, IPC and UTS namespaces of its own. */
export const chroot: Engine = {
  ...chrootFacts,
  check(target) {
    const { name, system, root } = target;
    const problems = [...initProblems(name, root, system), ...mountProblems(target)];
    if (kindOfInit(root, system) === 'systemd')
      problems.push(
        `systemd does not run in the engine chroot: systemx set ${name} engine=lxc network=bridge`,
      );
    return problems;
  },
  prepare(target) {
    const { name, run, root, system } = target;
    removeFile(`${run}/tty`);
    const inside = `${run}/inside`;
    replaceFile(
      inside,
      chrootScript({
        ...firstProcess(target),
        root,
        run,
        hostname: system.hostname ?? name,
        mounts: system.mounts,
        env: environment(target),
      }),
      0o700,
    );
    const holder = target.console ? 'screen' : exists(scriptProgram) ? 'script' : undefined;
    const procs = `${birthplace(target.cgroup)}/cgroup.procs`;
    replaceFile(`${run}/foreground`, foregroundScript({ run, inside, holder, procs }), 0o700);
    return Promise.resolve({
      argv: [busybox, 'sh', `${run}/foreground`],
      env: { PATH: baseEnv['PATH'] ?? '', SHELL: '/bin/sh' },
      // In a PID namespace reboot(2) ends its first process by SIGHUP (anew) or SIGINT (off).
      ends: { reboot: [128 + 1], powerOff: [128 + 2] },
      patience: patienceOf(kindOfInit(root, system)),
    });
  },
  hasBegun: ({ run }) => exists(`${run}/up`),
  init,
  command(target, argv, term) {
    const env = { ...environment(target), ...(term === undefined ? {} : { TERM: term }) };
    return [
      ...[busybox, 'sh', '-c', 'echo $$ >"$0" && exec "$@"', `${birthplace(target.cgroup)}/cgroup.procs`],
      ...[busybox, 'env', '-i', ...Object.entries(env).map(([key, value]) => `${key}=${value}`)],
      ...[busybox, 'nsenter', '-t', String(init(target) ?? 0), '-m', '-u', '-i', '-p', '-r', '-w'],
      ...argv,
    ];
  },
  console: ({ name, run }) =>
    exists(`${run}/console-in`) ? ['/usr/sbin/systemx', '_attach', name] : undefined,
  async askToStop(target) {
    const pid = init(target);
    const halt = haltOf(kindOfInit(target.root, target.system));
    if (pid === undefined) return;
    if ('signal' in halt) kill(pid, halt.signal);
    else await execute(chroot.command(target, halt.run, undefined), { within: 10_000 });
  },
  cleanup({ run }) {
    for (const file of ['init', 'inside', 'foreground', 'tty', 'console-in', 'console-out'])
      removeFile(`${run}/${file}`);
    return Promise.resolve();
  },
};
