import { fieldsOf, readerOf } from './json-reader.ts';
import { parseJson } from './parse-json.ts';
import { nameProblem, type TemplateFile } from './system.ts';
import { versionProblem } from './system-file.ts';

const known = ['format', 'name', 'version', 'form', 'source', 'sha256', 'size', 'created', 'init', 'env'];

export type ParsedTemplate =
  | { readonly template: TemplateFile; readonly problems: readonly [] }
  | { readonly template: undefined; readonly problems: readonly string[] };

/** Reads the text of a template's description. `file`: its name, which must be that of the template. */
export function parseTemplate(text: string | undefined, file: string): ParsedTemplate {
  const fields = fieldsOf(parseJson(text));
  if (fields === undefined) return { template: undefined, problems: [`${file} is no JSON object`] };
  const problems: string[] = [];
  const reader = readerOf(fields, (key, what) => problems.push(`${file}: ${key} ${what}`));
  if (reader.value('format') !== 1) reader.wrong('format', 'is not 1; a newer version may have written it');
  reader.onlyKnown(known);
  const template: TemplateFile = {
    format: 1,
    name: reader.text('name', '', (given) => {
      const wrong = nameProblem(given);
      return wrong === undefined ? undefined : `is no name: ${wrong}`;
    }),
    version: reader.text('version', '', versionProblem),
    form: reader.choice('form', ['folder', 'erofs', 'squashfs'], undefined),
    source: reader.text('source', ''),
    sha256: reader.text('sha256', '', (given) =>
      /^[0-9a-f]{64}$/.test(given) ? undefined : 'is no SHA-256 checksum',
    ),
    size: reader.number('size', 0, { least: 0 }),
    created: reader.number('created', 0, { least: 0 }),
    init: reader.optional('init', () => reader.texts('init', [])),
    env: reader.textMap('env', {}),
  };
  if (`${template.name}@${template.version}.json` !== file)
    problems.push(`${file} describes ${template.name}@${template.version}`);
  return problems.length === 0 ? { template, problems: [] } : { template: undefined, problems };
}

export const templateText = (template: TemplateFile): string => `${JSON.stringify(template, undefined, 1)}\n`;

/** Names below the folder of templates: the description, and the root itself. */
export const fileOf = ({ name, version }: Pick<TemplateFile, 'name' | 'version'>): string =>
  `${name}@${version}.json`;
export const rootOf = ({ name, version, form }: Pick<TemplateFile, 'name' | 'version' | 'form'>): string =>
  `${name}@${version}${form === 'folder' ? '' : `.${form}`}`;
