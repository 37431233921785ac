/** Commands that a shell carries out itself, whatever programs there are of their names (POSIX, and busybox's own). */
const builtIn = new Set(
  (
    'alias bg break cd chdir command continue echo eval exec exit export false fg getopts hash help history jobs kill let ' +
    'local printf pwd read readonly return set shift source test times trap true type ulimit umask unalias unset wait'
  ).split(' '),
);

/**
 * Functions for busybox's shell, one a line, that make it run these programs (absolute paths) under their names. It takes its
 * own applet of a name, which may know less, before any program on PATH: `ip -j`.
 */
export function programFunctions(paths: readonly string[]): string {
  const seen = new Set<string>();
  const lines = paths.flatMap((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || builtIn.has(name) || seen.has(name)) return [];
    seen.add(name);
    return [`${name}() { ${path} "$@"; }\n`];
  });
  return lines.join('');
}
