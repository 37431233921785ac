import type { BootChoice } from '../command-line.ts';

/** Lines of early take-over for the supervisor: why the machine was not handed over. */
export const problemsPath = '/run/diskbios/problems';

/** A reason as a line that names the parameter it is about. */
export const refusal = (system: string, reason: string): string =>
  `diskbios.system=${system}: ${reason.replace(/\s*\n\s*/g, '; ')}`;

/** Where the supervisor runs, the machine was not handed over, and the boot is as any other; `told`: what is known of why. */
export function withoutTakeover(
  choice: BootChoice,
  told: readonly string[],
): { readonly choice: BootChoice; readonly problems: readonly string[] } {
  if (choice.mode !== 'takeover') return { choice, problems: told };
  const problems =
    told.length > 0 ? told : [refusal(choice.system ?? '', 'the take-over program of the PE has failed')];
  return { choice: { ...choice, mode: 'live' }, problems };
}
