import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type NetbootFacts, netbootPaths } from '../base/netboot.ts';
import { ipxeMenu } from '../formats/ipxe-menu.ts';
import type { StepContext, StepKind } from '../plan/types.ts';
import { grubNet } from '../steps/grub-net.ts';
import { type BootMenu, writePersonalPlace } from './boot-menu.ts';
import { type PlacedExtras, stepInput } from './extras.ts';
import { mediumPaths } from './medium-paths.ts';
import { menuFiles, menuSources, startedFiles } from './menu-files.ts';

/** Name of the folder in the artifact. */
export const netbootOutput = 'netboot';

export type NetbootOptions = BootMenu & PlacedExtras;

/** Where Debian's package has iPXE's programs. */
const ipxe = {
  [netbootPaths.ipxeBios]: 'usr/lib/ipxe/undionly.kpxe',
  [netbootPaths.ipxeEfiPlain]: 'usr/lib/ipxe/snponly.efi',
  [netbootPaths.ipxeEfi]: 'usr/lib/ipxe/ipxe-amd64.efi',
} as const;

/** Brings a folder together from which machines start over the network, wherever a server has it. */
export const netbootStep: StepKind = {
  name: 'netboot',
  version: 1,
  async run(context, json) {
    const options = json as unknown as NetbootOptions;
    const menu = await menuSources(context, options);
    const files = {
      ...startedFiles(menu),
      ...menuFiles(menu),
      ...(await writePersonalPlace(context)),
      ...menu.extras,
      ...programs(context),
    };
    const root = join(context.out, netbootOutput);
    for (const [path, source] of Object.entries(files)) {
      const to = join(root, path);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(source, to, { dereference: true });
    }
    const { name, version, boot } = options;
    writeFileSync(join(root, netbootPaths.script), ipxeMenu(`${name} ${version}`, boot, mediumPaths));
    const facts: NetbootFacts = { format: 1, name, version };
    writeFileSync(join(root, netbootPaths.facts), `${JSON.stringify(facts)}\n`);
  },
};

/** What machines ask for first. */
function programs(context: StepContext): Record<string, string> {
  const grub = stepInput(context, 'grub');
  return {
    ...Object.fromEntries(Object.entries(ipxe).map(([name, file]) => [name, context.toolFile(file)])),
    [netbootPaths.grubBios]: grub.file(grubNet.bios),
    [netbootPaths.grubEfi64]: grub.file(grubNet.efi64),
    [netbootPaths.grubEfi32]: grub.file(grubNet.efi32),
  };
}
