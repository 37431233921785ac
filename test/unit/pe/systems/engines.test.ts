import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../../src/base/package-root.ts';
import { detachKeys } from '../../../../src/pe/lib/detach-keys.ts';
import { elfFacts, scriptInterpreter } from '../../../../src/pe/lib/elf.ts';
import { limitSettings, shareOfSystems } from '../../../../src/pe/lib/systems/cgroup-files.ts';
import { chrootScript, foregroundScript } from '../../../../src/pe/lib/systems/chroot-script.ts';
import { haltOf, initKind, wrapper } from '../../../../src/pe/lib/systems/init-kind.ts';
import { cleanLog, lastLines } from '../../../../src/pe/lib/systems/log-text.ts';
import { type LxcFacts, lxcConfig } from '../../../../src/pe/lib/systems/lxc-config.ts';
import { resolveInside } from '../../../../src/pe/lib/systems/resolve.ts';

const golden = join(packageRoot(), 'test', 'golden');
function matchesGolden(name: string, text: string): void {
  const path = join(golden, name);
  if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

const facts: LxcFacts = {
  ...{
    name: 'web',
    hostname: 'web',
    run: '/run/diskbios/systems/web',
    root: '/run/diskbios/systems/web/root',
  },
  ...{ cgroup: 'systems/web', idBase: 1_048_576, init: ['/sbin/init'], kind: 'busybox' },
  ...{ helpers: [], env: {}, mounts: [], nets: [{ type: 'empty' }], terminal: undefined, logSize: 262_144 },
};
const linesOf = (over: Partial<LxcFacts>): string[] => lxcConfig({ ...facts, ...over }).split('\n');

describe('the configuration for LXC', () => {
  test('an unprivileged system', () => {
    matchesGolden('lxc-unprivileged.conf', lxcConfig(facts));
  });

  test('one with everything', () => {
    matchesGolden(
      'lxc-everything.conf',
      lxcConfig({
        ...facts,
        ...{ idBase: undefined, hostname: 'box.example', kind: 'systemd', terminal: '/dev/tty1' },
        init: ['/sbin/init', '--log-level=info', 'two words'],
        helpers: [{ from: '/usr/bin/busybox', to: '/dev/.diskbios/busybox' }],
        env: { TZ: 'Europe/Berlin', PATH: '/opt/bin:/bin' },
        mounts: [{ from: '/srv/my data', to: '/data', readOnly: true, kind: 'folder' }],
        nets: [
          { type: 'veth', link: 'pe0', hwaddr: '02:00:00:00:00:01', name: 'eth0', pair: 'v-web' },
          { type: 'macvlan', link: 'enp1s0', hwaddr: '02:00:00:00:00:02', name: 'eth1' },
        ],
      }),
    );
  });

  test('only a system with ids of its own sees mounts with the owners that they have outside', () => {
    const mounts = [{ from: '/srv', to: '/srv', readOnly: false, kind: 'folder' as const }];
    expect(linesOf({ mounts })).toContain(
      'lxc.mount.entry = /srv srv none bind,create=dir,nosuid,nodev,idmap=container 0 0',
    );
    expect(linesOf({ mounts, idBase: undefined })).toContain(
      'lxc.mount.entry = /srv srv none bind,create=dir,nosuid,nodev 0 0',
    );
  });

  test('nothing breaks out of its line', () => {
    expect(() => lxcConfig({ ...facts, env: { A: 'x\nlxc.cap.keep = all' } })).toThrow(
      'a control character in lxc.environment',
    );
    expect(() => lxcConfig({ ...facts, init: ['/bin/x', `"'`] })).toThrow('both kinds of quotes');
    expect(linesOf({ init: ['/bin/sh', '-c', 'echo "hi"'] })).toContain(
      `lxc.init.cmd = /bin/sh -c 'echo "hi"'`,
    );
  });

  test('each init is asked to switch off in its own way', () => {
    expect(linesOf({ kind: 'systemd' })).toContain('lxc.signal.halt = SIGRTMIN+3');
    expect(linesOf({ kind: 'busybox' })).toContain('lxc.signal.halt = SIGUSR2');
    expect(linesOf({ kind: 'sysvinit' }).filter((line) => line.includes('signal.halt'))).toEqual([]);
    expect(haltOf('sysvinit')).toEqual({ run: ['/sbin/init', '0'] });
    expect(haltOf('program')).toEqual({ signal: 15 });
  });
});

describe('which init a command is', () => {
  const none = (): boolean => false;
  test.each([
    [['/sbin/init'], '/usr/lib/systemd/systemd', none, 'systemd'],
    [['/sbin/init'], '/usr/bin/busybox', none, 'busybox'],
    [['/bin/busybox', 'init'], '/bin/busybox', none, 'busybox'],
    [['/bin/sleep', '9'], '/usr/bin/busybox', none, 'program'],
    [['/sbin/init'], '/usr/sbin/init', (path: string) => /inittab|telinit/.test(path), 'sysvinit'],
    [['/sbin/init'], '/sbin/init', none, 'program'],
    [['/sbin/init'], '/sbin/openrc-init', none, 'openrc'],
    [['/usr/bin/nginx'], '/usr/bin/nginx', () => true, 'program'],
  ])('%j at %s', (command, path, has, kind) => {
    expect(initKind(command, path, has)).toBe(kind);
  });
});

describe('links are followed as from inside', () => {
  const links: Record<string, string> = {
    '/sbin': 'usr/sbin',
    '/usr/sbin/init': '/lib/systemd/systemd',
    '/lib': 'usr/lib',
    '/up': '../../../etc',
    '/a': '/b',
    '/b': 'a',
  };
  test.each([
    ['/sbin/init', '/usr/lib/systemd/systemd'],
    ['/up/shadow', '/etc/shadow'],
    ['/../../etc', '/etc'],
    ['//usr/./bin/', '/usr/bin'],
    ['/a', undefined],
  ])('%s', (path, to) => {
    expect(resolveInside(path, (at) => links[at])).toBe(to);
  });
});

describe('programs as the kernel sees them', () => {
  test('a dynamically linked one', () => {
    const facts = elfFacts(readFileSync(process.execPath).subarray(0, 4096));
    expect(facts).toMatchObject({ bits: 64, interpreter: expect.stringMatching(/^\/lib.*ld-/) as string });
  });
  test('a script, and neither', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect(scriptInterpreter(bytes('#! /bin/sh -e\necho'))).toBe('/bin/sh');
    expect(scriptInterpreter(bytes('#!/bin/sh'))).toBe('/bin/sh');
    expect(scriptInterpreter(bytes('echo'))).toBeUndefined();
    expect(elfFacts(bytes('echo'))).toBeUndefined();
    expect(elfFacts(new Uint8Array(64))).toBeUndefined();
  });
});

describe('scripts', () => {
  const foreground = { run: '/run/x', inside: '/run/x/inside', procs: '/sys/fs/cgroup/x/cgroup.procs' };
  const chroot = chrootScript({
    ...{ root: '/run/x/root', hostname: 'x', init: ['/sbin/init', 'a b'], helpers: [], run: '/run/x' },
    mounts: [{ from: '/srv', to: '/data', readOnly: true }],
    env: { A: "it's" },
  });
  test('the one that becomes the first process in a chroot', () => {
    matchesGolden('chroot-inside.sh', chroot);
  });
  test.each([
    ['inside', chroot],
    ['with a terminal held', foregroundScript({ ...foreground, holder: 'script' })],
    ['on the screen', foregroundScript({ ...foreground, holder: 'screen' })],
    ['with a log only', foregroundScript({ ...foreground, holder: undefined })],
    ['around a program', wrapper("'/bin/a' 'b c'")],
  ])('%s: a shell can read it', (_, script) => {
    expect(() => execFileSync('sh', ['-n'], { input: script })).not.toThrow();
  });

  test.each(['sh', 'busybox sh'])(
    'around a program, by %s: signals are handed on, its exit code is the end',
    (shell) => {
      const dir = mkdtempSync(join(tmpdir(), 'wrapper-'));
      const path = join(dir, 'init');
      const ready = join(dir, 'ready');
      const end = (program: string, signal: string): string =>
        execFileSync('sh', [
          '-c',
          `printf '%s' "$1" >"$0"; ${shell} "$0" & while [ ! -e "$2" ]; do sleep 0.05; done; ${signal}; wait $!; echo "ended $?"`,
          ...[path, wrapper(program), ready],
        ]).toString();
      const asked = 'trap "echo asked; exit 6" TERM';
      expect(end(`sh -c 'echo run; : >"${ready}"; exit 5'`, ':')).toBe('run\nended 5\n');
      rmSync(ready);
      expect(end(`sh -c '${asked}; : >"${ready}"; sleep 2 & wait'`, 'kill -TERM $!')).toBe(
        'asked\nended 6\n',
      );
      rmSync(ready);
      rmSync(dir, { recursive: true });
    },
  );
});

describe('limits', () => {
  test('only what is limited is written', () => {
    const none = { memory: undefined, cpus: undefined, processes: undefined, disk: undefined };
    expect(limitSettings(none)).toEqual([]);
    const all = limitSettings({ ...none, memory: 67_108_864, cpus: 0.5, processes: 60 });
    expect(all.map(({ file, text }) => `${file} ${text}`)).toEqual([
      'memory.max 67108864',
      'memory.swap.max 0',
      'cpu.max 50000 100000',
      'pids.max 60',
    ]);
  });
  test('something is left for the PE, on small and large machines', () => {
    const MiB = 1024 ** 2;
    const memory = (total: number): number =>
      total - Number(shareOfSystems(total * MiB, 32_768)[0]?.text) / MiB;
    expect([256, 1024, 65_536].map(memory)).toEqual([48, 64, 128]);
    expect(shareOfSystems(MiB, 300).map(({ text }) => text)).toEqual([String(16 * MiB), '64']);
  });
});

describe('what a system said, for a terminal', () => {
  test.each([
    ['colours stay', 'a \u001b[1;31mred\u001b[0m b', 'a \u001b[1;31mred\u001b[0m b'],
    ['the title of the window does not', '\u001b]0;evil\u0007text', 'text'],
    ['nor does it move the cursor', '\u001b[2J\u001b[10;1Htext\u001b[?25l', 'text'],
    ['nor ask the terminal something', '\u001b[6ntext\u001bP$q"p\u001b\\', 'text'],
    ['nor change its character set', '\u001b(0text\u001b=', 'text'],
    ['line ends of terminals', 'one\r\ntwo\r\r\n', 'one\ntwo\n'],
    ['bells and backspaces', 'a\u0007b\bc\u009b31m', 'abc31m'],
  ])('%s', (_, text, clean) => {
    expect(cleanLog(text)).toBe(clean);
  });
  test('last lines', () => {
    expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc\n');
    expect(lastLines('a\nb\nc', 2)).toBe('b\nc');
    expect(lastLines('a\n', 5)).toBe('a\n');
    expect(lastLines('a\n', 0)).toBe('');
  });
});

test('Ctrl-A q detaches, also in two pieces; Ctrl-A twice is Ctrl-A', () => {
  const keys = detachKeys();
  const type = (...codes: number[]) => keys(Uint8Array.from(codes));
  expect(type(0x61, 1, 1, 0x62)).toEqual({ send: [0x61, 1, 0x62], detach: false });
  expect(type(1, 0x63)).toEqual({ send: [1, 0x63], detach: false });
  expect(type(0x61, 1)).toEqual({ send: [0x61], detach: false });
  expect(type(0x71)).toEqual({ send: [], detach: true });
});
