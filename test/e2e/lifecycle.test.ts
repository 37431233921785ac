import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { passMenu, waitForReady } from '../helpers/boot.ts';
import { writeOciArchive } from '../helpers/oci-archive.ts';
import { minute, type RunningPe, startPe } from '../helpers/systems.ts';

/** Copies, backups, snapshots and templates of systems, from inside one running PE with one power cut. */
const fixture = inject('fixture');
const files = join(fixture.dir, 'lifecycle');
const archives = '/run/diskbios/volumes/0/archives';
const imageTools = ['skopeo', 'umoci'].filter((name) => !existsSync(`/usr/bin/${name}`));

let pe: RunningPe;
beforeAll(async () => {
  mkdirSync(join(files, 'archives'), { recursive: true });
  await writeOciArchive(
    join(files, 'archives', 'web.oci.tar'),
    [
      { 'bin/serve': '#!/bin/sh\n', 'bin/sh': '-> serve', 'lib/gone': '1', 'opt/x/old': '1', srv: '-> /etc' },
      { 'lib/.wh.gone': '', 'opt/x/.wh..wh..opq': '', 'opt/x/new': '2', 'etc/': '' },
    ],
    { Entrypoint: ['serve'], Cmd: ['--all'], Env: ['PATH=/bin', 'GREETING=hello world'], WorkingDir: '/opt' },
  );
  pe = await startPe(fixture, { name: 'lifecycle', files, size: 1024 ** 3 });
}, 10 * minute);
afterAll(() => pe.end());

/** Checksum over all that a copy must keep: names, owners, modes, times, links, holes, attributes, contents. */
const checksum = (folder: string): Promise<string> =>
  pe.sh(
    `tar -c -C ${folder} --sort=name --format=posix --pax-option=exthdr.name=%d/x/%f,delete=atime,delete=ctime ` +
      "--numeric-owner --sparse --sparse-version=0.0 --xattrs '--xattrs-include=*' --acls . | sha256sum",
  );
/** Names in a folder, hidden ones too. */
const names = async (folder: string): Promise<string[]> => (await pe.sh(`ls -A ${folder}`)).split('\n');
/** What operations have left lying around. */
const leftovers = (): Promise<string> =>
  pe.sh('ls -A /hd/.pe/work /hd/.pe/trash /hd/.pe/journal | grep -v : || :');
const fails = async (command: string, status: number): Promise<string> => {
  const answer = await pe.run(command);
  expect(answer.status, `${command}\n${answer.stdout}${answer.stderr}`).toBe(status);
  return answer.stderr;
};

describe('a system with all that copies lose most easily', () => {
  let before: string;

  test('is cloned: everything comes along, but its identity', async () => {
    await pe.sh('systemx create web');
    await pe.sh(
      [
        ...['cd /hd/web/delta', 'mkdir -p var/data root/empty', 'cd var/data', 'echo one >one', 'ln one two'],
        ...['truncate -s 100M holes', 'mknod gone c 0 0', 'mkfifo pipe', 'ln -s /etc/passwd link'],
        ...['cp /usr/bin/busybox ping', 'setcap cap_net_raw+ep ping', 'chown 4242:7 one', 'chmod 1777 .'],
        ...["touch -d '2001-02-03 04:05:06' pipe", 'touch "a\nb"', 'head -c 3000000 /dev/urandom >random'],
      ].join(' && '),
    );
    before = await checksum('/hd/web/delta');
    const ids = await pe.sh(
      'systemx clone web copy >&2; cat /hd/web/delta/etc/machine-id /hd/copy/delta/etc/machine-id',
    );
    expect(new Set(ids.split('\n')).size).toBe(2);
    expect(await pe.sh('cat /hd/copy/delta/etc/hostname; grep -c copy /hd/copy/delta/etc/hosts')).toBe(
      'copy\n1',
    );
    expect(await checksum('/hd/copy/delta/var')).toBe(await checksum('/hd/web/delta/var'));
    expect(await pe.sh('getcap /hd/copy/delta/var/data/ping')).toContain('cap_net_raw=ep');
    expect(Number(await pe.sh('du -sk /hd/copy/delta | cut -f1'))).toBeLessThan(8 * 1024);
    expect(await checksum('/hd/web/delta')).toBe(before);
  });

  test('is backed up, destroyed and restored as it was', async () => {
    await pe.sh('systemx set web memory=64MiB && cd /tmp && systemx backup web');
    const settings = await pe.sh('cat /hd/web/system.json');
    await pe.sh('systemx destroy web --yes web && systemx restore /tmp/web.tar.zst');
    expect(await checksum('/hd/web/delta')).toBe(before);
    expect(JSON.parse(await pe.sh('cat /hd/web/system.json'))).toEqual(JSON.parse(settings));
    await pe.sh('zstd -q -t /tmp/web.tar.zst');
    expect(await pe.sh('tar --zstd -tf /tmp/web.tar.zst | head -n 1')).toBe('diskbios-backup.json');
  });

  test('goes through a pipe', async () => {
    await pe.sh('systemx backup web - | systemx restore - piped');
    expect(await checksum('/hd/piped/delta/var')).toBe(await checksum('/hd/web/delta/var'));
    expect(await pe.sh('cat /hd/piped/delta/etc/hostname')).toBe('piped');
    await pe.sh('systemx destroy piped --yes piped');
  });

  test('goes from machine to machine by SSH, and comes back', async () => {
    // The other machine is this one.
    await pe.sh(
      'dropbearkey -t ed25519 -f /tmp/key >/dev/null 2>&1; mkdir -p -m 700 /root/.ssh; dropbearkey -y -f /tmp/key | grep ^ssh- >>/root/.ssh/authorized_keys',
    );
    const far = 'dbclient -y -y -i /tmp/key root@127.0.0.1';
    await pe.sh(`systemx backup web - | ${far} "cat >/tmp/far.tar.zst"`);
    await pe.sh(`${far} "cat /tmp/far.tar.zst" | systemx restore - there`);
    await pe.sh(`systemx backup there - | ${far} systemx restore - back`);
    for (const name of ['there', 'back']) {
      expect(await checksum(`/hd/${name}/delta/var`)).toBe(await checksum('/hd/web/delta/var'));
      await pe.sh(`systemx destroy ${name} --yes ${name}`);
    }
    // A connection that breaks off is a backup that is cut off.
    expect(await fails(`${far} "head -c 100000 /tmp/far.tar.zst" | systemx restore - there`, 1)).toMatch(
      /standard input is (damaged|cut off)/,
    );
    expect(await leftovers()).toBe('');
  });

  test('a backup that is cut off or altered is refused, and nothing is changed', async () => {
    const size = Number(await pe.sh('stat -c %s /tmp/web.tar.zst'));
    const half = Math.floor(size / 2);
    const present = await names('/hd');
    await pe.sh(
      `cp /tmp/web.tar.zst /tmp/altered && printf '\\125\\252\\125' | dd of=/tmp/altered bs=1 seek=${half} conv=notrunc`,
    );
    for (const make of [
      `head -c ${size - 1}`,
      `head -c ${half}`,
      'head -c 700',
      'head -c 3',
      'cat /tmp/altered;:',
    ]) {
      const said = await fails(
        `${make} </tmp/web.tar.zst >/tmp/bad; systemx restore /tmp/bad web --replace --keep no`,
        1,
      );
      expect(said).toMatch(/bad is (damaged|cut off|no backup of systemx)/);
    }
    await fails(`head -c ${half} /tmp/web.tar.zst | systemx restore - other`, 1);
    expect(await names('/hd')).toEqual(present);
    expect(await leftovers()).toBe('');
    expect(await checksum('/hd/web/delta')).toBe(before);
    expect(await fails('systemx restore /tmp/web.tar.zst', 2)).toContain('there is a system web already');
    for (const name of ['../x', 'x'.repeat(300), 'a b'])
      expect(await fails(`systemx restore /tmp/web.tar.zst "${name}"`, 2)).toContain('cannot be the name');
  });

  test('is rolled back to a snapshot, and what it was then is kept', async () => {
    await pe.sh(
      'systemx snapshot web first && echo changed >/hd/web/delta/var/data/one && systemx set web note=later',
    );
    expect(await fails('systemx rollback web first', 2)).toContain(
      'will be gone for good. Nothing was done.',
    );
    expect(await fails('systemx rollback web second --yes web', 2)).toContain('it has first');
    await pe.sh('systemx rollback web first --keep later');
    expect(await checksum('/hd/web/delta')).toBe(before);
    await pe.sh('systemx rollback web later --yes web');
    expect(await pe.sh('cat /hd/web/delta/var/data/one; systemx set web | grep note')).toMatch(
      /^changed\nnote +later$/,
    );
    await pe.sh('systemx restore /tmp/web.tar.zst web --replace --yes web');
    expect(await checksum('/hd/web/delta')).toBe(before);
    expect(await names('/hd/web/snapshots')).toEqual(['first', 'later']);
    await pe.sh('systemx snapshot web later --remove --yes later');
    const listed = JSON.parse(await pe.sh('systemx snapshot list web --json')) as { label: string }[];
    expect(listed.map(({ label }) => label)).toEqual(['first']);
    expect(await leftovers()).toBe('');
  });
});

test('a running system is held still for a copy, goes on, and its user ids and capabilities are right in the copy', async () => {
  await pe.sh('systemx create busy && systemx start busy');
  const work =
    'cp /usr/bin/busybox /root/ping; chown 7:7 /root/ping; setcap cap_net_raw+ep /root/ping; rm /usr/bin/vi';
  expect((await pe.inside('busy', work)).status).toBe(0);
  await pe.inside('busy', '(while :; do date >>/tmp/ticks; sleep 0.1; done) >/dev/null 2>&1 &');
  expect(await fails('systemx clone busy still', 2)).toContain('has to be off to be cloned');
  await pe.sh('systemx clone busy still --live');
  expect(await pe.sh('cat /sys/fs/cgroup/systems/busy/cgroup.freeze')).toBe('0');
  const ticks = async (): Promise<number> => Number((await pe.inside('busy', 'wc -l </tmp/ticks')).stdout);
  const seen = await ticks();
  await expect.poll(ticks, { timeout: minute }).toBeGreaterThan(seen);
  await pe.sh('systemx stop busy && systemx start still');
  const { stdout } = await pe.inside(
    'still',
    'hostname; getcap /root/ping; stat -c %u:%g /root/ping; ls /usr/bin/vi',
  );
  expect(stdout).toMatch(/^still\n\/root\/ping cap_net_raw=ep\n7:7\n$/);
  await pe.sh('systemx stop still');
});

describe('templates', () => {
  test('an OCI image becomes one: its layers over each other, its program as the init', async () => {
    await pe.sh(`systemx template add ${archives}/web.oci.tar --as image@1`);
    expect((await pe.sh('cd /hd/.templates/image@1 && find . | sort')).split('\n')).toEqual([
      ...[
        '.',
        './bin',
        './bin/serve',
        './bin/sh',
        './etc',
        './lib',
        './opt',
        './opt/x',
        './opt/x/new',
        './srv',
      ],
    ]);
    const info = JSON.parse(await pe.sh('systemx template info image --json')) as Record<string, unknown>;
    expect(info).toMatchObject({
      init: ['/bin/sh', '-c', 'cd "$0" && exec "$@"', '/opt', '/bin/serve', '--all'],
      env: { PATH: '/bin', GREETING: 'hello world' },
    });
    await pe.sh('systemx create fromimage --from image');
    expect(await pe.sh('systemx set fromimage | grep ^env')).toContain('GREETING=hello world');
  });

  test('a tarball becomes one; two systems run on it and never change it', async () => {
    await pe.sh(
      [
        ...['mkdir -p /tmp/r/bin /tmp/r/sbin /tmp/r/etc /tmp/r/dev', 'cp /usr/bin/busybox /tmp/r/bin/'],
        ...[
          'ln -s ../bin/busybox /tmp/r/sbin/init',
          'ln -s busybox /tmp/r/bin/sh',
          'mknod /tmp/r/dev/sda b 8 0',
        ],
        ...[
          "echo '::respawn:/bin/busybox sleep 1000' >/tmp/r/etc/inittab",
          // Zeros behind its end, as there are where tar has filled up a record.
          '(tar -c -C /tmp r; head -c 3000000 /dev/zero) | gzip | systemx template add - --as tiny@1 --strip 1',
        ],
      ].join(' && '),
    );
    expect(await pe.sh('ls /hd/.templates/tiny@1/dev')).toBe('');
    await pe.sh(
      'systemx create one --from tiny && systemx create two --from tiny@1 && systemx start one two',
    );
    const write =
      '/bin/busybox echo mine >/etc/inittab; /bin/busybox rm /bin/sh; /bin/busybox cat /etc/inittab';
    expect((await pe.run(`systemx exec one -- /bin/busybox sh -c '${write}'`)).stdout).toBe('mine\n');
    expect((await pe.run('systemx exec two -- /bin/busybox cat /etc/inittab')).stdout).toContain('respawn');
    await pe.sh('systemx stop one two');
    expect(await pe.sh('systemx template verify tiny')).toBe('tiny@1: as it was added');
    expect(await fails('systemx template remove tiny@1 --yes tiny@1', 2)).toContain('in use by one, two');
    expect(await fails('tar -c -C /tmp r | systemx template add - --as tiny@1 --strip 1', 2)).toContain(
      'already',
    );
  });

  test('a changed byte is found', async () => {
    await pe.sh('printf X | dd of=/hd/.templates/image@1/opt/x/new conv=notrunc');
    expect(await fails('systemx template verify', 1)).toContain('image@1: not what was added');
    await pe.sh('systemx destroy fromimage --yes fromimage && systemx template remove image@1 --yes image@1');
  });

  test('a hostile archive reaches nothing outside of its folder', async () => {
    await pe.sh(
      'mkdir -p /tmp/e/bin /tmp/safe && cd /tmp/e && ln -s /tmp/safe esc && tar -cf ../evil.tar bin esc && rm esc && mkdir esc && echo x >esc/got && tar -rf ../evil.tar esc/got',
    );
    await pe.sh(
      "cd /tmp/e && tar -rPf ../evil.tar --transform 's,^bin$,../../../../../../tmp/safe/dots,' bin && tar -rPf ../evil.tar /etc/hostname",
    );
    await pe.run('systemx template add /tmp/evil.tar --as evil@1');
    expect(await pe.sh('ls -A /tmp/safe; ls -A /hd/.templates')).toBe('tiny@1\ntiny@1.json');
    expect(await leftovers()).toBe('');
  });

  test.skipIf(imageTools.length > 0)(
    `exported systems are images to skopeo and umoci${imageTools.length > 0 ? ` (not installed: ${imageTools.join(', ')}; make setup-dev)` : ''}`,
    async () => {
      for (const [name, option] of [
        ['flat', ''],
        ['layered', '--layers'],
      ] as const) {
        const file = join(files, `${name}.tar`);
        writeFileSync(
          file,
          Buffer.from(
            await pe.sh(`systemx export one --as oci ${option} /tmp/o.tar >&2; base64 /tmp/o.tar`),
            'base64',
          ),
        );
        const layout = join(files, name);
        execFileSync('skopeo', [
          '--insecure-policy',
          'copy',
          '-q',
          `oci-archive:${file}`,
          `oci:${layout}:one`,
        ]);
        execFileSync('umoci', ['unpack', '--rootless', '--image', `${layout}:one`, `${layout}.d`], {
          stdio: 'pipe',
        });
        const found = execFileSync('find', ['.'], { cwd: join(`${layout}.d`, 'rootfs'), encoding: 'utf8' });
        expect(found.trim().split('\n').sort()).toEqual([
          ...[
            '.',
            './bin',
            './bin/busybox',
            './dev',
            './etc',
            './etc/hostname',
            './etc/inittab',
            './etc/machine-id',
          ],
          ...['./proc', './sbin', './sbin/init', './sys'],
        ]);
      }
    },
  );

  test('an exported disk and an exported archive hold the merged root', async () => {
    await pe.sh(
      'systemx export one --as disk /tmp/one.img && systemx export one /tmp/one.tar.gz && e2fsck -fn /tmp/one.img',
    );
    expect(
      await pe.sh('tar -xzOf /tmp/one.tar.gz ./etc/inittab; debugfs -R "cat /etc/inittab" /tmp/one.img'),
    ).toBe('mine\nmine');
    expect(await pe.sh('tar -tzf /tmp/one.tar.gz')).not.toContain('bin/sh\n');
  });
});

describe('work that is given up', () => {
  const begun = (name: string): Promise<void> =>
    pe.until('find /hd/.pe/work -name big | head -n 1', new RegExp(name));
  const given = 12_000_000;

  beforeAll(async () => {
    await pe.sh('head -c 24000000 /dev/urandom >/hd/copy/delta/big && systemx backup copy /tmp/big.tar.zst');
  });

  test.each([
    { when: 'in the middle', taken: 1 },
    { when: 'while its source is silent', taken: given },
  ])('by Ctrl-C $when, it leaves nothing', async ({ taken }) => {
    const present = await names('/hd');
    const slowly = `( (head -c ${given} /tmp/big.tar.zst; exec sleep 600) >/tmp/slow ) >/dev/null 2>&1 &`;
    await pe.sh(`rm -f /tmp/slow; mkfifo /tmp/slow; ${slowly}`);
    const ended = pe.run('systemx restore - never </tmp/slow');
    await begun('delta/big');
    const restoring = await pe.sh(
      "pidof qjs | xargs -n 1 sh -c 'grep -q restore /proc/$0/cmdline && echo $0' || :",
    );
    await pe.until(`awk '/^rchar/ { print ($2 >= ${taken} ? "taken" : $2) }' /proc/${restoring}/io`, /taken/);
    await pe.sh(`kill -INT ${restoring}`);
    expect(await ended).toMatchObject({ status: 130, stderr: 'systemx: interrupted\n' });
    expect(await names('/hd')).toEqual(present);
    expect(await leftovers()).toBe('');
  });

  test('by a power cut, the tree is whole after it, and nothing else is touched', async () => {
    await pe.sh('rm -rf /hd/web/snapshots && sync');
    const [present, web, copy] = [await names('/hd'), await checksum('/hd/web'), await checksum('/hd/copy')];
    const lost = [
      `(head -c ${given} /tmp/big.tar.zst; sleep 60) | systemx restore - copy --replace --keep x`,
      `(head -c ${given} /tmp/big.tar.zst; sleep 60) | systemx template add - --as never@1`,
    ].map((command) => pe.run(command).catch(() => undefined));
    await pe.until('find /hd/.pe/work -name big | wc -l', '2');
    // Their beginnings are not waited for; here they are to be told of.
    await pe.sh('sync');
    await pe.machine.cutPower();
    await Promise.all(lost);
    const guest = await pe.machine.powerOn();
    await passMenu(guest);
    await waitForReady(guest);
    expect(await names('/hd')).toEqual(present);
    expect(await leftovers()).toBe('');
    expect([await checksum('/hd/web'), await checksum('/hd/copy')]).toEqual([web, copy]);
    const undone = await pe.sh(
      "logread | sed -n 's/.* \\(.*\\) of \\(.*\\), which was interrupted, was undone/\\1 \\2/p' | sort",
    );
    expect(undone).toBe('restore copy\ntemplate never');
    await pe.sh('systemx start web && systemx stop web');
  });
});
