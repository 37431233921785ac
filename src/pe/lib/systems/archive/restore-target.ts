import { UserError } from '../../../../base/errors.ts';

/** Whether a restore takes the place of a system that is there. Throws `UserError` where what was said does not fit what is there. */
export function isInPlace({
  there,
  replace,
  name,
}: {
  readonly there: boolean;
  readonly replace: boolean;
  readonly name: string;
}): boolean {
  if (there && !replace)
    throw new UserError({
      code: 'name-taken',
      message: `there is a system ${name} already`,
      hint: `give the restored one another name, or let it take its place: --replace, with --keep LABEL to keep a snapshot`,
    });
  if (!there && replace)
    throw new UserError({ code: 'no-such-system', message: `there is no system ${name} to replace` });
  return there;
}
