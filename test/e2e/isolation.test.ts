import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { seizeProgram } from '../helpers/seize-program.ts';
import { minute, type RunningPe, startPe } from '../helpers/systems.ts';

/** What an unprivileged system cannot do to the PE and to others, tried from inside. */
const fixture = inject('fixture');

let pe: RunningPe;
let boot: string;
beforeAll(async () => {
  pe = await startPe(fixture, { name: 'isolation', files: undefined, size: 192 * 1024 ** 2 });
  boot = await pe.bootId();
  await pe.sh('systemx create web memory=64MiB processes=64 && systemx create db');
  // As a template or an archive may bring it.
  await pe.sh(
    'mkdir /hd/web/delta/opt && mknod /hd/web/delta/opt/disk b 254 0 && chmod 666 /hd/web/delta/opt/disk',
  );
  await pe.sh('systemx start web db', 2 * minute);
}, 10 * minute);
afterAll(() => pe.end());

test('root inside is nobody outside, and no two systems have the same ids', async () => {
  const maps = await Promise.all(
    ['web', 'db'].map(async (name) =>
      pe.sh(`awk '{ print $1, $2, $3 }' /proc/${await pe.initPid(name)}/uid_map`),
    ),
  );
  expect(new Set(maps).size).toBe(2);
  for (const map of maps) expect(map).toMatch(/^0 [1-9]\d{5,} 65536$/);
  await pe.inside('web', 'echo mine >/root/file; chown 1000:1000 /root/file');
  expect(await pe.sh('stat -c "%u %g" /hd/web/delta/root/file')).toBe('1000 1000');
});

test('nothing of what makes the PE itself is in it', async () => {
  await pe.sh(
    '[ -s /etc/dropbear/dropbear_ed25519_host_key ] || dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key',
  );
  const { stdout } = await pe.inside(
    'web',
    'ls -d /etc/dropbear /etc/diskbios /usr/lib/diskbios /root/.ssh /hd/* /run/diskbios 2>/dev/null; cut -d: -f2 /etc/shadow | sort -u',
  );
  expect(stdout).toBe('*\n');
  expect((await pe.inside('web', 'ps')).stdout).not.toMatch(/supervis|agent/);
});

/** Each is a shell script that would print `escaped` if it could do it. */
const attempts: Readonly<Record<string, string>> = {
  'mount a disk of the machine':
    'mount -t ext4 /dev/vda /mnt && echo escaped; mount -t ext4 /opt/disk /mnt && echo escaped',
  'make a device file': 'mknod /disk b 254 0 && echo escaped; mknod /tmp/mem c 1 1 && echo escaped',
  'open one that lies in its root':
    '[ -b /opt/disk ] || echo "escaped: not there"; head -c 1 /opt/disk && echo escaped',
  'see devices of the machine':
    'for name in vda sr0 mem kmsg tty1 ttyS0 vport1p1; do [ ! -e /dev/$name ] || echo escaped; done',
  'load a kernel module': 'modprobe dummy && echo escaped; [ ! -d /sys/module/dummy ] || echo escaped',
  'set up the kernel':
    'for f in kernel/panic kernel/core_pattern kernel/modprobe vm/overcommit_memory kernel/pid_max; do echo 1 >/proc/sys/$f && echo escaped; done; umount /proc/sys; mount -o remount,rw /proc/sys; echo 7 >/proc/sys/kernel/panic && echo escaped',
  'press the magic key': 'umount /proc/sysrq-trigger; echo h >/proc/sysrq-trigger && echo escaped',
  'write to sysfs':
    'mount -o remount,rw /sys; for f in devices/system/cpu/cpu1/online kernel/uevent_helper block/vda/queue/read_ahead_kb power/state; do echo 0 >/sys/$f && echo escaped; done',
  'mount a sysfs, a proc or a control group that says more':
    'mkdir /tmp/m; mount -t sysfs none /tmp/m && echo 0 >/tmp/m/devices/system/cpu/cpu1/online && echo escaped; mount -t proc none /tmp/m && echo 7 >/tmp/m/sys/kernel/panic && echo escaped; mount -t cgroup2 none /tmp/m && [ -e /tmp/m/systems ] && echo escaped',
  'reach processes of the PE':
    'kill -9 $OUTSIDE && echo escaped; cat /proc/$OUTSIDE/environ && echo escaped; ls /proc/1/root/etc/diskbios && echo escaped; nsenter -t 1 -m ls /usr/lib/diskbios && echo escaped',
  'read what the kernel logs':
    'dmesg | grep -q Linux && echo escaped; head -c 1 /proc/kcore && echo escaped; cat /dev/kmsg && echo escaped',
  'set the clock':
    'date -s 2001-01-01; [ "$(date +%Y)" != 2001 ] || echo escaped; hwclock -w && echo escaped',
  'leave its control group or change its limits':
    'cd /sys/fs/cgroup; for f in memory.max pids.max cpu.max; do echo max >$f && echo escaped; done; ls -d ../systems && echo escaped; mkdir more && echo $$ >more/cgroup.procs; cat /proc/self/cgroup | grep -q systems && echo escaped',
  'make devices of what it stands on devices again':
    'mount -o remount,dev / && head -c 1 /opt/disk && echo escaped; mount --bind / /mnt && mount -o remount,bind,dev /mnt && head -c 1 /mnt/opt/disk && echo escaped',
};

describe('from inside nobody can', () => {
  const outside =
    'cat /proc/sys/kernel/panic /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /sys/devices/system/cpu/online; date +%Y; hostname';

  test.each(Object.entries(attempts))('%s', async (_, script) => {
    const supervisor = await pe.sh(`sed 's/.*"supervisor":\\([0-9]*\\).*/\\1/' /run/diskbios/services.json`);
    const before = await pe.sh(outside);
    const { stdout } = await pe.inside('web', script.replaceAll('$OUTSIDE', supervisor));
    expect(stdout).not.toContain('escaped');
    expect(await pe.sh(outside)).toBe(before);
    expect(await pe.bootId()).toBe(boot);
  });

  test('trace a process of the PE', async () => {
    const supervisor = Number(
      await pe.sh(`sed 's/.*"supervisor":\\([0-9]*\\).*/\\1/' /run/diskbios/services.json`),
    );
    const seize = (process: number | 'parent'): string =>
      `echo ${seizeProgram(process).toString('base64')} | base64 -d >/tmp/seize; chmod 755 /tmp/seize; /tmp/seize; echo $?`;
    // It does where it may; of what is outside there is no such process.
    expect((await pe.inside('web', seize('parent'))).stdout).toBe('0\n');
    expect((await pe.inside('web', seize(supervisor))).stdout).toBe('3\n');
  });

  test('have more of the processor than its limit', async () => {
    await pe.sh('systemx set db cpus=0.2 && systemx restart db');
    const used = async (): Promise<{ system: number; machine: number }> => {
      const said = await pe.sh(
        `sed -n 's/^usage_usec //p' /sys/fs/cgroup/systems/db/cpu.stat; cut -d' ' -f1 /proc/uptime`,
      );
      const [system = 0, machine = 0] = said.split('\n').map(Number);
      return { system: system / 1e6, machine };
    };
    const before = await used();
    await pe.inside('db', 'timeout 5 sh -c "while :; do :; done"', 2 * minute);
    const after = await used();
    const share = (after.system - before.system) / (after.machine - before.machine);
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.25);
    await pe.sh('systemx set db cpus=none && systemx restart db');
  });

  test('have more processes than its limit', async () => {
    const bomb = 'n=0; while [ $n -lt 300 ]; do sleep 20 & n=$((n+1)); done';
    expect((await pe.inside('web', bomb, 2 * minute)).stderr).toMatch(/can't fork/);
    expect(Number(await pe.sh('cat /sys/fs/cgroup/systems/web/pids.peak'))).toBeLessThanOrEqual(64);
    expect(await pe.inside('db', 'echo alive')).toMatchObject({ stdout: 'alive\n' });
    await pe.sh('systemx restart web');
  });

  test('have more memory than its limit', async () => {
    await pe.inside('web', 'head -c 200000000 /dev/zero | tail -c 190000000 | wc -c', 2 * minute);
    const { memory, killed } = {
      memory: Number(await pe.sh('cat /sys/fs/cgroup/systems/web/memory.peak')),
      killed: await pe.sh('sed -n "s/^oom_kill //p" /sys/fs/cgroup/systems/web/memory.events'),
    };
    expect(memory).toBeLessThanOrEqual(64 * 1024 ** 2);
    expect(Number(killed)).toBeGreaterThan(0);
    expect(await pe.inside('web', 'echo alive')).toMatchObject({ stdout: 'alive\n' });
    expect(await pe.inside('db', 'echo alive')).toMatchObject({ stdout: 'alive\n' });
  });

  test('fill the disk so that the PE or others fall', async () => {
    await pe.inside('web', 'dd if=/dev/zero of=/fill bs=1M; echo $?', 4 * minute);
    expect(await pe.inside('db', 'echo alive')).toMatchObject({ stdout: 'alive\n' });
    expect(await pe.bootId()).toBe(boot);
    await pe.inside('web', 'rm /fill');
    await pe.sh('systemx set db note=still-works');
  });
});

test('privileged by asking only: then root inside is root outside, still without modules and raw devices', async () => {
  await pe.sh('systemx create strong privileged=yes && systemx start strong');
  expect(await pe.sh(`awk '{ print $1, $2, $3 }' /proc/${await pe.initPid('strong')}/uid_map`)).toBe(
    '0 0 4294967295',
  );
  const { stdout } = await pe.inside(
    'strong',
    'mknod /disk b 254 0 && head -c 1 /disk && echo escaped; modprobe dummy && echo escaped; echo 7 >/proc/sys/kernel/panic && echo escaped; date -s 2001-01-01 >/dev/null; [ "$(date +%Y)" != 2001 ] || echo escaped',
  );
  expect(stdout).not.toContain('escaped');
  await pe.sh('systemx stop strong');
});
