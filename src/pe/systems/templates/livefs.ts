import { parseJson } from '../../../base/parse-json.ts';
import { livefsTemplate, type TemplateRef } from '../../../base/system.ts';
import { readText } from '../../host.ts';

/** The PE's own root as a template; its version is the image's. */
export function livefsRef(): TemplateRef {
  const pe = parseJson(readText('/etc/diskbios/pe.json')) as { version?: string } | undefined;
  return { name: livefsTemplate, version: pe?.version ?? '0' };
}
