/**
 * The medium that a step works for, in the `recipePath` of its mistakes. A step that several media share does not know it: its id
 * would not be the same for all of them.
 */
export const thisMedium: readonly string[] = ['media', '*'];

/** The path with the name of the medium that was asked for. */
export function pathOfMedium(
  path: readonly (string | number)[],
  medium: string | undefined,
): readonly (string | number)[] {
  const [first, second, ...rest] = path;
  if (first !== 'media' || second !== '*') return path;
  return medium === undefined ? [first] : [first, medium, ...rest];
}
