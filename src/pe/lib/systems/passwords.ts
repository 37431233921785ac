/** Lines of /etc/shadow by user. */
function entries(shadow: string): Map<string, string> {
  const lines = shadow.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.split(':')[0] ?? '', line]));
}

const hashOf = (line: string | undefined): string => line?.split(':')[1] ?? '';
// shadow(5): name, hash, and seven fields that are numbers or empty.
const shadowLine = /^[a-z_][a-z0-9_-]{0,31}:[^:\s]*(:\d*){7}$/;

/**
 * The entries of /etc/shadow that a person has changed against the image's, as text. A hash that was made for this boot only, or
 * comes with it, is none of these, nor are users that the image does not have.
 */
export function changedPasswords(
  image: string,
  now: string,
  ...madeHere: readonly (string | undefined)[]
): string {
  const original = entries(image);
  return [...entries(now)]
    .filter(([name]) => original.has(name))
    .filter(([name, line]) => hashOf(line) !== hashOf(original.get(name)) && !madeHere.includes(hashOf(line)))
    .map(([, line]) => `${line}\n`)
    .join('');
}

/** /etc/shadow with the kept entries in place of its own. What is no entry, or of no user, is left out and named. */
export function withPasswords(
  shadow: string,
  kept: string,
): { readonly text: string; readonly users: readonly string[]; readonly problems: readonly string[] } {
  const all = entries(shadow);
  const users: string[] = [];
  const problems: string[] = [];
  for (const [name, line] of entries(kept)) {
    if (!shadowLine.test(line)) problems.push('a line of it is no entry of a shadow file and is left out');
    else if (all.has(name)) {
      all.set(name, line);
      users.push(name);
    } else problems.push(`this image has no user ${name}`);
  }
  return { text: [...all.values()].map((line) => `${line}\n`).join(''), users, problems };
}

/** Kept entries without a user's. */
export const withoutPassword = (kept: string, user: string): string =>
  [...entries(kept)]
    .filter(([name]) => name !== user)
    .map(([, line]) => `${line}\n`)
    .join('');
