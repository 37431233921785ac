import type { HardwareCpu } from '../base/hardware-report.ts';

/** Intel's processors that are in servers only, as `family-model` of their files (`asm/intel-family.h` of Linux 6.12). */
const serverModels = new Set([
  '06-6a',
  '06-6c',
  '06-8f',
  '06-cf',
  '06-ad',
  '06-ae',
  '06-af',
  '06-57',
  '06-85',
  '06-86',
]);

/** Where the kernel looks for it before anything else runs (Linux: Documentation/arch/x86/microcode.rst). */
export const microcodePaths = {
  intel: 'kernel/x86/microcode/GenuineIntel.bin',
  amd: 'kernel/x86/microcode/AuthenticAMD.bin',
} as const;

export interface MicrocodeWish {
  /** Leave out what servers only have. */
  readonly small: boolean;
  /** The only processor it is for. */
  readonly cpu: HardwareCpu | undefined;
}

/**
 * Whether a file of a package of microcode is wanted, and for whom: Intel's are named by family, model and stepping in hexadecimal
 * digits (`06-9e-0a`), AMD's by family (`microcode_amd_fam19h.bin`; all before 15h are in `microcode_amd.bin`).
 */
export function microcodeMaker(path: string, { small, cpu }: MicrocodeWish): 'intel' | 'amd' | undefined {
  const intel =
    /(?:^|\/)lib\/firmware\/intel-ucode\/([0-9a-f]{2}-[0-9a-f]{2})-([0-9a-f]{2})(_DUPLICATE)?$/.exec(path);
  if (intel !== null) {
    const [, model = '', stepping = ''] = intel;
    if (cpu !== undefined) return `${model}-${stepping}` === signature(cpu) ? 'intel' : undefined;
    return small && serverModels.has(model) ? undefined : 'intel';
  }
  const amd = /(?:^|\/)lib\/firmware\/amd-ucode\/microcode_amd(?:_fam([0-9a-f]{2})h)?\.bin$/.exec(path);
  if (amd === null) return undefined;
  if (cpu === undefined) return 'amd';
  if (cpu.vendor !== 'AuthenticAMD') return undefined;
  return (amd[1] ?? 'old') === (cpu.family < 0x15 ? 'old' : hex(cpu.family)) ? 'amd' : undefined;
}

function signature({ vendor, family, model, stepping }: HardwareCpu): string {
  return vendor === 'GenuineIntel' ? [family, model, stepping].map(hex).join('-') : '';
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
