import { explain, failureNames } from './explain.ts';
import { jsonFieldsTable } from './json.ts';

/** The generated parts of docs/testing.md, by the name in the comments around them. */
const parts: Readonly<Record<string, () => string>> = {
  'report-json': jsonFieldsTable,
  'failure-names': failuresTable,
};

/** A page of the manual with its generated parts written anew: what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function fillManual(page: string): string {
  return Object.entries(parts).reduce(
    (text, [name, make]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`),
        (_, start: string, end: string) => `${start}${make()}\n${end}`,
      ),
    page,
  );
}

function failuresTable(): string {
  const rows = failureNames.map((name) => {
    const { means = '', next = '' } = explain(name) ?? {};
    return `| \`${name}\` | ${means} | ${next.replaceAll('|', '\\|')} |`;
  });
  return ['| name | what it means | what to try |', '| --- | --- | --- |', ...rows].join('\n');
}
