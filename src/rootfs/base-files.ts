import { shadowGroup } from './base-accounts.ts';
import { maker } from './make.ts';
import type { FinishStep } from './types.ts';

/** Directories of every Debian system (base-files), with modes where they are not 0755. */
const directories: readonly (readonly [path: string, mode?: number])[] = [
  ['dev'],
  ['etc'],
  ['etc/opt'],
  ['home'],
  ['media'],
  ['mnt'],
  ['opt'],
  ['proc', 0o555],
  ['root', 0o700],
  ['run'],
  ['run/lock', 0o1777],
  ['srv'],
  ['sys', 0o555],
  ['tmp', 0o1777],
  ['usr'],
  ['usr/local'],
  ['usr/local/bin'],
  ['usr/local/lib'],
  ['usr/local/sbin'],
  ['usr/local/share'],
  ['var'],
  ['var/cache'],
  ['var/lib'],
  ['var/lib/misc'],
  ['var/log'],
  ['var/opt'],
  ['var/spool'],
  ['var/tmp', 0o1777],
];

const links: readonly (readonly [path: string, target: string])[] = [
  ['var/run', '/run'],
  ['var/lock', '/run/lock'],
  ['etc/mtab', '../proc/self/mounts'],
];

const nsswitch = `passwd:         files
group:          files
shadow:         files
gshadow:        files

hosts:          files dns
networks:       files

protocols:      files
services:       files
ethers:         files
rpc:            files

netgroup:       files
`;

/** Files that postinst scripts make where nothing is there yet; `of` names the package that would. */
const files: readonly { path: string; text: string; mode?: number; gid?: number; of?: string }[] = [
  { path: 'etc/nsswitch.conf', text: nsswitch },
  { path: 'etc/host.conf', text: 'multi on\n' },
  // Empty: not yet known, to be filled when the machine starts (machine-id(5)).
  { path: 'etc/machine-id', text: '' },
  {
    path: 'etc/networks',
    text: 'default\t\t0.0.0.0\nloopback\t127.0.0.0\nlink-local\t169.254.0.0\n',
    of: 'netbase',
  },
  { path: 'etc/environment', text: '', of: 'libpam-modules' },
  { path: 'etc/security/opasswd', text: '', mode: 0o600, of: 'libpam-modules' },
  { path: 'var/log/btmp', text: '', mode: 0o660, gid: 43, of: 'base-files' },
  { path: 'var/log/lastlog', text: '', mode: 0o664, gid: 43, of: 'base-files' },
  { path: 'var/log/wtmp', text: '', mode: 0o664, gid: 43, of: 'base-files' },
];

/** Files that a package ships as a default and its postinst copies into place. */
const copies: readonly (readonly [from: string, to: string])[] = [
  ['usr/share/base-files/profile', 'etc/profile'],
  ['usr/share/base-files/dot.profile', 'root/.profile'],
  ['usr/share/base-files/dot.bashrc', 'root/.bashrc'],
  ['usr/share/readline/inputrc', 'etc/inputrc'],
  ['usr/share/libc-bin/nsswitch.conf', 'etc/nsswitch.conf'],
  ['usr/share/libc-bin/gai.conf', 'etc/gai.conf'],
  ['usr/share/chrony/chrony.conf', 'etc/chrony/chrony.conf'],
  ['usr/share/openssh/sshd_config', 'etc/ssh/sshd_config'],
];

const shells = [
  '/bin/sh',
  '/usr/bin/sh',
  '/bin/ash',
  '/bin/bash',
  '/usr/bin/bash',
  '/bin/dash',
  '/usr/bin/dash',
];

/** The standard directories with their modes, and small files that base packages' scripts would put there. */
export const baseFiles: FinishStep = {
  name: 'base files',
  run({ tree, packages, epoch }) {
    const make = maker(this.name, epoch);
    const installed = new Set(packages.map(({ name }) => name));
    const dirs = directories
      .filter(([path]) => tree.get(path)?.type !== 'symlink')
      .map(([path, mode = 0o755]) => make.dir(path, { mode }));
    const copied = copies.flatMap(([from, to]) => {
      const there = tree.resolve(from);
      return there?.type === 'file' && !tree.has(to) ? [{ ...there, path: to, mtime: epoch }] : [];
    });
    const done = new Set(copied.map(({ path }) => path));
    const made = files
      .filter(({ path, of }) => !tree.has(path) && !done.has(path) && (of === undefined || installed.has(of)))
      .map(({ path, text, ...owner }) => make.file(path, text, owner));
    const known = shells.filter((path) => tree.resolve(path)?.type === 'file');
    const list = `# Valid login shells\n${known.map((path) => `${path}\n`).join('')}`;
    const secret = tree.get('usr/sbin/unix_chkpwd');
    return {
      entries: [
        ...dirs,
        ...links.filter(([path]) => !tree.has(path)).map(([path, target]) => make.link(path, target)),
        ...copied,
        ...made,
        ...(tree.has('etc/shells') ? [] : [make.file('etc/shells', list)]),
        // It reads /etc/shadow for programs that are not root.
        ...(secret?.type === 'file' ? [{ ...secret, gid: shadowGroup, mode: 0o2755 }] : []),
      ],
      warnings: [],
    };
  },
};
