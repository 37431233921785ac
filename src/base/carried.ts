import { fieldsOf, readerOf } from './json-reader.ts';
import { parseJson } from './parse-json.ts';
import { type SystemKind, systemKinds, type TemplateRef } from './system.ts';
import { versionProblem, wrongName } from './system-file.ts';

/**
 * `carried.json`: the systems and templates that travel on a medium, written by the builder, read by the PE. In an ISO it is
 * `/diskbios/carried.json`, on a disk `<systems dir>/.pe/carried.json` of its data volume.
 */
export interface CarriedFile {
  readonly format: 1;
  /** Follows from all that is in it; the image that it belongs to knows it too (`carried` of pe.json). */
  readonly id: string;
  /** Name and version of the image, for a person. */
  readonly image: string;
  readonly templates: readonly TemplateRef[];
  readonly systems: readonly CarriedSystem[];
}

export interface CarriedSystem {
  readonly name: string;
  /** The livefs's version is that of the image. */
  readonly template: TemplateRef;
  readonly kind: SystemKind;
  /** As `systemx create` takes them: `memory=256MiB`. */
  readonly settings: readonly string[];
}

/** Where they are in an ISO; on a data volume they are where the PE's own templates are. */
export const carriedPaths = { list: '/diskbios/carried.json', templates: '/diskbios/templates' } as const;
/** In the folder of what the PE remembers. */
export const carriedName = 'carried.json';

export const carriedText = (carried: CarriedFile): string => `${JSON.stringify(carried, undefined, 1)}\n`;

/** Reads the text of a carried.json; a mistake in it is named. */
export function parseCarried(
  text: string | undefined,
): { readonly carried: CarriedFile } | { readonly wrong: string } {
  const fields = fieldsOf(parseJson(text));
  if (fields === undefined) return { wrong: `${carriedName} is no JSON object` };
  const problems: string[] = [];
  const reader = readerOf(fields, (key, what) => problems.push(`${carriedName}: ${key} ${what}`));
  if (reader.value('format') !== 1) reader.wrong('format', 'is not 1; a newer version may have written it');
  const ref = (inner: typeof reader): TemplateRef => ({
    name: inner.text('name', '', wrongName),
    version: inner.text('version', '', versionProblem),
  });
  const carried: CarriedFile = {
    format: 1,
    id: reader.text('id', '', (id) => (/^[0-9a-f]{64}$/.test(id) ? undefined : 'is no digest')),
    image: reader.text('image', ''),
    templates: reader.objects('templates', ref),
    systems: reader.objects('systems', (inner) => ({
      name: inner.text('name', '', wrongName),
      template: inner.object('template', ref) ?? { name: '', version: '' },
      kind: inner.choice('kind', systemKinds, undefined),
      settings: inner.texts('settings', []),
    })),
  };
  return problems.length === 0 ? { carried } : { wrong: problems.join('; ') };
}
