import { type MergeRule, namingKey, type SchemaNode } from '../schema/node.ts';
import { typeWords } from '../structure/expected.ts';
import { table } from './table.ts';

/** The chapters of the reference: one for each key of a recipe that is a map or a list of maps, and one for the others. */
export function optionChapters(schema: SchemaNode): string[] {
  const keys = Object.entries(schema.properties ?? {});
  const required = schema.required ?? [];
  const isChapter = (node: SchemaNode): boolean =>
    node.properties !== undefined || node.items?.properties !== undefined || named(node) !== undefined;
  const top = keys.filter(([, node]) => !isChapter(node));
  return [
    chapter('The recipe itself', '', rows('', Object.fromEntries(top), required)),
    ...keys
      .filter(([, node]) => isChapter(node))
      .map(([key, node]) => {
        const inside = node.items ?? named(node) ?? node;
        const step = node.items === undefined ? (named(node) === undefined ? '' : '.NAME') : '[]';
        const prefix = `${key}${step}.`;
        return chapter(
          `\`${key}\``,
          meaning(node),
          rows(prefix, inside.properties ?? {}, inside.required ?? []),
        );
      }),
  ];
}

/** What stands behind each name of a map whose keys are names. */
const named = ({ additionalProperties: inside }: SchemaNode): SchemaNode | undefined =>
  inside === undefined || inside === false || inside.properties === undefined ? undefined : inside;

function chapter(title: string, description: string, lines: readonly string[][]): string {
  return [
    `### ${title}`,
    '',
    ...(description === '' ? [] : [description, '']),
    table(['key', 'value', 'default', 'meaning'], lines),
  ].join('\n');
}

/** One row for each key, and below it those of the maps it holds: `pe.files[].path`, `pe.services.NAME.run`. */
function rows(
  prefix: string,
  properties: Readonly<Record<string, SchemaNode>>,
  required: readonly string[],
): string[][] {
  return Object.entries(properties).flatMap(([key, node]) => {
    const path = `${prefix}${key}`;
    return [
      [`\`${path}\``, valueText(node), defaultText(node, required.includes(key)), meaning(node)],
      ...inner(path, node),
    ];
  });
}

function inner(path: string, node: SchemaNode): string[][] {
  if (node['x-see'] !== undefined) return [];
  const own = node.properties === undefined ? [] : rows(`${path}.`, node.properties, node.required ?? []);
  const items = node.items === undefined ? [] : inner(`${path}[]`, node.items);
  const inside = node.additionalProperties;
  const values = inside === undefined || inside === false ? [] : inner(`${path}.NAME`, inside);
  const choices = (node.anyOf ?? []).flatMap((branch) => inner(path, branch));
  return [...own, ...items, ...values, ...choices];
}

function valueText(node: SchemaNode): string {
  if (node['x-expected'] !== undefined) return plainText(node['x-expected']);
  if (node.enum !== undefined) return node.enum.map((word) => `\`${word}\``).join(', ');
  if (node.items?.enum !== undefined)
    return `a list of ${node.items.enum.map((word) => `\`${word}\``).join(', ')}`;
  if (node.items?.properties !== undefined) return 'a list of maps';
  return node.properties === undefined ? plainText(typeWords(node)) : 'a map';
}

/** A `*` of a glob is no Markdown. */
function plainText(text: string): string {
  return text.replaceAll('*', '\\*');
}

function defaultText(node: SchemaNode, isRequired: boolean): string {
  if (isRequired) return '**required**';
  const value = node.default;
  if (value === undefined || (typeof value === 'object' && JSON.stringify(value) === '{}')) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function mergeNote(rule: MergeRule): string {
  if (rule === 'replace') return 'A child’s list takes the place of the inherited one.';
  return rule.startsWith('replace ')
    ? `A child’s item takes the place of the inherited one of the same \`${namingKey(rule) ?? ''}\`.`
    : `Merged by \`${namingKey(rule) ?? ''}\`.`;
}

function meaning(node: SchemaNode): string {
  const { 'x-merge': rule, 'x-see': see } = node;
  return [
    node.description ?? '',
    ...(rule === undefined ? [] : [mergeNote(rule)]),
    ...(see === undefined ? [] : [`As \`${see}\`.`]),
  ]
    .join(' ')
    .trim();
}
