import type { BootFailure } from '../base/boot-failures.ts';
import { FailedError } from '../base/errors.ts';

export type { BootFailure };

/** What was found wrong: its name, a sentence for a person, and the line that gave it away. */
export interface Finding {
  readonly failure: BootFailure;
  readonly message: string;
  readonly line: string;
}

interface Sign {
  readonly failure: BootFailure;
  readonly pattern: RegExp;
  readonly message: string;
}

/** Signs on the serial console and in the BIOS's log. The first that matches names the failure: causes before effects. */
const signs: readonly Sign[] = [
  {
    failure: 'out-of-memory',
    pattern:
      /error: (?:\S+:)?\s?out of memory|System is deadlocked on memory|Initramfs unpacking failed: write error|Out of memory and no killable/,
    message: 'the machine has too little memory for this image',
  },
  {
    failure: 'early-init-failed',
    pattern: /^diskbios: early init: .*/m,
    message: 'the early init of the PE failed',
  },
  {
    failure: 'supervisor-failed',
    pattern: /Possibly unhandled promise rejection: .*/,
    message: 'the program that brings the PE up failed',
  },
  {
    failure: 'kernel-panic',
    pattern: /Kernel panic - not syncing: .*/,
    message: 'the kernel panicked',
  },
  {
    failure: 'grub-rescue',
    pattern: /grub rescue>/,
    message: 'GRUB did not find its modules or its configuration and fell back to its rescue prompt',
  },
  {
    failure: 'grub-shell',
    pattern: /^grub> ?/m,
    message: 'GRUB found no configuration with a menu and fell back to its command line',
  },
  {
    failure: 'boot-entry-broken',
    pattern:
      /error: (?:\S*:)?\s?(?:file `.*' not found|no such (?:device|partition|disk)|you need to load the kernel first|invalid magic number|premature end of file).*/,
    message: 'GRUB could not carry out the menu entry',
  },
  {
    failure: 'no-boot-medium',
    pattern:
      /No bootable device\.?|BdsDxe: No bootable option or device was found|>>Start (?:PXE|HTTP Boot) over|Boot failed: (?:could not read the boot disk|not a bootable disk)/,
    message: 'the firmware found nothing to boot from',
  },
];

/** Looks for the sign of a failed boot in what a guest said. */
export function recognise(text: string): Finding | undefined {
  for (const sign of signs) {
    const match = sign.pattern.exec(text);
    if (match !== null) {
      return { failure: sign.failure, message: sign.message, line: lineAround(text, match.index) };
    }
  }
  return undefined;
}

function lineAround(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  const end = text.indexOf('\n', index);
  return text.slice(start, end === -1 ? undefined : end).trim();
}

/** A guest that did not do what was awaited. */
export class BootError extends FailedError {
  readonly failure: BootFailure;
  /** The last lines on its serial console. */
  readonly lastLines: readonly string[];
  /** What repeats the boot by hand. */
  readonly command: string;

  constructor(finding: Finding, lastLines: readonly string[], command: string) {
    const line = finding.line === '' ? '' : `: ${finding.line}`;
    const log = lastLines.length === 0 ? ['(it said nothing on the serial console)'] : lastLines;
    super(finding.failure, finding.message + line, {
      hint: ['its last lines on the serial console:', ...log.map((text) => `  ${text}`)].join('\n'),
    });
    this.failure = finding.failure;
    this.lastLines = lastLines;
    this.command = command;
  }
}
