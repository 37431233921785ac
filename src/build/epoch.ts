import { UserError } from '../base/errors.ts';

/** Seconds since 1970 for every time in an image: `SOURCE_DATE_EPOCH` where it is set, else the lock's date. */
export function epochOf(lockDate: number, env: NodeJS.ProcessEnv): number {
  const text = env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return lockDate;
  const value = Number(text);
  // squashfs and ISO 9660 hold times of 32 bits.
  if (/^\d+$/.test(text) && value <= 0xffffffff) return value;
  throw new UserError({
    code: 'bad-epoch',
    message: `SOURCE_DATE_EPOCH is \`${text}\``,
    expected: 'seconds since 1970, a whole number up to 4294967295',
  });
}
