/** Lines of a shell script with continued lines joined, here-documents and whole-line comments left out. */
export function scriptLines(script: string): string[] {
  const lines: string[] = [];
  let until: string | undefined;
  for (const raw of script.replace(/\\\n[ \t]*/g, ' ').split('\n')) {
    if (until !== undefined) {
      if (raw.trim() === until) until = undefined;
      continue;
    }
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    until = /<<-?\s*['"\\]?(\w+)/.exec(line)?.[1];
    lines.push(line);
  }
  return lines;
}

/** Words of a command as a shell would split them; `undefined` where one needs the shell to be known (`$x`, `` `x` ``). */
export function literalWords(command: string): string[] | undefined {
  const words: string[] = [];
  for (const [, double, single, bare] of command.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)) {
    if (/[$`]/.test(double ?? bare ?? '')) return undefined;
    words.push(double ?? single ?? bare?.replace(/\\(.)/g, '$1') ?? '');
  }
  return words;
}
