import type { PeConfigService } from '../../base/pe-config.ts';
import { list, readText } from '../host.ts';
import { dropInFolder, dropInName, parseDropIn } from '../lib/drop-ins.ts';
import { log } from './log.ts';

/** The services of the drop-in folder. A bad file is logged and left out; the recipe's own services go before. */
export function dropIns(taken: Readonly<Record<string, unknown>>): Record<string, PeConfigService> {
  const found: Record<string, PeConfigService> = {};
  for (const file of list(dropInFolder)) {
    const path = `${dropInFolder}/${file}`;
    const name = dropInName(file);
    const text = readText(path);
    if (name === undefined || text === undefined) {
      log(`services: ${path} is not a service: its name must be NAME.json`);
      continue;
    }
    const service = parseDropIn(text);
    if (typeof service === 'string') log(`services: ${path} is left out: ${service}`);
    else if (name in taken) log(`services: ${path} is left out: the recipe has a service of this name`);
    else found[name] = service;
  }
  return found;
}
