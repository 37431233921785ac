/**
 * What a layer takes away from the layers below it (OCI image specification, "Representing Changes": `.wh.NAME` removes NAME,
 * `.wh..wh..opq` all that was in its folder).
 */
export interface Whiteouts {
  /** Paths to remove, relative to the root. */
  readonly remove: readonly string[];
  /** Folders to empty. `.`: the root itself. */
  readonly empty: readonly string[];
  /** Names that cannot be meant well. */
  readonly refused: readonly string[];
}

export const whiteoutPrefix = '.wh.';
const opaque = '.wh..wh..opq';
/** Names for archives, that keep whiteouts of the file system itself out. */
export const whiteoutPattern = `${whiteoutPrefix}*`;

/** @param names all names in a layer's archive */
export function whiteoutsOf(names: readonly string[]): Whiteouts {
  const remove: string[] = [];
  const empty: string[] = [];
  const refused: string[] = [];
  for (const name of names) {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const last = parts.pop();
    if (last?.startsWith(whiteoutPrefix) !== true) continue;
    const hidden = last.slice(whiteoutPrefix.length);
    if (parts.includes('..') || hidden === '' || hidden === '.' || hidden === '..') refused.push(name);
    else if (last === opaque) empty.push(parts.length === 0 ? '.' : parts.join('/'));
    else if (!hidden.startsWith(whiteoutPrefix)) remove.push([...parts, hidden].join('/'));
  }
  return { remove, empty, refused };
}

/** Names as `tar --quoting-style=escape` prints them. */
export function unescapeName(text: string): string {
  if (!text.includes('\\')) return text;
  const letters: Readonly<Record<string, string>> = {
    ...{ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\u0007' },
    ...{ '\\': '\\', ' ': ' ' },
  };
  return text.replace(/\\([0-7]{3}|.)/g, (all, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (letters[code] ?? all),
  );
}

/** The other way round: name of the file that hides another from layers below. */
export const whiteoutName = (path: string): string => {
  const at = path.lastIndexOf('/') + 1;
  return `${path.slice(0, at)}${whiteoutPrefix}${path.slice(at)}`;
};
export const opaqueName = (folder: string): string => `${folder}/${opaque}`;
