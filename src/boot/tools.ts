import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MissingError } from '../base/errors.ts';
import { findProgram } from '../sys/run.ts';
import { toolArgv } from '../sys/tools.ts';
import type { UefiFiles } from './args.ts';

/** Programs beside QEMU, and where Debian puts them. */
const helpers = {
  dbclient: 'usr/bin/dbclient',
  dropbearconvert: 'usr/bin/dropbearconvert',
  dropbearkey: 'usr/bin/dropbearkey',
  debugfs: 'usr/sbin/debugfs',
  dumpe2fs: 'usr/sbin/dumpe2fs',
  e2fsck: 'usr/sbin/e2fsck',
  mke2fs: 'usr/sbin/mke2fs',
  'mkfs.fat': 'usr/sbin/mkfs.fat',
  mtools: 'usr/bin/mtools',
  virtiofsd: 'usr/libexec/virtiofsd',
} as const;
export type HelperProgram = keyof typeof helpers;

/** Whether a folder has all programs that this version of diskbios wants beside QEMU. */
export function hasAllHelpers(dir: string): boolean {
  return Object.values(helpers).every((path) => existsSync(join(dir, path)));
}

/** A QEMU that can be started: the pinned one of the store, or the machine's own. */
export interface QemuTools {
  /** For a person: `QEMU (pinned)`. */
  readonly name: string;
  /** The argv that starts `qemu-system-x86_64` with these arguments. */
  argv(...args: string[]): string[];
  /** The argv that starts `qemu-img`. */
  img(...args: string[]): string[];
  /** The argv that starts one of the programs that make disks and log in. */
  program(name: HelperProgram, ...args: string[]): string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uefi: UefiFiles;
  /** What the answer of the accelerator probe is remembered under: it holds for one QEMU. */
  readonly id: string;
}

/** QEMU from Debian packages unpacked into one folder, started through that folder's own loader. */
export function qemuFromTree(dir: string): QemuTools {
  const at = (path: string): string => join(dir, path);
  return {
    name: 'pinned QEMU',
    argv: (...args) =>
      toolArgv(dir, 'usr/bin/qemu-system-x86_64', [
        ...['-L', at('usr/share/qemu'), '-L', at('usr/share/seabios')],
        ...args,
      ]),
    img: (...args) => toolArgv(dir, 'usr/bin/qemu-img', args),
    program: (name, ...args) => toolArgv(dir, helpers[name], args),
    env: { QEMU_MODULE_DIR: at('usr/lib/x86_64-linux-gnu/qemu') },
    uefi: {
      ...{ code: at('usr/share/OVMF/OVMF_CODE_4M.fd'), vars: at('usr/share/OVMF/OVMF_VARS_4M.fd') },
      secure: {
        code: at('usr/share/OVMF/OVMF_CODE_4M.secboot.fd'),
        vars: at('usr/share/OVMF/OVMF_VARS_4M.ms.fd'),
      },
    },
    id: dir,
  };
}

/** Where distributions put OVMF without Secure Boot: code and variables. */
const hostUefi = [
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
  ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
  ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
  ['/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
  ['/usr/share/qemu/ovmf-x86_64-code.bin', '/usr/share/qemu/ovmf-x86_64-vars.bin'],
] as const;

/** The same with Secure Boot and Microsoft's keys. */
const hostSecureUefi = [
  ['/usr/share/OVMF/OVMF_CODE_4M.secboot.fd', '/usr/share/OVMF/OVMF_VARS_4M.ms.fd'],
  ['/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd', '/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd'],
] as const;

/** The machine's own QEMU and OVMF; it can open windows, which the pinned one cannot. */
export function qemuFromHost(): QemuTools {
  const program = findProgram('qemu-system-x86_64');
  const uefi = hostUefi.find(([code, vars]) => existsSync(code) && existsSync(vars));
  const secure = hostSecureUefi.find(([code, vars]) => existsSync(code) && existsSync(vars));
  if (program === undefined || uefi === undefined) {
    const lacking = program === undefined ? 'QEMU (qemu-system-x86_64)' : 'OVMF, the UEFI firmware for QEMU,';
    throw new MissingError(
      `${lacking} is not installed on this machine`,
      'sudo apt-get install qemu-system-x86 qemu-utils ovmf',
    );
  }
  return {
    name: "this machine's QEMU",
    argv: (...args) => [program, ...args],
    img: (...args) => [findProgram('qemu-img') ?? 'qemu-img', ...args],
    program: (name, ...args) => [hostProgram(name), ...args],
    env: desktopSession(),
    uefi: { code: uefi[0], vars: uefi[1], secure: secure && { code: secure[0], vars: secure[1] } },
    id: program,
  };
}

/** Programs that are not for people lie outside PATH. */
const hidden: Partial<Record<HelperProgram, readonly string[]>> = {
  virtiofsd: ['/usr/libexec/virtiofsd', '/usr/lib/qemu/virtiofsd', '/usr/lib/virtiofsd'],
};

function hostProgram(name: HelperProgram): string {
  const found = findProgram(name) ?? hidden[name]?.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new MissingError(
    `${name} is not installed on this machine`,
    'sudo apt-get install dropbear-bin e2fsprogs dosfstools mtools virtiofsd',
  );
}

/** What a program needs to open a window. */
function desktopSession(): Record<string, string> {
  const names = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
