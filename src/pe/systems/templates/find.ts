import { MissingError, UserError } from '../../../base/errors.ts';
import {
  livefsTemplate,
  type SystemFile,
  type TemplateFile,
  type TemplateRef,
} from '../../../base/system.ts';
import { fileOf, parseTemplate, rootOf } from '../../../base/template-file.ts';
import { isThere } from '../../host/files.ts';
import { list, readText } from '../../host.ts';
import { missingHint } from '../../lib/systems/carried.ts';
import type { SystemsDir } from '../../lib/systems/places.ts';
import { parseTemplateName } from '../../lib/systems/templates/source.ts';
import { readMade } from '../carried-made.ts';
import { readPlaces } from '../places.ts';
import { lookForMedia, type TemplatePlace, templatePlaces } from './places.ts';

/** A template with a description that can be read. */
export interface FoundTemplate {
  readonly ref: TemplateRef;
  readonly file: TemplateFile;
  /** Its root: a folder, or an image. */
  readonly root: string;
  readonly place: TemplatePlace;
  readonly init: TemplateFile['init'];
  readonly env: TemplateFile['env'];
}

/** A description, whatever state it and its root are in. */
export interface ListedTemplate {
  /** `name@version`. */
  readonly name: string;
  readonly place: TemplatePlace;
  readonly found: FoundTemplate | undefined;
  readonly problems: readonly string[];
}

function read(place: TemplatePlace, name: string): ListedTemplate {
  const { template, problems } = parseTemplate(readText(`${place.path}/${name}`), name);
  const label = name.slice(0, -'.json'.length);
  if (template === undefined) return { name: label, place, found: undefined, problems };
  const root = `${place.path}/${rootOf(template)}`;
  if (!isThere(root)) return { name: label, place, found: undefined, problems: [`${root} is not there`] };
  const ref = { name: template.name, version: template.version };
  const { init, env } = template;
  return { name: label, place, found: { ref, file: template, root, place, init, env }, problems: [] };
}

/** All templates but the livefs, in the order in which they are found. */
export const listTemplates = (first?: SystemsDir): ListedTemplate[] =>
  templatePlaces(first).flatMap((place) =>
    list(place.path)
      .filter((name) => name.endsWith('.json') && name.includes('@'))
      .map((name) => read(place, name)),
  );

/** The template of a reference, if it is known already where it is. */
export const knownTemplate = ({ name, version }: TemplateRef, dir?: SystemsDir): FoundTemplate | undefined =>
  templatePlaces(dir)
    .filter(({ path }) => isThere(`${path}/${fileOf({ name, version })}`))
    .map((place) => read(place, fileOf({ name, version })).found)
    .find((found) => found !== undefined);

/** Why a template cannot be used; `undefined` where it can, as the livefs always. Looks at the boot medium too. */
export async function templateProblem(
  ref: TemplateRef | undefined,
  dir: SystemsDir,
): Promise<string | undefined> {
  if (ref === undefined || ref.name === livefsTemplate || knownTemplate(ref, dir) !== undefined)
    return undefined;
  await lookForMedia();
  if (knownTemplate(ref, dir) !== undefined) return undefined;
  const hints = readPlaces().dirs.map((one) => missingHint(readMade(one), ref));
  const hint = hints.find((one) => one !== undefined);
  return `its template ${ref.name}@${ref.version} is not there${hint === undefined ? '' : `; ${hint}`}`;
}

/** Throws `MissingError` where an app system would have nothing to stand on. */
export async function checkTemplate(
  { kind, template }: Pick<SystemFile, 'kind' | 'template'>,
  dir: SystemsDir,
): Promise<void> {
  const problem = kind === 'app' ? await templateProblem(template, dir) : undefined;
  if (problem !== undefined && template !== undefined)
    throw new MissingError(problem, `systemx template add SOURCE --as ${template.name}@${template.version}`);
}

/** The template `name` or `name@version`; without a version the one that was made last. Throws `UserError`. */
export async function findTemplate(wanted: string, dir?: SystemsDir): Promise<FoundTemplate> {
  const parsed = parseTemplateName(wanted);
  if ('wrong' in parsed)
    throw new UserError({
      code: 'bad-name',
      message: `${JSON.stringify(wanted)} cannot be the name of a template: ${parsed.wrong}`,
    });
  const { name, version } = parsed;
  const newest = (): FoundTemplate | undefined =>
    listTemplates(dir)
      .flatMap(({ found }) => found ?? [])
      .filter(({ ref }) => ref.name === name && (version ?? ref.version) === ref.version)
      .sort((a, b) => b.file.created - a.file.created)[0];
  let found = newest();
  if (found === undefined) {
    await lookForMedia();
    found = newest();
  }
  if (found !== undefined) return found;
  const broken = listTemplates(dir).find((one) => one.name === wanted);
  throw new UserError({
    code: 'no-such-template',
    message: broken === undefined ? `there is no template ${wanted}` : broken.problems.join('; '),
    hint: 'systemx template list shows what there is; livefs is always there',
  });
}
