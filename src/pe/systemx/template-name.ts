import { livefsTemplate } from '../../base/system.ts';
import type { FoundSystem } from '../systems/load.ts';

/** The template of a system in one word, `-` where it has none. */
export const templateName = ({ system }: FoundSystem): string => {
  if (system?.template === undefined) return '-';
  const { name, version } = system.template;
  return name === livefsTemplate ? name : `${name}@${version}`;
};
