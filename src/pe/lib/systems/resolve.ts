const mostLinks = 40;

/**
 * The path, relative to a root, that a path inside it leads to when links are followed as if the root were `/`; `undefined`
 * where it leads in a circle. A path that does not exist is given as far as it goes. Never leaves the root.
 * @param readLink target of the link at a path inside the root; `undefined`: no link
 */
export function resolveInside(
  path: string,
  readLink: (path: string) => string | undefined,
): string | undefined {
  let links = 0;
  let done: string[] = [];
  const left = path.split('/');
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const target = readLink(`/${[...done, part].join('/')}`);
    if (target === undefined) {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > mostLinks) return undefined;
    if (target.startsWith('/')) done = [];
    left.unshift(...target.split('/'));
  }
  return `/${done.join('/')}`;
}
