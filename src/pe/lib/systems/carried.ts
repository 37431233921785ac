import type { CarriedFile, CarriedSystem } from '../../../base/carried.ts';
import { fieldsOf } from '../../../base/json-reader.ts';
import { parseJson } from '../../../base/parse-json.ts';
import type { TemplateRef } from '../../../base/system.ts';

/**
 * `.pe/carried-made.json`: what was made of systems that travelled with images. A system that is in it is not made again, so that
 * a destroyed one does not come back.
 */
export interface CarriedMade {
  readonly systems: readonly string[];
  /** Images by the templates that travel with them: where one is missing, that is what to look for. */
  readonly templates: Readonly<Record<string, string>>;
}

export const carriedMadeName = 'carried-made.json';

/** Reads it; what does not fit counts for nothing. */
export function parseCarriedMade(text: string | undefined): CarriedMade {
  const fields = fieldsOf(parseJson(text));
  const systems = fields?.['systems'];
  const templates = fieldsOf(fields?.['templates']) ?? {};
  return {
    systems: Array.isArray(systems) ? systems.filter((one): one is string => typeof one === 'string') : [],
    templates: Object.fromEntries(
      Object.entries(templates).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
  };
}

export const carriedMadeText = (made: CarriedMade): string => `${JSON.stringify(made)}\n`;

/** Those of the list that were never made here, and whose name is still free. */
export const toMake = (
  { systems }: CarriedFile,
  made: CarriedMade,
  isThere: (name: string) => boolean,
): CarriedSystem[] => systems.filter(({ name }) => !made.systems.includes(name) && !isThere(name));

/** The record when all that could be made has been; `failed`: names to try again at the next boot. */
export function afterMaking(list: CarriedFile, made: CarriedMade, failed: readonly string[]): CarriedMade {
  const done = list.systems.map(({ name }) => name).filter((name) => !failed.includes(name));
  const labels = list.templates.map(({ name, version }): [string, string] => [
    `${name}@${version}`,
    list.image,
  ]);
  return {
    systems: [...new Set([...made.systems, ...done])].sort(),
    templates: { ...made.templates, ...Object.fromEntries(labels) },
  };
}

/** What to do about a missing template that travelled with an image; `undefined`: none is known to bring it. */
export function missingHint({ templates }: CarriedMade, { name, version }: TemplateRef): string | undefined {
  const image = templates[`${name}@${version}`];
  return image === undefined ? undefined : `it travels with the image ${image}: put that medium in`;
}
