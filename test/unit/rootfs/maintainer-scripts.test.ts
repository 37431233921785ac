import { expect, test } from 'vitest';
import { maintainerScripts } from '../../../src/rootfs/maintainer-scripts.ts';
import { meaningfulCommands } from '../../../src/rootfs/script-reading.ts';
import { input, pkg, tree } from './helpers.ts';

const helperBlock = `# Automatically added by dh_installsystemd/13.24.2
if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] ; then
	if deb-systemd-helper --quiet was-enabled 'x.service'; then
		deb-systemd-helper enable 'x.service' >/dev/null || true
	fi
fi
# End automatically added section
`;

const configure = (script: string): string[] =>
  meaningfulCommands(`#!/bin/sh\nset -e\n${script}`, 'configure');

test.each([
  ["debhelper's own blocks", helperBlock],
  [
    'work on upgrades',
    'if [ "$1" = configure ] && dpkg --compare-versions "$2" lt 2.0; then\n  mv /a /b\nfi',
  ],
  ['work on upgrades, the short way', '[ -n "$2" ] && mv /a /b'],
  ['work on triggers', 'if [ "$1" = triggered ]; then\n  make-cache\n  exit 0\nfi'],
  [
    'another branch of the case',
    'case "$1" in\n  configure)\n  ;;\n  abort-upgrade|abort-remove)\n    mv /a /b\n  ;;\nesac',
  ],
  ['a function that nobody calls', 'helper() {\n  mv /a /b\n}'],
  ['what only a running systemd needs', 'if [ -d /run/systemd/system ]; then\n  do-it\nfi'],
  ['literal alternatives', 'update-alternatives --install /usr/bin/pager pager \\\n  /usr/bin/less 77'],
  ['questions', '. /usr/share/debconf/confmodule\ndb_get x/y\nRET=$(echo "$RET" | sed s/a/b/)'],
  ['messages', 'cat <<EOF >&2\nmv /a /b\nEOF\necho "a > b" >&2'],
])('%s does not matter', (_, script) => {
  expect(configure(script)).toEqual([]);
});

test.each([
  ['a plain command', 'make-keys --all', ['make-keys --all']],
  ['the configure branch', 'case "$1" in\n configure)\n mkdir /var/x\n ;;\nesac', ['mkdir /var/x']],
  ['the other side of an upgrade', 'if [ -n "$2" ]; then\n :\nelse\n mkdir /x\nfi', ['mkdir /x']],
  [
    'what a called function does',
    'setup() {\n  cp /a /b\n}\nif [ "$1" = configure ]; then setup; fi',
    ['cp /a /b'],
  ],
  ['a fresh install only', '[ -z "$2" ] && shadowconfig on', ['shadowconfig on']],
  ['writing a file', 'echo hello > /etc/x', ['echo hello > /etc/x']],
  [
    'alternatives that a loop computes',
    'for i in $list; do\n update-alternatives --install /usr/bin/$i $i /x/$i 1\ndone',
    ['update-alternatives --install /usr/bin/$i $i /x/$i 1'],
  ],
  [
    'a helper nobody has judged',
    '# Automatically added by dh_unheard_of/1\nregister-it\n# End automatically added section',
    ['register-it'],
  ],
])('%s matters', (_, script, expected) => {
  expect(configure(script)).toEqual(expected);
});

function warnings(...packages: ReturnType<typeof pkg>[]): string[] {
  const result = maintainerScripts.run(input(tree(), packages));
  if (result instanceof Promise) throw new Error('it is not asynchronous');
  return result.warnings.map(({ message }) => message);
}

test('a warning names the package and the first thing that is lost, once', () => {
  const postinst = '#!/bin/sh\nset -e\nadduser --system --group  mailer\nmkdir /var/spool/mailer\n';
  expect(warnings(pkg('mailer', { postinst }))).toEqual([
    'the package mailer sets something up when it is installed, which this build does not do ' +
      '(postinst: adduser --system --group mailer)',
  ]);
});

test('packages whose scripts were read, or whose accounts are made, do not warn', () => {
  const postinst = '#!/bin/sh\nuseradd x\n';
  const names = [
    'libc6',
    'lxc',
    'dnsmasq-base',
    'linux-image-6.12.1-amd64',
    'e2fsprogs',
    'kmod',
    'base-passwd',
  ];
  expect(warnings(...names.map((name) => pkg(name, { postinst })))).toEqual([]);
});

test('a script that is no shell script cannot be judged', () => {
  expect(warnings(pkg('odd', { preinst: '#!/usr/bin/perl\nprint 1;\n' }))[0]).toContain(
    'preinst is a program (perl)',
  );
  expect(warnings(pkg('odder', { postinst: '\x7fELF' }))[0]).toContain('postinst is a program (binary)');
});

test("a trigger counts where another package's files would have set it off", () => {
  const triggers = 'interest-await /usr/share/glib-2.0/schemas\ninterest-noawait /usr/lib/udev/hwdb.d\n';
  const glib = pkg('libglib2.0-0t64', { triggers }, { files: ['usr/share/glib-2.0/schemas/own.xml'] });
  expect(warnings(glib)).toEqual([]);
  const app = pkg('app', {}, { files: ['usr/share/glib-2.0/schemas/app.xml', 'usr/lib/udev/hwdb.d/a.hwdb'] });
  expect(warnings(glib, app)[0]).toContain('the files of app in /usr/share/glib-2.0/schemas');
});
