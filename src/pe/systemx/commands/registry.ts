import type { Command, Verb } from '../command.ts';

const internal =
  (name: string): (() => Promise<Command>) =>
  async () => {
    const found = (await import('./service.ts')).internal.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };

/** In the order of the overview. A verb's code is read when it is used: reading all of it takes longer than most verbs take. */
export const verbs: readonly Verb[] = [
  { name: 'status', load: async () => (await import('./show.ts')).status },
  { name: 'list', load: async () => (await import('./show.ts')).list },
  { name: 'info', load: async () => (await import('./show.ts')).info },
  { name: 'create', load: async () => (await import('./create.ts')).create },
  { name: 'set', load: async () => (await import('./change.ts')).set },
  { name: 'rename', load: async () => (await import('./change.ts')).rename },
  { name: 'destroy', load: async () => (await import('./change.ts')).destroy },
  { name: 'start', load: async () => (await import('./service.ts')).start },
  { name: 'stop', load: async () => (await import('./service.ts')).stop },
  { name: 'restart', load: async () => (await import('./service.ts')).restart },
  { name: 'enter', load: async () => (await import('./inside.ts')).enter },
  { name: 'exec', load: async () => (await import('./inside.ts')).exec },
  { name: 'console', load: async () => (await import('./console.ts')).console },
  { name: 'logs', load: async () => (await import('./logs.ts')).logs },
  { name: 'takeover', load: async () => (await import('./takeover.ts')).takeover },
  { name: 'clone', load: async () => (await import('./copies.ts')).clone },
  { name: 'snapshot', load: async () => (await import('./copies.ts')).snapshot },
  { name: 'rollback', load: async () => (await import('./copies.ts')).rollback },
  { name: 'backup', load: async () => (await import('./archives.ts')).backup },
  { name: 'restore', load: async () => (await import('./archives.ts')).restore },
  { name: 'export', load: async () => (await import('./archives.ts')).export_ },
  { name: 'template', load: async () => (await import('./template.ts')).template },
  { name: 'setup-disk', load: async () => (await import('./disk.ts')).setup },
  { name: 'unlock', load: async () => (await import('./disk.ts')).unlock },
  { name: 'completion', load: async () => (await import('./meta.ts')).completion },
  { name: '_complete', load: async () => (await import('./meta.ts')).complete(verbs) },
  { name: '_keep', load: async () => (await import('./keep.ts')).keep },
  { name: '_attach', load: async () => (await import('./attach.ts')).attachVerb },
  { name: '_prepare', load: internal('_prepare') },
  { name: '_stop', load: internal('_stop') },
  { name: '_cleanup', load: internal('_cleanup') },
];
