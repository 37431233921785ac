const begin = '# Systems on the bridge, kept by systemx:';
const end = '# end of systems';

/** The PE's /etc/hosts with these lines for its systems; what else is in it stays. */
export function withHosts(text: string, lines: readonly string[]): string {
  const from = text.indexOf(`${begin}\n`);
  const to = text.indexOf(`${end}\n`);
  const others = from < 0 || to < from ? text : text.slice(0, from) + text.slice(to + end.length + 1);
  if (lines.length === 0) return others;
  const head = others === '' || others.endsWith('\n') ? others : `${others}\n`;
  return `${head}${[begin, ...lines, end].join('\n')}\n`;
}
