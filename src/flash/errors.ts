import { FailedError } from '../base/errors.ts';
import type { Target } from './target.ts';

/** How far a flash has come, for who must be told what is on the device now. */
export type FlashState = 'untouched' | 'clearing' | 'writing' | 'checking' | 'finishing' | 'done';

/** What is on a device, or in a file, at this point. */
export function stateText(state: FlashState, { path, blank }: Pick<Target, 'path' | 'blank'>): string {
  if (state === 'done') return `${path} holds the whole image`;
  if (blank) return `${path} was not made`;
  if (state === 'untouched') return `nothing was written: ${path} is as it was`;
  if (state === 'finishing')
    return `${path} has the image, but for its last part or the last check: write it again before you rely on it`;
  return `${path} holds neither what it held before nor the whole image, and nothing starts from it: write it again`;
}

/** Errors of reads and writes of the target, as what they mean. */
export function targetError(
  error: unknown,
  target: Pick<Target, 'path' | 'kind' | 'bytes'>,
  where: { readonly doing: 'written' | 'read back'; readonly at: number; readonly gone: boolean },
): unknown {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  const { path, kind, bytes } = target;
  const { doing, at } = where;
  const failed = (name: string, message: string, hint: string): FailedError =>
    new FailedError(name, message, { hint, cause: error });
  if (syscall === undefined && code === '') return error;
  if (where.gone || ['ENXIO', 'ENODEV', 'ENOMEDIUM', 'ESHUTDOWN', 'ENOTCONN'].includes(code))
    return failed(
      'device-gone',
      `${path} is gone: it was pulled out, or has switched itself off`,
      'plug it in again, at another port if this happens twice',
    );
  if (code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT') {
    return kind === 'device'
      ? failed(
          'device-short',
          `${path} ends at byte ${at}, though it says that it has ${bytes}`,
          'such a device is a forgery or broken',
        )
      : failed(
          'no-space',
          `no space left on the disk that holds ${path}`,
          'free some space, or choose another place',
        );
  }
  if (code === 'EROFS' || code === 'EPERM' || code === 'EACCES')
    return failed(
      'write-protected',
      `${path} lets nothing be ${doing} at byte ${at} (${code})`,
      'it may have switched itself to read-only, as worn-out sticks do',
    );
  if (
    code === 'EIO' ||
    code === 'EREMOTEIO' ||
    code === 'ENODATA' ||
    code === 'EILSEQ' ||
    code === 'ETIMEDOUT'
  )
    return failed(
      doing === 'written' ? 'write-failed' : 'read-failed',
      `${path} reports an error where byte ${at} is to be ${doing} (${code})`,
      'try another port or cable; where it comes again, the device is worn out',
    );
  return error;
}

/** What was read back is something else than was written. */
export function differs(path: string, from: number, to: number): FailedError {
  return new FailedError(
    'verify-failed',
    `${path} does not give back what was written, between bytes ${from} and ${to}`,
    { hint: 'the device is worn out, or smaller than it says: use another one' },
  );
}
