function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Position of the bracket that closes the one at `open`, or -1. */
function closing(glob: string, open: number): number {
  let depth = 0;
  for (let at = open; at < glob.length; at += 1) {
    if (glob[at] === '\\') at += 1;
    else if (glob[at] === '{') depth += 1;
    else if (glob[at] === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** Splits the inside of `{a,b{c,d}}` at its own commas. */
function alternatives(inside: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of inside) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] = `${parts.at(-1) ?? ''}${char}`;
  }
  return parts;
}

/** What the glob at `at` means as a regular expression, and how many characters of it that took. */
function translate(glob: string, at: number): [source: string, length: number] {
  const char = glob[at] ?? '';
  const atStart = at === 0 || glob[at - 1] === '/';
  if (glob.startsWith('**/', at) && atStart) return ['(?:.*/)?', 3];
  if (glob.startsWith('**', at)) return ['.*', 2];
  if (char === '*') {
    // A name that is only a star is at least one character long.
    const whole = atStart && (at + 1 === glob.length || glob[at + 1] === '/');
    return [whole ? '[^/]+' : '[^/]*', 1];
  }
  if (char === '?') return ['[^/]', 1];
  if (char === '\\' && at + 1 < glob.length) return [escapeRegExp(glob[at + 1] ?? ''), 2];
  const set = char === '[' ? /^\[(!?)(\]?[^\]]*)\]/.exec(glob.slice(at)) : null;
  if (set?.[2] !== undefined && set[2] !== '') {
    return [`[${set[1] === '!' ? '^/' : ''}${set[2].replace(/[\\[\]^]/g, '\\$&')}]`, set[0].length];
  }
  const end = char === '{' ? closing(glob, at) : -1;
  if (end > 0) {
    const parts = alternatives(glob.slice(at + 1, end)).map((part) => globSource(part));
    return [`(?:${parts.join('|')})`, end + 1 - at];
  }
  return [escapeRegExp(char), 1];
}

/** The regular expression source of a glob, without anchors. */
export function globSource(glob: string): string {
  let source = '';
  for (let at = 0; at < glob.length; ) {
    const [part, length] = translate(glob, at);
    source += part;
    at += length;
  }
  return source;
}

/**
 * A glob over `/`-separated paths as a regular expression that must match the whole path: `*` and `?` stay within one
 * name (and match a leading dot), `**` goes across, `{a,b}` is either, `[a-z]` and `[!a-z]` one character, `\` takes
 * the next character literally.
 */
export function globToRegExp(glob: string): RegExp {
  return new RegExp(`^${globSource(glob)}$`, 's');
}

/** Whether a text means more than itself as a glob. */
export function isGlob(text: string): boolean {
  return /[*?[\]{}\\]/.test(text);
}
