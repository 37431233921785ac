import { carriedName, carriedPaths } from '../base/carried.ts';
import type { TemplateRef } from '../base/system.ts';
import { fileOf, rootOf } from '../base/template-file.ts';
import type { Carried } from '../steps/carried.ts';
import { templateFiles } from '../steps/templates/image.ts';
import type { StepFile } from './types.ts';

/** The files of templates, by their names in a folder of templates. */
function templatesAt(folder: string, { templates }: Carried): Record<string, StepFile> {
  const names = (ref: TemplateRef): [string, string][] => [
    [rootOf({ ...ref, form: 'squashfs' }), templateFiles.image],
    [fileOf(ref), templateFiles.description],
  ];
  return Object.fromEntries(
    templates.flatMap(({ ref, node }) =>
      names(ref).map(([name, file]) => [`${folder}/${name}`, { node, file }] as const),
    ),
  );
}

/** What travels in an ISO, by absolute paths there. */
export const carriedInIso = (carried: Carried | undefined): Record<string, StepFile> =>
  carried === undefined
    ? {}
    : {
        [carriedPaths.list]: { node: carried.node, file: carriedName },
        ...templatesAt(carriedPaths.templates, carried),
      };

/** What travels on a data volume with this systems directory, by absolute paths there: as the PE keeps it itself. */
export const carriedOnVolume = (
  carried: Carried | undefined,
  systemsDir: string,
): Record<string, StepFile> =>
  carried === undefined
    ? {}
    : {
        ...templatesAt(`${systemsDir}/.templates`, carried),
        [`${systemsDir}/.pe/${carriedName}`]: { node: carried.node, file: carriedName },
      };
