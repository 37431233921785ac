import { type Diagnostic, FailedError, UserError } from '../base/errors.ts';
import { recipeMistake, signatureProblem, type UpdateContext } from './apt-update-mistakes.ts';

/** Turns what `apt-get update` complained about into the error to throw; `undefined` where it did not complain. */
export function updateError(stderr: string, context: UpdateContext): Error | undefined {
  const lines = complaints(stderr);
  if (lines.length === 0) return undefined;
  const mistakes = lines.flatMap((line) => recipeMistake(line, context) ?? []);
  if (mistakes.length > 0) return new UserError(mistakes.filter(isFirstAtItsPlace));
  for (const line of lines) {
    const error = failure(line, context);
    if (error !== undefined) return error;
  }
  return new FailedError('apt-update', `the package lists could not be read:\n${lines.join('\n')}`);
}

/** A wrong suite is missing in the suite's updates and in the security archive as well. */
function isFirstAtItsPlace(mistake: Diagnostic, index: number, all: readonly Diagnostic[]): boolean {
  const key = ({ code, place }: Diagnostic): string => `${code} ${place?.line ?? 0}:${place?.column ?? 0}`;
  return all.findIndex((other) => key(other) === key(mistake)) === index;
}

/** The lines that matter: errors, and those warnings after which apt would go on with less than was asked for. */
function complaints(stderr: string): string[] {
  const lines = stderr
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('E: ') || /^W: .*(Skipping acquire|Failed to fetch)/.test(line) || isSignature(line),
    );
  const aftermath = [/Some index files failed to download/];
  // What has a wrong signature is said to have none as well.
  if (lines.some(isSignature)) aftermath.push(/is not signed/);
  return lines.filter((line) => !aftermath.some((pattern) => pattern.test(line)));
}

function isSignature(line: string): boolean {
  return signatureProblem.test(line);
}

function failure(line: string, { mirrors }: UpdateContext): FailedError | undefined {
  const signature =
    signatureProblem.exec(line) ?? /The repository '(\S+) (\S+)[^']*' (is not signed)/.exec(line);
  if (signature !== null) {
    const [, base = '', suite = '', what = ''] = signature;
    return new FailedError(
      'bad-signature',
      `${base} ${suite} has no valid signature of Debian's archive keys: ${what}`,
      {
        hint: 'something between this machine and the mirror changes what is sent, or the mirror is not Debian’s; nothing of it was used',
      },
    );
  }
  const time = /Release file for (\S+) is (not valid yet|expired)(.*)/.exec(line);
  if (time !== null) {
    return new FailedError('release-time', `${time[1] ?? ''} is ${time[2] ?? ''}${time[3] ?? ''}`, {
      hint: 'check the clock of this machine; if it is right, the mirror is no longer kept up to date: choose another',
    });
  }
  const fetch = /Failed to fetch (\S+)\s+(.*)/.exec(line);
  if (fetch === null) return undefined;
  const [, address = '', why = ''] = fetch;
  if (/Hash Sum mismatch|unexpected size|Mirror sync/.test(why)) {
    return new FailedError(
      'mirror-out-of-step',
      `${address} does not fit the mirror's signed index: ${why}`,
      {
        hint: 'the mirror is just being updated, or is damaged: try again in a few minutes, or choose another',
      },
    );
  }
  return new FailedError('mirror-unreachable', `${address} cannot be fetched: ${why}`, {
    hint: `the mirror comes from ${mirrors.from}; with a lock that fits the recipe, no package list is needed`,
  });
}
