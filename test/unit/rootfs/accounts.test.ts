import { expect, test } from 'vitest';
import { parseSysusers } from '../../../src/formats/sysusers.ts';
import { accounts } from '../../../src/rootfs/accounts.ts';
import type { AccountUser } from '../../../src/rootfs/types.ts';
import { users } from '../../../src/rootfs/users.ts';
import { byPath, entry, file, input, pkg, textOf, tree } from './helpers.ts';

const sysusers = `
# comment
g input - -
g fixed 880
u! systemd-network - "systemd Network Management"
u svc 881:users "Some \\"svc\\"" /var/lib/svc /bin/sh
m svc input
r - 500-900
`;

test('sysusers.d lines are read with quotes, ids and groups', () => {
  expect(parseSysusers(sysusers)).toEqual([
    { type: 'group', name: 'input', gid: undefined },
    { type: 'group', name: 'fixed', gid: 880 },
    {
      type: 'user',
      name: 'systemd-network',
      uid: undefined,
      group: undefined,
      gecos: 'systemd Network Management',
      home: '/',
      shell: '/usr/sbin/nologin',
    },
    {
      type: 'user',
      name: 'svc',
      uid: 881,
      group: 'users',
      gecos: 'Some "svc"',
      home: '/var/lib/svc',
      shell: '/bin/sh',
    },
    { type: 'member', user: 'svc', group: 'input' },
  ]);
});

async function accountsOf(
  root = tree(),
  packages = [pkg('base-passwd')],
): Promise<ReturnType<typeof byPath>> {
  return byPath((await accounts.run(input(root, packages))).entries);
}

test("Debian's accounts, without any password, the shadow files closed", async () => {
  const made = await accountsOf();
  expect(textOf(made.get('etc/passwd'))).toMatch(/^root:x:0:0:root:\/root:\/bin\/sh\ndaemon:x:1:1:/);
  expect(textOf(made.get('etc/passwd'))).toContain(
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  );
  expect(textOf(made.get('etc/group'))).toContain('shadow:x:42:\n');
  expect(textOf(made.get('etc/shadow'))).toMatch(/^root:\*:19675:0:99999:7:::\n/);
  expect(textOf(made.get('etc/shadow'))).not.toMatch(/^[^:]+::/m);
  expect(made.get('etc/shadow')).toMatchObject({ mode: 0o640, uid: 0, gid: 42 });
  expect(made.get('etc/gshadow')).toMatchObject({ mode: 0o640, gid: 42 });
  expect(made.has('etc/subuid')).toBe(true);
});

test('root gets bash where it is there', async () => {
  const made = await accountsOf(tree(file('usr/bin/bash', '')));
  expect(textOf(made.get('etc/passwd'))).toMatch(/^root:.*:\/bin\/bash\n/);
});

test("packages' sysusers and known users; the ids do not depend on what else is installed", async () => {
  const root = tree(file('usr/lib/sysusers.d/a.conf', sysusers));
  const made = await accountsOf(root, [pkg('dnsmasq-base'), pkg('dbus')]);
  const passwd = textOf(made.get('etc/passwd'));
  expect(passwd).toContain('svc:x:881:100:Some "svc":/var/lib/svc:/bin/sh\n');
  expect(passwd).toMatch(/^dnsmasq:x:\d{3}:65534:dnsmasq:\/var\/lib\/misc:/m);
  expect(textOf(made.get('etc/group'))).toMatch(/^input:x:\d{3}:svc$/m);
  const line = /^messagebus:.*$/m;
  const alone = textOf((await accountsOf(tree(), [pkg('dbus')])).get('etc/passwd'));
  expect(line.exec(passwd)?.[0]).toBe(line.exec(alone)?.[0]);
});

test('what a known postinst gives away has its owner and mode', async () => {
  const helper = 'usr/lib/dbus-1.0/dbus-daemon-launch-helper';
  const made = await accountsOf(tree(file(helper, 'x')), [pkg('dbus'), pkg('dnsmasq-base')]);
  const id = Number(/^messagebus:x:(\d+):/m.exec(textOf(made.get('etc/group')))?.[1]);
  expect(made.get(helper)).toMatchObject({ type: 'file', mode: 0o4754, uid: 0, gid: id });
  expect(made.get('run/dnsmasq')).toMatchObject({ type: 'dir', gid: 65534 });
});

const ada: AccountUser = {
  name: 'ada',
  uid: 1000,
  groups: ['sudo', 'makers'],
  home: '/home/ada',
  shell: '/bin/sh',
  passwordHash: '$y$hash',
  sshKeys: ['ssh-ed25519 AAAA ada', 'ssh-ed25519 BBBB too'],
};
const root: AccountUser = {
  ...ada,
  name: 'root',
  uid: 0,
  groups: [],
  home: '/root',
  passwordHash: undefined,
};

test("the recipe's users join the packages' accounts, with homes and keys only they can read", async () => {
  const base = tree(...(await accounts.run(input(tree(), [pkg('dbus')]))).entries);
  const made = byPath((await users.run(input(base, [], { users: [root, ada] }))).entries);
  expect(textOf(made.get('etc/passwd'))).toContain('ada:x:1000:1000::/home/ada:/bin/sh\n');
  expect(textOf(made.get('etc/passwd'))).toContain('messagebus:');
  expect(textOf(made.get('etc/shadow'))).toContain('ada:$y$hash:19675:');
  expect(textOf(made.get('etc/shadow'))).toMatch(/^root:\*:/);
  expect(textOf(made.get('etc/group'))).toContain('sudo:x:27:ada\n');
  expect(textOf(made.get('etc/group'))).toMatch(/^makers:x:\d{3}:ada$/m);
  expect(made.get('home/ada')).toMatchObject({ type: 'dir', mode: 0o700, uid: 1000, gid: 1000 });
  expect(made.get('home/ada/.ssh')).toMatchObject({ mode: 0o700, uid: 1000 });
  expect(made.get('home/ada/.ssh/authorized_keys')).toMatchObject({ mode: 0o600, uid: 1000, gid: 1000 });
  expect(textOf(made.get('root/.ssh/authorized_keys'))).toBe('ssh-ed25519 AAAA ada\nssh-ed25519 BBBB too\n');
});

test('two users of one id are an error; a home that is there keeps its mode', async () => {
  const twice = input(tree(), [], { users: [{ ...ada, uid: 33 }] });
  await expect(async () => users.run(twice)).rejects.toThrow(/asks for the id 33, which is www-data's/);
  const home = entry({ path: 'home/ada', type: 'dir', mode: 0o750, uid: 1000 });
  const made = byPath((await users.run(input(tree(home), [], { users: [ada] }))).entries);
  expect(made.has('home/ada')).toBe(false);
});
