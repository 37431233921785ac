import type { TemplateRef } from '../../../base/system.ts';
import { snapshotsOf } from '../lifecycle/snapshot.ts';
import { listSystems } from '../store.ts';

const same = (a: TemplateRef | undefined, b: TemplateRef): boolean =>
  a !== undefined && a.name === b.name && a.version === b.version;

/** App systems, and snapshots of some, that live on a template, in words. An OS system has a copy and needs it no more. */
export const usersOf = (ref: TemplateRef): string[] =>
  listSystems().flatMap((one) => [
    ...(one.system?.kind === 'app' && same(one.system.template, ref) ? [one.name] : []),
    ...snapshotsOf(one)
      .filter(({ file }) => file?.system.kind === 'app' && same(file.system.template, ref))
      .map(({ label }) => `snapshot ${label} of ${one.name}`),
  ]);
