import { isThere, realPath } from '../../host/files.ts';
import { busybox } from '../../host/run.ts';
import { kill, list, readText, replaceFile } from '../../host.ts';
import { chrootScript } from '../../lib/systems/chroot-script.ts';
import type { Engine, Target } from './engine.ts';

const script = (target: Target): string => `${target.run}/inside`;
const initOf = (target: Target): readonly string[] => target.system.init ?? ['/sbin/init'];

/** The child of the foreground process: PID 1 of the system's PID namespace. */
function init(target: Target): number | undefined {
  for (const word of (readText(`${target.cgroup}/cgroup.procs`) ?? '').split('\n')) {
    const status = readText(`/proc/${word}/status`) ?? '';
    if (word !== '' && /^NSpid:\s+\d+\s+1$/m.test(status)) return Number(word);
  }
  return undefined;
}

/** A root of its own with mount, PID, IPC and UTS namespaces of its own. */
export const chroot: Engine = {
  name: 'chroot',
  isolation:
    'own processes, files and name; shares the network and the kernel, and root inside is root of the machine',
  networks: ['host'],
  mapsIds: false,
  available: () => undefined,
  check(target) {
    const [program = ''] = initOf(target);
    const problems: string[] = [];
    if (!program.startsWith('/')) problems.push(`its init ${program} is not an absolute path`);
    else if (!isThere(`${target.root}${program}`))
      problems.push(`its init ${program} is not there: systemx set ${target.name} init=PROGRAM`);
    return problems;
  },
  prepare(target) {
    const { hostname, mounts } = target.system;
    replaceFile(
      script(target),
      chrootScript({
        root: target.root,
        hostname: hostname ?? target.name,
        init: initOf(target),
        mounts,
        up: `${target.run}/up`,
      }),
      0o700,
    );
    const kindOfInit = realPath(`${target.root}${initOf(target)[0] ?? ''}`) ?? '';
    return Promise.resolve({
      argv: [
        busybox,
        'unshare',
        '-m',
        '-p',
        '-i',
        '-u',
        '-f',
        '--propagation',
        'private',
        busybox,
        'sh',
        script(target),
      ],
      env: {
        container: 'diskbios',
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        ...target.system.env,
      },
      // In a PID namespace reboot(2) ends its first process by SIGHUP (anew) or SIGINT (off).
      ends: { reboot: [128 + 1], powerOff: [128 + 2] },
      patience: kindOfInit.includes('systemd') ? 60_000 : 20_000,
    });
  },
  init,
  command(target, argv) {
    const pid = init(target);
    return [
      busybox,
      'sh',
      '-c',
      'echo $$ >"$0" && exec "$@"',
      `${target.cgroup}/cgroup.procs`,
      busybox,
      'nsenter',
      '-t',
      String(pid ?? 0),
      '-m',
      '-u',
      '-i',
      '-p',
      '-r',
      '-w',
      ...argv,
    ];
  },
  askToStop(target) {
    const pid = init(target);
    if (pid !== undefined) kill(pid, stopSignal(pid));
    return Promise.resolve();
  },
  cleanup: () => Promise.resolve(),
};

/** What tells an init to switch off: SIGRTMIN+3 for systemd, SIGUSR2 for busybox, SIGTERM for what is no init. */
function stopSignal(pid: number): number {
  const name = (readText(`/proc/${pid}/comm`) ?? '').trim();
  if (name === 'systemd') return 37;
  if (name === 'init') return list(`/proc/${pid}/root/run/initctl`).length > 0 ? 30 : 12;
  return 15;
}
