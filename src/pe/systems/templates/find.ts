import { UserError } from '../../../base/errors.ts';
import { nameProblem, type TemplateFile, type TemplateRef } from '../../../base/system.ts';
import { list, readText } from '../../host.ts';
import { parseJson } from '../../lib/systems/json-reader.ts';
import { type SystemsDir, templatesFolder } from '../../lib/systems/places.ts';
import { versionProblem } from '../../lib/systems/system-file.ts';

export interface FoundTemplate {
  readonly ref: TemplateRef;
  /** Its root, where it is a folder. */
  readonly folder: string;
  readonly init: TemplateFile['init'];
}

/** The template `name` or `name@version` of a systems directory; without a version the one that was made last. Throws `UserError`. */
export function findTemplate(wanted: string, dir: SystemsDir): FoundTemplate {
  const [name = '', version, ...more] = wanted.split('@');
  const wrong = nameProblem(name) ?? (version === undefined ? undefined : versionProblem(version));
  if (wrong !== undefined || more.length > 0)
    throw new UserError({
      code: 'bad-name',
      message: `${JSON.stringify(wanted)} cannot be the name of a template: ${wrong ?? 'it has more than one @'}`,
    });
  const folder = templatesFolder(dir.path);
  const found = list(folder)
    .filter((file) => file.endsWith('.json') && file.startsWith(`${name}@`))
    .map((file) => parseJson(readText(`${folder}/${file}`)) as TemplateFile | undefined)
    .filter((one) => one !== undefined && one.name === name && (version ?? one.version) === one.version)
    .sort((a, b) => (b?.created ?? 0) - (a?.created ?? 0))[0];
  if (found === undefined)
    throw new UserError({
      code: 'no-such-template',
      message: `there is no template ${wanted} in ${dir.path}`,
      hint: 'systemx template list shows what there is; livefs is always there',
    });
  return {
    ref: { name: found.name, version: found.version },
    folder: `${folder}/${found.name}@${found.version}`,
    init: found.init,
  };
}
