import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  debootstrapArguments,
  debootstrapScript,
} from '../../../../../src/pe/lib/systems/templates/debootstrap.ts';

it('runs debootstrap with its options, a chroot that is not the shell’s own, and nothing on standard output', () => {
  const dir = mkdtempSync(join(tmpdir(), 'debootstrap-'));
  try {
    const program = join(dir, 'debootstrap');
    writeFileSync(program, 'echo "$0 $*"; PATH=/nowhere eval "chroot /nowhere/at/all true"; exit 7\n');
    const args = debootstrapArguments({
      ...{ architecture: 'amd64', suite: 'trixie', folder: '/work', mirror: 'http://mirror.example/debian' },
    });
    const { status, stdout, stderr } = spawnSync('sh', ['-c', debootstrapScript, program, ...args], {
      encoding: 'utf8',
    });
    expect(stderr.split('\n')[0]).toBe(
      `${program} --arch=amd64 --variant=minbase --include=systemd-sysv,dbus --force-check-gpg trixie /work http://mirror.example/debian`,
    );
    expect(stderr).toMatch(/\nchroot: (No such file or directory|Operation not permitted)\n/);
    expect({ status, stdout }).toEqual({ status: 7, stdout: '' });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it('gives debootstrap what it may ask for of Packages, by one look at the file, and leaves every other grep alone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'debootstrap-'));
  try {
    const packages = join(dir, 'Packages');
    const stanza = (name: string, ...lines: string[]): string =>
      [`Package: ${name}`, ...lines, '', ''].join('\n');
    const libc = stanza('libc6', 'Priority: optional', 'Size: 1');
    const dbus = stanza('dbus', 'Version: 1', 'Depends: libc6 (>= 2), no-such:any | other (= 1) , virtual');
    const other = stanza('other', 'Pre-Depends: deep');
    const essential = stanza('essential', 'Essential: yes');
    const deep = stanza('deep', 'Depends: dbus');
    const rest = [
      stanza('games', 'Depends: libc6', 'Priority: optional'),
      stanza('more-games', 'Tag: Depends: x'),
    ];
    writeFileSync(
      packages,
      [
        rest[0],
        libc,
        dbus.replace('\n', '\nDescription: Package: x\n b: c\n'),
        other,
        rest[1],
        essential,
        deep,
      ].join(''),
    );
    const program = join(dir, 'debootstrap');
    const patterns = ['^$|^Package:|^Depends:|^Pre-Depends:', '^$|^Package:|^Priority:|^Essential:'];
    writeFileSync(
      program,
      [
        ...patterns.map((pattern) => `LC_ALL=C grep -E '${pattern}' ${packages}; rm -f ${packages}`),
        `printf 'a b\nc\n' | grep '^c'`,
      ].join('\n'),
    );
    const { stderr } = spawnSync('sh', ['-c', debootstrapScript, program], { encoding: 'utf8' });
    expect(stderr).toBe(`${[libc, dbus, other, essential, deep].join('').repeat(2)}c\n`);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
