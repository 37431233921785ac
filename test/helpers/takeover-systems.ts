import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCpio } from '../../src/formats/cpio.ts';
import { openImage } from '../../src/image/open.ts';

/** The kernel, the initrd and, out of that, the static busybox of an image. */
export function bootFiles(iso: string): { kernel: Buffer; initrd: Buffer; busybox: Buffer } {
  using image = openImage(iso);
  const contents = (path: string): Buffer => {
    const entry = image.find(path);
    if (entry === undefined) throw new Error(`${iso} has no ${path}`);
    return image.contents(entry);
  };
  const [kernel, initrd] = [contents('/boot/vmlinuz'), contents('/boot/initrd.img')];
  const found = readCpio(initrd).records.find(({ entry }) => entry.path === 'bin/busybox')?.entry;
  if (found?.type !== 'file' || !('bytes' in found.content)) throw new Error(`${iso} has no busybox`);
  return { kernel, initrd, busybox: Buffer.from(found.content.bytes) };
}

type Content = string | Buffer | { readonly link: string };
type Files = Readonly<Record<string, Content>>;

function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const at = join(folder, path);
    mkdirSync(path.endsWith('/') ? at : dirname(at), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, at);
    else {
      writeFileSync(at, content);
      chmodSync(at, 0o755);
    }
  }
}

/** Tells on the serial line what it has become; then does what is in its `/end`. */
const init = `#!/bin/sh
PATH=/bin:/sbin
exec </dev/null >/dev/ttyS0 2>&1
hostname=$(cat /proc/sys/kernel/hostname)
echo "TARGET name=$hostname pid=$$ args=[$*] env=[$T_WORD] tty=$(tty </dev/console)"
echo "MOUNTS $(cut -d' ' -f2,3 /proc/mounts | tr ' \\n' ': ')"
echo "ROOT $(ls / | tr '\\n' ' ')"
echo "DEVICES $(ls -d /sys/class/net/e* /dev/vda /dev/pts/ptmx | tr '\\n' ' ')"
echo "MODULES $(ls /lib/modules/*/modules.dep) $(touch "$(echo /lib/modules/*)/x" 2>&1)"
echo "FREE $(sed -n 's/^MemAvailable: *//p' /proc/meminfo)"
echo written >/note && sync
[ ! -s /end ] || . /end
echo "TARGET-DONE $hostname"
while :; do sleep 1; done
`;

const json = (more: object): string => JSON.stringify({ format: 1, engine: 'chroot', created: 1, ...more });
const os = json({ kind: 'os' });

/** A program for 64-bit machines of a kind, which asks for an interpreter. */
function elf(machine: number, interpreter: string): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(3, 64);
  bytes.writeBigUInt64LE(128n, 72);
  bytes.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
  bytes.write(interpreter, 128);
  return bytes;
}

const folders: Files = { 'proc/': '', 'sys/': '', 'dev/': '', 'run/': '', 'tmp/': '' };

/** A root with nothing but busybox; `end`: shell commands at the end of its init. */
export const busyboxRoot = (busybox: Buffer, end = ''): Files => ({
  ...folders,
  'bin/busybox': busybox,
  ...Object.fromEntries(
    ['sh', 'cat', 'cut', 'ls', 'sed', 'sleep', 'sync', 'touch', 'tr', 'tty', 'reboot', 'poweroff'].map(
      (name) => [`bin/${name}`, { link: 'busybox' }],
    ),
  ),
  'usr/sbin/init': init,
  sbin: { link: '/usr/sbin' },
  end,
});

export const systems = (busybox: Buffer): Readonly<Record<string, Files>> => {
  const root = (files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([path, content]) => [`rootfs/${path}`, content]));
  const only = (inits: Files): Files => ({ 'system.json': os, ...root({ ...folders, ...inits }) });
  return {
    'hd/box': {
      'system.json': json({ kind: 'os', env: { T_WORD: "it's" } }),
      ...root(busyboxRoot(busybox)),
    },
    'hd/reboots': { 'system.json': os, ...root(busyboxRoot(busybox, 'reboot -f\n')) },
    'hd/app': {
      'system.json': json({ kind: 'app', template: { name: 'livefs', version: '1' } }),
      'delta/etc/rc.d/tell': `#!/bin/sh\nexec >/dev/ttyS0\n${init.slice(init.indexOf('hostname='), init.indexOf('[ ! -s'))}echo TARGET-DONE app\n`,
      'work/': '',
    },
    'hd/tiny': {
      'system.json': json({ kind: 'app', template: { name: 'tiny', version: '1' } }),
      'delta/etc/own': 'of its own\n',
      'work/': '',
    },
    'hd/.templates': {
      'tiny@1.json': JSON.stringify({
        ...{
          format: 1,
          name: 'tiny',
          version: '1',
          form: 'folder',
          source: 'tar:tiny',
          sha256: '0'.repeat(64),
        },
        ...{ size: 1, created: 1, env: {} },
      }),
      ...Object.fromEntries(
        Object.entries(busyboxRoot(busybox)).map(([path, content]) => [`tiny@1/${path}`, content]),
      ),
    },
    'srv/bare': busyboxRoot(busybox),
    'hd/no-init': only({}),
    'hd/arm': only({ 'sbin/init': elf(183, '/lib/ld.so') }),
    'hd/no-loader': only({ 'sbin/init': elf(62, '/lib64/ld-linux-x86-64.so.2') }),
    // The PE has that file, the system has not.
    'hd/outside': only({ 'sbin/init': { link: '/usr/bin/busybox' } }),
    'hd/garbage': { ...only({}), 'system.json': '{"format": 1, "ki' },
    'hd/no-template': {
      'system.json': json({ kind: 'app', template: { name: 'debian', version: '13' } }),
      'delta/': '',
      'work/': '',
    },
  };
};

/** Makes a folder for `DiskFilesystem.files`. */
export function writeSystems(folder: string, busybox: Buffer): void {
  for (const [path, files] of Object.entries(systems(busybox))) write(join(folder, path), files);
}
