import { X509Certificate } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { Firmware } from '../base/machine.ts';
import { withOwnKeys } from '../formats/efi-variables.ts';
import { firmwareFiles, type UefiFiles } from './args.ts';

/**
 * Writes the variables that a machine's UEFI starts with to a file.
 * @param certificate file with the one certificate that Secure Boot accepts; `undefined`: Microsoft's
 */
export function writeUefiVariables(
  file: string,
  uefi: UefiFiles,
  { firmware, certificate }: { readonly firmware: Firmware; readonly certificate?: string | undefined },
): void {
  const { vars } = firmwareFiles(firmware, uefi);
  if (firmware !== 'uefi-secure' || certificate === undefined) copyFileSync(vars, file);
  else
    writeFileSync(
      file,
      withOwnKeys(readFileSync(uefi.vars), new X509Certificate(readFileSync(certificate)).raw),
    );
}
