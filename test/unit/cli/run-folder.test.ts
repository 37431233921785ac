import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shareCommand } from '../../../src/boot/share.ts';
import type { QemuTools } from '../../../src/boot/tools.ts';
import { runWish } from '../../../src/cli/run/flags.ts';
import { imageOrFolder } from '../../../src/cli/run/folder.ts';
import { guestRequest } from '../../../src/cli/run/request.ts';

function folder(...names: string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'run-folder-'));
  for (const name of ['boot', 'root']) mkdirSync(join(dir, name));
  for (const name of names) writeFileSync(join(dir, name), '');
  const facts = { name: 'box', version: '1', cmdline: ['console=ttyS0', 'quiet'] };
  writeFileSync(join(dir, 'folder.json'), JSON.stringify(facts));
  return dir;
}

const any = { as: undefined };

describe('a folder to be run', () => {
  it('is started by its own kernel and initrd, with its root shared', () => {
    const dir = folder('boot/vmlinuz', 'boot/initrd.img');
    expect(imageOrFolder(dir, any)).toEqual({
      kernel: {
        file: join(dir, 'boot/vmlinuz'),
        initrd: join(dir, 'boot/initrd.img'),
        cmdline: 'console=ttyS0 quiet',
      },
      share: { tag: '10-root', dir: join(dir, 'root') },
    });
  });

  it('that lacks something is refused, and so is any other folder', () => {
    expect(() => imageOrFolder(folder('boot/vmlinuz'), any)).toThrow('it has no boot/initrd.img');
    expect(() => imageOrFolder(tmpdir(), any)).toThrow('it has no folder.json');
  });

  it('is on no bus', () => {
    expect(() => imageOrFolder(folder('boot/vmlinuz', 'boot/initrd.img'), { as: 'usb' })).toThrow(
      '--as usb has no effect',
    );
  });

  it('for network boot begins with what the firmware can start, said or not', () => {
    const flags = { memory: '512M', display: 'none', forward: [], disk: [], network: 'user', accel: 'tcg' };
    const accelerator = { kind: 'tcg', cpu: 'max' } as const;
    const start = (firmware: 'bios' | 'uefi', said?: string): unknown => {
      const wish = runWish(said === undefined ? flags : { ...flags, firmware: said }, '/');
      const found = { firmware, as: 'virtio', accelerator, forwards: [], vncPort: undefined } as const;
      return guestRequest(wish, { ...found, image: { netboot: '/net' } }).networks[0];
    };
    expect(start('bios')).toMatchObject({ start: { folder: '/net', file: 'boot.ipxe' } });
    expect(start('bios', 'bios')).toMatchObject({ start: { file: 'boot.ipxe' } });
    expect(start('uefi', 'uefi')).toMatchObject({ start: { file: 'bootx64.efi' } });
  });

  it('is shared read-only, as root’s where it is not', () => {
    const tools = { program: (name: string, ...args: string[]) => [name, ...args] } as unknown as QemuTools;
    const command = (isRoot: boolean): string =>
      shareCommand(tools, { tag: 'x', dir: '/out/root' }, '/g/share', isRoot).join(' ');
    expect(command(true)).toContain('--shared-dir=/out/root --readonly');
    expect(command(true)).not.toContain('translate');
    expect(command(false)).toContain('--translate-uid squash-host:0:0:4294967294');
    expect(command(false)).toContain('--translate-gid squash-host:0:0:4294967294');
  });
});
