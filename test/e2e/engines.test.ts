import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { makeRoots, rootsProblem } from '../helpers/roots.ts';
import { minute, type RunningPe, startPe } from '../helpers/systems.ts';

/** Engines and what they run, from inside one running PE. Isolation has a file of its own. */
const fixture = inject('fixture');
const noRoots = rootsProblem();

let pe: RunningPe;
let boot: string;
beforeAll(async () => {
  const files = noRoots === undefined ? (await makeRoots()).folder : undefined;
  pe = await startPe(fixture, { name: 'engines', files, size: 2 * 1024 ** 3 });
  boot = await pe.bootId();
  // They take their time: what follows is done meanwhile.
  if (noRoots === undefined)
    await pe.sh('for name in systemd sysvinit musl; do systemx start $name & done >/dev/null 2>&1');
}, 10 * minute);
afterAll(() => pe.end());

/** Kills the PE's supervisor, which busybox init starts again; the agent goes with it, and comes back. */
async function endSupervisor(): Promise<void> {
  const killed = pe.run(
    `kill -9 $(sed 's/.*"supervisor":\\([0-9]*\\).*/\\1/' /run/diskbios/services.json); sleep 60`,
  );
  await killed.catch(() => undefined);
  await pe.machine.agent().waitUntilThere(2 * minute);
}

describe('an app system on the livefs, in a container', () => {
  test('its own init runs in it, under its own name, and it takes a few KB', async () => {
    await pe.sh('systemx create web && systemx start web');
    const { stdout } = await pe.inside(
      'web',
      'cat /proc/1/comm /etc/hostname; hostname; id -u; ls /proc | grep -c "^[0-9]"',
    );
    const [comm, ...more] = stdout.split('\n');
    expect([comm, ...more.slice(0, 3)]).toEqual(['init', 'web', 'web', '0']);
    expect(Number(more[3])).toBeLessThan(8);
    expect(Number(await pe.sh('du -sk /hd/web/delta | cut -f1'))).toBeLessThan(30);
    await pe.until('systemx logs web', /web login:$/);
  });

  test('what it says goes into a log of bounded size, without what could act on a terminal', async () => {
    const odd = 'printf "\\033]0;title\\007\\033[2Jplain \\033[31mred\\033[0m\\n" >/dev/console';
    await pe.inside('web', 'seq 110000 >/dev/console', 2 * minute);
    await pe.until('systemx logs -n 1 web', '110000', 2 * minute);
    expect(Number(await pe.sh('cat /run/diskbios/systems/web/log* | wc -c'))).toBeLessThan(600 * 1024);
    await pe.inside('web', odd);
    await pe.until('systemx logs -n 1 web', 'plain \u001b[31mred\u001b[0m');
  });

  test('exec passes exit codes and input on and keeps both outputs apart', async () => {
    const { run, sh, inside } = pe;
    expect(await inside('web', 'echo out; echo wrong >&2; exit 7')).toMatchObject({
      ...{ status: 7, stdout: 'out\n', stderr: 'wrong\n' },
    });
    expect(await sh('echo through | systemx exec web cat')).toBe('through');
    expect((await run('systemx exec web no-such-program')).status).toBe(127);
    expect((await inside('web', 'kill -9 $$')).status).toBe(137);
    // Also at a terminal, where only one of them goes into a file.
    const terminal = await pe.atTerminal("systemx exec web sh -c 'echo out; echo wrong >&2' >/tmp/out");
    expect(await terminal.ended()).toMatch(/^wrong$/m);
    expect(await sh('cat /tmp/out')).toBe('out');
  });

  test('a terminal inside is a whole one', async () => {
    const terminal = await pe.atTerminal(
      `stty rows 33 cols 99; export TERM=vt220; systemx exec web sh -c 'tty; stty size; echo $TERM'`,
    );
    expect(await terminal.ended()).toMatch(/^\/dev\/pts\/\d+\n33 99\nvt220$/m);
  });

  test('enter gives a shell with a terminal of its size, and gives back the one it was started from', async () => {
    const terminal = await pe.atTerminal('stty rows 31 cols 97; stty -g; systemx enter web; stty -g');
    await terminal.knockUntil(/# /);
    await terminal.type('hostname; stty size; tty\r');
    await terminal.untilShown(/\nweb\n31 97\n\/dev\/pts\/\d+\n/);
    await terminal.type('exit\r');
    const lines = (await terminal.ended()).trim().split('\n');
    expect(lines.at(-1)).toBe(lines[0]);
  });

  test('a console is attached by one at a time, and given back as it was', async () => {
    const terminal = await pe.atTerminal('stty -g; systemx console web; stty -g');
    await terminal.untilShown(/Ctrl-A q detaches/);
    const other = await pe.atTerminal('systemx console web');
    expect(await other.ended()).toMatch(/another terminal is attached to the console of web/);
    await terminal.knockUntil(/detaches ---[^]*\n\w+ login:/);
    await terminal.type('someone\r');
    await terminal.untilShown(/login: someone[^]*Password:/);
    await terminal.type('\u0001q');
    const lines = (await terminal.ended()).trim().split('\n');
    expect(lines.at(-2)).toContain('detached from web');
    expect(lines.at(-1)).toBe(lines[0]);
    expect(await pe.state('web')).toBe('running');
  });

  test('a program that is no init gets one, is stopped by SIGTERM, and its exit code counts', async () => {
    const { sh, until } = pe;
    const loop = 'trap "echo asked; exit 0" TERM; echo begun; while :; do sleep 0.2; done';
    await sh(`systemx create job restart=never 'init=/bin/sh -c "${loop.replaceAll('"', '\\"')}"'`);
    await sh('systemx start job');
    await until('systemx logs -n 1 job', 'begun');
    expect((await pe.inside('job', 'cat /proc/1/cmdline')).stdout).toMatch(/busybox/);
    await sh('systemx stop job');
    expect(await sh('systemx logs -n 1 job')).toBe('asked');
    await sh(`systemx set job 'init=/bin/sh -c "sleep 1; exit 3"' && systemx start job`);
    await until('systemx info job --json | grep ended', '"ended": "ended with code 3",');
    // Again and again: later each time.
    await sh(`systemx set job restart=always 'init=/bin/sh -c "exit 3"' && (systemx start job || :)`);
    const waits = "logread | sed -n 's/.*system-job: .*; starting it again in \\(.*\\) s$/\\1/p'";
    await until(`${waits} | wc -l`, /^[3-9]$/, 2 * minute);
    await sh('systemx stop job');
    const [first = 0, second = 0, third = 0] = (await sh(waits)).split('\n').map(Number);
    expect([second > first, third > second], `${first} ${second} ${third}`).toEqual([true, true]);
  });

  test('with folders of the template one by one it runs the same, and they are read-only', async () => {
    const { sh, inside } = pe;
    await sh('systemx create parts layering=binds && systemx start parts');
    expect((await inside('parts', 'hostname; touch /etc/x && echo kept')).stdout).toBe('parts\nkept\n');
    expect((await inside('parts', 'touch /usr/x')).stderr).toMatch(/Read-only/);
    await sh('systemx restart parts');
    expect((await inside('parts', 'ls /etc/x; cat /etc/hostname')).stdout).toBe('/etc/x\nparts\n');
    await sh('systemx stop parts');
  });

  test('stopped, nothing of it is left but its files and its log', async () => {
    const { sh, run } = pe;
    await sh('systemx create db && systemx start db && systemx stop db');
    expect(await pe.state('db')).toBe('stopped');
    expect((await run('grep -c systems/db /proc/mounts')).stdout).toBe('0\n');
    expect((await run('ls -d /sys/fs/cgroup/systems/db')).status).not.toBe(0);
    expect(await sh('systemx logs db')).toMatch(/Requesting system poweroff$/);
    await sh('systemx start db');
  });
});

describe('ends', () => {
  const newInit = (first: string): string =>
    `pid=$(cat /run/diskbios/systems/web/init-pid); [ "$pid" = ${first} ] || cat /proc/$pid/comm`;

  test('a reboot inside starts it again, a power-off leaves it off; nobody else notices', async () => {
    const other = await pe.initPid('db');
    const first = await pe.initPid('web');
    await pe.inside('web', 'reboot');
    await pe.until(newInit(first), 'init');
    await pe.inside('web', 'poweroff');
    await pe.untilState('web', 'stopped');
    expect(await pe.sh('systemx info web --json')).toMatch(/"ended": "it switched itself off"/);
    await pe.sh('systemx start web');
    expect(await pe.initPid('db')).toBe(other);
    expect(await pe.bootId()).toBe(boot);
  });

  test('destroyed, its service is gone too', async () => {
    await pe.sh('systemx create gone && systemx start gone && systemx stop gone');
    expect(await pe.sh('service --status-all')).toContain('system-gone');
    await pe.sh('systemx destroy gone --yes gone');
    expect(await pe.sh('service --status-all')).not.toContain('system-gone');
  });

  test('killed from outside it comes back', async () => {
    const first = await pe.initPid('web');
    await pe.sh(`kill -9 ${first}`);
    await pe.until(newInit(first), 'init');
    // The process of LXC that looks after it.
    await pe.sh(`kill -9 $(ps -o pid,args | awk '/[l]xc-start .*-n web /{ print $1 }')`);
    await pe.until('systemx exec web hostname', 'web');
    expect(await pe.state('db')).toBe('running');
  });

  test('an init that cannot run is named before the start', async () => {
    const { sh, run } = pe;
    await sh('systemx create bad init=/no/such && mkdir /hd/bad/delta/opt');
    expect(await run('systemx start bad')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        'its init /no/such is not there: systemx set bad init=COMMAND',
      ) as string,
    });
    await sh(
      `printf '#!/no/shell\\n' >/hd/bad/delta/opt/go; chmod 755 /hd/bad/delta/opt/go; systemx set bad init=/opt/go`,
    );
    expect((await run('systemx start bad')).stderr).toContain(
      'its init /opt/go needs /no/shell, which is not there',
    );
  });

  test('the supervisor may die: systems run on, are taken on, and their ends are still told apart', async () => {
    const pids = await Promise.all(['web', 'db'].map(pe.initPid));
    // As if it had been booted with what no boot can follow.
    const long = 'a'.repeat(300);
    const words = [
      ...['mode=dual', 'systems=a/b,web', 'console=名前', 'system=/hd/../etc', '"dir=/hd,/a\\"b"'],
      ...['data=LABEL=\\033[31m', `nonsense=${long}`],
    ];
    await pe.sh(
      `printf '%b' '${words.map((word) => word.replace(/^("?)/, '$1diskbios.')).join(' ')}' >/tmp/cmdline && mount --bind /tmp/cmdline /proc/cmdline`,
    );
    await endSupervisor();
    await pe.untilState('web', 'running');
    expect(await Promise.all(['web', 'db'].map(pe.initPid))).toEqual(pids);
    const { status, stdout } = await pe.run('umount /proc/cmdline; systemx status');
    expect(status).toBe(1);
    for (const line of [
      "diskbios.systems=a/b,web has an item 'a/b' that is not the name of a system: it has a slash in it",
      'diskbios.console=名前 is not the name of a system: it may have only the letters a to z, digits and hyphens',
      'diskbios.system=/hd/../etc is not a whole absolute path',
      'diskbios.data=LABEL=\\u001b[31m has characters in it that no terminal shows',
      `diskbios.nonsense=${long}: there is no such parameter`,
    ])
      expect(stdout).toContain(line);
    await pe.inside('web', 'poweroff');
    await pe.untilState('web', 'stopped');
    expect(await pe.sh('systemx info web --json')).toMatch(/"ended": "it switched itself off"/);
  });
});

describe('with diskbios.console=', () => {
  /** What stands on a terminal of the screen. */
  const screen = (n: number): string => `cat /dev/vcs${n}`;

  test('a system has the screen and the keyboard, and the PE comes after it', async () => {
    await pe.sh('systemx create shown && systemx stop web');
    // As if it had been booted with it: the supervisor that starts now reads it.
    await pe.sh(
      'echo "$(cat /proc/cmdline) diskbios.mode=dual diskbios.systems=shown diskbios.console=shown" >/tmp/cmdline && mount --bind /tmp/cmdline /proc/cmdline',
    );
    await endSupervisor();
    // Nothing may cover /proc where a system is to mount its own; and the login that was there before is a person's no more.
    await pe.sh('umount /proc/cmdline; kill $(ps -o pid,args | awk "/[g]etty.* tty1 /{ print \\$1 }")');
    await pe.untilState('shown', 'running');
    await pe.until(screen(1), /shown login:/);
    expect(await pe.sh('cat /sys/class/tty/tty0/active')).toBe('tty1');
    await pe.until(screen(2), /login:/);
    await pe.type('someone\n');
    await pe.until(screen(1), /shown login:[^]*someone[^]*Password:/);
    await pe.inside('shown', 'poweroff');
    await pe.untilState('shown', 'stopped');
    await pe.until('cat /sys/class/tty/tty0/active', 'tty2');
  });
});

describe('in the engine chroot', () => {
  test("it has its own processes, name and console; the network is the PE's", async () => {
    await pe.sh('systemx create cell --engine chroot && systemx start cell');
    const { stdout } = await pe.inside(
      'cell',
      'cat /proc/1/comm; hostname; ls /proc | grep -c "^[0-9]"; ls /dev | grep -c vd; grep -c diskbios/volumes /proc/mounts; ip -o link show eth0 | wc -l',
    );
    expect(stdout.split('\n')).toEqual(['init', 'cell', expect.stringMatching(/^[3-8]$/), '0', '0', '1', '']);
    expect(await pe.sh('hostname')).not.toBe('cell');
    await pe.until('systemx logs cell', /cell login:$/);
    const terminal = await pe.atTerminal('stty rows 30 cols 90; systemx console cell');
    await terminal.untilShown(/Ctrl-A q detaches/);
    await terminal.knockUntil(/detaches ---[^]*\n\w+ login:/);
    await terminal.type('someone\r');
    await terminal.untilShown(/login: someone[^]*Password:/);
    expect(await pe.sh('stty -F $(cat /run/diskbios/systems/cell/tty) size')).toBe('30 90');
    await terminal.type('\u0001q');
    expect(await terminal.ended()).toMatch(/detached from cell/);
  });

  test('a reboot and a power-off inside are its own', async () => {
    await pe.inside('cell', 'reboot');
    await pe.until('systemx info cell --json | grep restarts', '"restarts": 1,');
    await pe.until('systemx exec cell hostname', 'cell');
    await pe.inside('cell', 'poweroff');
    await pe.untilState('cell', 'stopped');
    expect(await pe.bootId()).toBe(boot);
  });

  test('a root with nothing but busybox runs in either engine', async () => {
    const { sh, inside } = pe;
    await sh(
      'mkdir -p /tmp/bb/bin /tmp/bb/sbin && cp /usr/bin/busybox /tmp/bb/bin/ && ln -s ../bin/busybox /tmp/bb/sbin/init && for name in sh cat hostname; do ln -s busybox /tmp/bb/bin/$name; done',
    );
    await sh('systemx create tiny --from /tmp/bb && systemx start tiny');
    expect((await inside('tiny', 'hostname; cat /proc/1/comm')).stdout).toBe('tiny\ninit\n');
    await sh('systemx stop tiny && systemx set tiny engine=chroot network=host && systemx start tiny');
    expect((await inside('tiny', 'hostname; cat /proc/1/comm')).stdout).toBe('tiny\ninit\n');
    await sh('systemx stop tiny');
  });
});

describe.skipIf(noRoots !== undefined)(`whole roots${noRoots === undefined ? '' : ` (${noRoots})`}`, () => {
  /** Switched itself off when it was asked to. */
  const notForced = async (name: string): Promise<void> => {
    expect(await pe.sh(`logread | grep -c "system-${name}: does not end" || :`)).toBe('0');
  };

  test('one of another libc boots and switches off', async () => {
    await pe.until('systemx logs musl', /^a small init on musl, process 1$/);
    await pe.sh('systemx stop musl');
    expect(await pe.sh('systemx logs musl')).toMatch(/the small init ends$/);
    await notForced('musl');
  });

  test('Debian with systemd comes up whole and goes down clean', async () => {
    await pe.until('systemx exec systemd systemctl is-system-running', 'running', 3 * minute);
    expect(await pe.sh('systemx exec systemd systemctl --failed --no-legend --plain')).toBe('');
    expect((await pe.inside('systemd', 'cat /proc/1/comm; systemd-detect-virt')).stdout).toBe(
      'systemd\nlxc\n',
    );
    // A service that crashes is its own business.
    const other = await pe.initPid('db');
    const journal = 'systemctl show -p MainPID --value systemd-journald';
    const { stdout: first } = await pe.inside('systemd', journal);
    await pe.inside('systemd', `kill -9 ${first}`);
    const again = async (): Promise<string> => (await pe.inside('systemd', journal)).stdout;
    await expect.poll(again, { timeout: 2 * minute }).not.toMatch(new RegExp(`^(0|${first.trim()})\\n$`));
    expect([await pe.state('db'), await pe.initPid('db'), await pe.bootId()]).toEqual([
      'running',
      other,
      boot,
    ]);
    await pe.sh('systemx stop systemd', 2 * minute);
    expect(await pe.sh('systemx logs systemd')).toMatch(/Reached target.*(final|poweroff)/);
    await notForced('systemd');
  });

  test('systemd is refused by the engine chroot, and told why', async () => {
    await pe.sh('systemx set systemd engine=chroot network=host');
    const { status, stderr } = await pe.run('systemx start systemd');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'systemd does not run in the engine chroot: systemx set systemd engine=lxc network=bridge',
    );
  });

  test('Debian with sysvinit comes up and goes down clean', async () => {
    await pe.until('systemx exec sysvinit sh -c "cat /proc/[0-9]*/comm"', /getty/, 3 * minute);
    await pe.sh('systemx stop sysvinit', 2 * minute);
    expect(await pe.sh('systemx logs sysvinit')).toMatch(/Will now halt\.$/);
    await notForced('sysvinit');
  });
});
