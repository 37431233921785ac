import type { Firmware } from '../../base/machine.ts';
import { isEfiProgram, makeEfiStick } from '../../boot/efi-stick.ts';
import type { QemuTools } from '../../boot/tools.ts';
import { writeUefiVariables } from '../../boot/uefi-variables.ts';
import { run } from '../../sys/run.ts';

/**
 * Makes what is for one boot only: a stick for a program for UEFI, and variables with a key of the user's.
 * @param at where a file of this name is to be
 */
export async function filesOfBoot<Image>(
  at: (name: string) => string,
  wanted: { image: Image; firmware: Firmware; certificate: string | undefined },
  tools: QemuTools,
  signal: AbortSignal,
): Promise<{ image: Image | string; uefiVars: string | undefined }> {
  const { image, firmware, certificate } = wanted;
  const uefiVars = certificate === undefined ? undefined : at('uefi-vars.fd');
  if (uefiVars !== undefined) writeUefiVariables(uefiVars, tools.uefi, { firmware, certificate });
  if (typeof image !== 'string' || !isEfiProgram(image)) return { image, uefiVars };
  const stick = await makeEfiStick(image, at('stick.img'), {
    tools,
    make: async (argv, { env = {} } = {}) => (await run(argv, { env, signal })).stdout,
  });
  return { image: stick, uefiVars };
}
