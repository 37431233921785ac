import { expect, test } from 'vitest';
import { Tree } from '../../../src/formats/tree.ts';
import { debianDefaults } from '../../../src/rootfs/debian-defaults.ts';
import { maker } from '../../../src/rootfs/make.ts';
import { enabledUnits, installWords, systemdUnits } from '../../../src/rootfs/systemd-units.ts';
import { templateScripts } from '../../../src/rootfs/template-scripts.ts';
import type { FinishStep, InstalledPackage, PackagesInput } from '../../../src/rootfs/types.ts';

const make = maker('test', 1);
function installed(name: string, postinst: string): InstalledPackage {
  const none = { preinst: undefined, prerm: undefined, postrm: undefined, triggers: undefined };
  const scripts = { ...none, postinst, conffiles: undefined, md5sums: undefined };
  return { name, version: '1', arch: 'amd64', control: `Package: ${name}\n`, scripts, files: [] };
}

async function run(
  step: FinishStep,
  files: Readonly<Record<string, string>>,
  packages: readonly InstalledPackage[],
): Promise<{ entries: Record<string, string>; warnings: string[] }> {
  const tree = new Tree();
  for (const [path, text] of Object.entries(files)) tree.add(make.file(path, text));
  const read: PackagesInput['read'] = (entry) =>
    Promise.resolve(Buffer.from('bytes' in entry.content ? entry.content.bytes : []));
  const { entries, warnings } = await step.run({ tree, read, packages, epoch: 1, arch: 'amd64' });
  const texts = entries.map((entry): [string, string] => [
    entry.path,
    entry.type === 'symlink'
      ? `-> ${entry.target}`
      : entry.type === 'file' && 'bytes' in entry.content
        ? Buffer.from(entry.content.bytes).toString('utf8')
        : entry.type,
  ]);
  return { entries: Object.fromEntries(texts), warnings: warnings.map(({ message }) => message) };
}

const helper = (unit: string): string =>
  `#!/bin/sh\nif deb-systemd-helper --quiet was-enabled '${unit}'; then\n\tdeb-systemd-helper enable '${unit}' >/dev/null || true\nfi\n`;

test('units that scripts enable are linked as systemctl does, and no others', async () => {
  const unit = (install: string): string => `[Unit]\nWantedBy=no.target\n[Install]\n${install}\n`;
  const { entries } = await run(
    systemdUnits,
    {
      'usr/lib/systemd/system/web.service': unit('WantedBy=multi-user.target\nAlias=www.service'),
      'usr/lib/systemd/system/getty@.service': unit('WantedBy=getty.target\nDefaultInstance=tty1'),
      'usr/lib/systemd/system/idle.service': unit('WantedBy=multi-user.target'),
    },
    [
      installed('web', helper('web.service')),
      installed('systemd', ''),
      installed('gone', helper('gone.service')),
    ],
  );
  expect(entries).toEqual({
    'etc/systemd/system/multi-user.target.wants/web.service': '-> /usr/lib/systemd/system/web.service',
    'etc/systemd/system/www.service': '-> /usr/lib/systemd/system/web.service',
    'etc/systemd/system/getty.target.wants/getty@tty1.service': '-> /usr/lib/systemd/system/getty@.service',
  });
  expect(enabledUnits(installed('web', helper('web.service')))).toEqual(['web.service']);
  expect(installWords('[Install]\nWantedBy=a b\nWantedBy=c\n[X]\nWantedBy=d\n', 'WantedBy')).toEqual([
    'a',
    'b',
    'c',
  ]);
});

test('a Debian has shells, its architecture and names for itself', async () => {
  const { entries } = await run(
    debianDefaults,
    {
      'usr/share/debianutils/shells': '# shells\n/bin/sh\n',
      'usr/share/debianutils/shells.d/bash': '/bin/bash\n',
    },
    [installed('dpkg', '')],
  );
  expect(entries).toMatchObject({
    'etc/shells': '# shells\n/bin/sh\n/bin/bash\n',
    'var/lib/dpkg/arch-native': 'amd64\n',
  });
  expect(entries['etc/hosts']).toContain('127.0.0.1\tlocalhost');
  const { entries: kept } = await run(debianDefaults, { 'etc/hosts': 'mine' }, []);
  expect(kept).toEqual({ 'var/mail': 'dir' });
});

test('secrets of accounts are for root alone, unless passwd gives them to the group shadow', async () => {
  const secret = { mode: 0o640, gid: 42 };
  const after = async (...names: string[]): Promise<string[]> => {
    const tree = new Tree();
    for (const path of ['etc/shadow', 'etc/gshadow']) tree.add(make.file(path, 'root:*', secret));
    const packages = names.map((name) => installed(name, ''));
    const read = (): Promise<Buffer> => Promise.resolve(Buffer.alloc(0));
    const { entries } = await debianDefaults.run({ tree, read, packages, epoch: 1, arch: 'amd64' });
    return entries
      .filter(({ path }) => path.endsWith('shadow'))
      .map(({ path, mode, uid, gid }) => `${path} ${mode.toString(8)} ${uid}:${gid}`);
  };
  expect(await after('systemd')).toEqual(['etc/shadow 0 0:0', 'etc/gshadow 0 0:0']);
  expect(await after('systemd', 'passwd')).toEqual([]);
  expect(await after()).toEqual([]);
});

test('scripts that nothing stands for are told of', async () => {
  const script = '#!/bin/sh\nset -e\nmake-something --now\n';
  const { warnings } = await run(templateScripts, {}, [installed('odd', script), installed('apt', script)]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('the package odd sets something up');
});
