import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSections } from '../formats/pe.ts';
import type { StepKind } from '../plan/types.ts';
import { writeProgram } from '../steps/signing.ts';
import { stepInput } from './extras.ts';

/** Name of the program in the artifact. */
export const ukiOutput = 'image.efi';

interface UkiOptions {
  readonly name: string;
  readonly version: string;
  readonly cmdline: string;
}

/**
 * Puts kernel, initrd and command line behind systemd's stub as sections (UAPI Group, "Unified Kernel Image"): the kernel
 * last, since it may be unpacked into what follows it.
 */
export const ukiStep: StepKind = {
  name: 'uki',
  version: 1,
  run(context, json) {
    const { name, version, cmdline } = json as unknown as UkiOptions;
    const kernel = stepInput(context, 'kernel');
    const text = (value: string): Buffer => Buffer.from(value);
    const program = Buffer.concat(
      withSections(readFileSync(context.toolFile('usr/lib/systemd/boot/efi/linuxx64.efi.stub')), [
        { name: '.osrel', bytes: text(osRelease(name, version)) },
        { name: '.cmdline', bytes: text(cmdline) },
        { name: '.uname', bytes: text(readFileSync(kernel.file('release'), 'utf8').trim()) },
        { name: '.initrd', bytes: readFileSync(stepInput(context, 'initrd').file('initrd.img')) },
        { name: '.linux', bytes: readFileSync(kernel.file('vmlinuz')) },
      ]),
    );
    writeProgram(context, program, join(context.out, ukiOutput));
    return Promise.resolve();
  },
};

/** What boot loaders show (os-release(5)). */
function osRelease(name: string, version: string): string {
  return `ID=diskbios\nNAME="${name}"\nPRETTY_NAME="${name} ${version}"\nVERSION_ID="${version}"\n`;
}
