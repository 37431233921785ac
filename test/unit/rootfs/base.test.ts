import { expect, test } from 'vitest';
import { parseStanzas } from '../../../src/formats/control-file.ts';
import { finishIdentity, finishPackages } from '../../../src/rootfs/registry.ts';
import type { FinishResult, PeIdentity } from '../../../src/rootfs/types.ts';
import { byPath, entry, file, input, pkg, textOf, tree } from './helpers.ts';

test('packages alone become a root with directories, links and modes', async () => {
  const root = tree(
    file('usr/lib64/ld-linux-x86-64.so.2', 'x'),
    file('usr/share/base-files/profile', 'PATH=/usr/bin\n'),
    entry({ path: 'tmp', type: 'dir', mode: 0o700 }),
    file('usr/bin/dash', 'x'),
  );
  const { warnings } = await finishPackages(input(root, [pkg('base-files'), pkg('libpam-modules')]));
  expect(warnings).toEqual([]);
  expect(root.get('bin')).toMatchObject({ type: 'symlink', target: 'usr/bin' });
  expect(root.get('lib64')).toMatchObject({ target: 'usr/lib64' });
  expect(root.has('lib32')).toBe(false);
  expect(root.get('tmp')).toMatchObject({ mode: 0o1777 });
  expect(root.get('root')).toMatchObject({ mode: 0o700 });
  expect(root.get('var/run')).toMatchObject({ target: '/run' });
  expect(textOf(root.get('etc/profile'))).toBe('PATH=/usr/bin\n');
  expect(root.get('etc/security/opasswd')).toMatchObject({ mode: 0o600 });
  expect(textOf(root.get('etc/shells'))).toContain('/usr/bin/dash\n');
  expect(textOf(root.get('etc/machine-id'))).toBe('');
  for (const { origin, mtime } of root) if (origin.startsWith('finishing')) expect(mtime).toBe(1_700_000_000);
});

test('a package that brings its own file keeps it', async () => {
  const root = tree(file('etc/nsswitch.conf', 'mine\n'), file('etc/shells', 'mine\n'));
  await finishPackages(input(root));
  expect(textOf(root.get('etc/nsswitch.conf'))).toBe('mine\n');
  expect(textOf(root.get('etc/shells'))).toBe('mine\n');
});

test('PAM gets the files without which nobody can log in', async () => {
  const root = tree();
  await finishPackages(input(root, [pkg('libpam-runtime')]));
  expect(textOf(root.get('etc/pam.d/common-auth'))).toContain('pam_unix.so');
  expect(root.has('etc/pam.d/common-session-noninteractive')).toBe(true);
});

test("packages' tmpfiles.d: directories with owners, links and files, but not systemd's own", async () => {
  const text = `# comment
d /var/lib/lxc 0750 root www-data -
d /run/lighttpd 0755 www-data www-data -
L /etc/link - - - - ../target
f /etc/made 0600 - - - some text
d /var/tmp/%b 0755 - - -
r /gone
`;
  const own = 'usr/lib/tmpfiles.d/lxc.conf';
  const other = 'usr/lib/tmpfiles.d/systemd.conf';
  const root = tree(file(own, text), file(other, 'd /var/systemd 0755 - - -\n'));
  await finishPackages(
    input(root, [pkg('lxc', {}, { files: [own] }), pkg('systemd', {}, { files: [other] })]),
  );
  expect(root.get('var/lib/lxc')).toMatchObject({ type: 'dir', mode: 0o750, gid: 33 });
  expect(root.get('run/lighttpd')).toMatchObject({ uid: 33, gid: 33 });
  expect(root.get('etc/link')).toMatchObject({ target: '../target' });
  expect(textOf(root.get('etc/made'))).toBe('some text');
  expect(root.has('var/systemd')).toBe(false);
  expect([...root].some(({ path }) => path.includes('%'))).toBe(false);
});

test("dpkg's status and lists name what is installed", async () => {
  const md5 = 'd'.repeat(32);
  const lxc = pkg(
    'lxc',
    {
      conffiles: '/etc/lxc/default.conf\n/etc/gone\n',
      md5sums: `${md5}  usr/bin/lxc\n${md5}  usr/share/doc/lxc/x\n`,
    },
    { files: ['usr/bin/lxc', 'etc/lxc/default.conf'] },
  );
  const control = 'Package: liba\nVersion: 2\nMulti-Arch: same\nArchitecture: amd64\nDescription: a\n long\n';
  const root = tree(file('usr/bin/lxc', 'x'), file('etc/lxc/default.conf', 'a = b\n'));
  await finishPackages(input(root, [lxc, pkg('liba', {}, { control })]));
  const [liba, status] = parseStanzas(textOf(root.get('var/lib/dpkg/status')));
  expect(liba?.get('Package')).toBe('liba');
  expect(status?.get('Status')).toBe('install ok installed');
  expect(status?.get('Conffiles')).toBe('\n /etc/lxc/default.conf a3dfde055075096aeda5aec0488af1e5');
  expect([...(status?.keys() ?? [])].at(-1)).toBe('Description');
  const list = '/.\n/etc\n/etc/lxc\n/etc/lxc/default.conf\n/usr\n/usr/bin\n/usr/bin/lxc\n';
  expect(textOf(root.get('var/lib/dpkg/info/lxc.list'))).toBe(list);
  expect(textOf(root.get('var/lib/dpkg/info/lxc.md5sums'))).toBe(`${md5}  usr/bin/lxc\n`);
  expect(root.has('var/lib/dpkg/info/liba:amd64.list')).toBe(true);
});

async function identified(parts: Partial<PeIdentity>, root = tree()): Promise<FinishResult> {
  return finishIdentity(input(root, [], parts));
}

test('name, host name and hosts', async () => {
  const made = byPath((await identified({ hostname: 'box.lan', name: 'My "PE"' })).entries);
  expect(textOf(made.get('usr/lib/os-release'))).toContain(
    'ID=diskbios\nID_LIKE=debian\nNAME="My \\"PE\\""\n',
  );
  expect(textOf(made.get('usr/lib/os-release'))).toContain('VERSION_CODENAME=trixie\n');
  expect(textOf(made.get('etc/hostname'))).toBe('box.lan\n');
  expect(textOf(made.get('etc/hosts'))).toContain('127.0.1.1\tbox.lan box\n');
});

test("packages' os-release gives way, a recipe's own hosts file does not", async () => {
  const root = tree(
    { ...file('usr/lib/os-release', 'ID=debian\n'), origin: 'package base-files' },
    { ...file('etc/hosts', 'mine\n'), origin: 'recipe file' },
  );
  await identified({}, root);
  expect(textOf(root.get('usr/lib/os-release'))).toContain('ID=diskbios');
  expect(textOf(root.get('etc/hosts'))).toBe('mine\n');
});

test('the timezone comes from tzdata; without it, all but UTC is a warning', async () => {
  const utc = await identified({});
  expect(utc.warnings).toEqual([]);
  const bare = await identified({ timezone: 'Europe/Berlin' });
  expect(bare.warnings[0]?.code).toBe('timezone-without-tzdata');
  const zones = (): ReturnType<typeof tree> =>
    tree(file('usr/share/zoneinfo/Europe/Berlin', 'TZif'), file('usr/share/zoneinfo/UTC', 'TZif'));
  const made = byPath((await identified({ timezone: 'Europe/Berlin' }, zones())).entries);
  expect(made.get('etc/localtime')).toMatchObject({ target: '/usr/share/zoneinfo/Europe/Berlin' });
  const wrong = await identified({ timezone: 'Europe/Berlim' }, zones());
  expect(wrong.warnings[0]?.code).toBe('no-such-timezone');
});
