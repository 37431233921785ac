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
