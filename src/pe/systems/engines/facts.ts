import { MissingError } from '../../../base/errors.ts';
import type { EngineName } from '../../../base/system.ts';
import { exists } from '../../host.ts';
import { idMapProblem } from '../id-maps.ts';
import type { Engine } from './engine.ts';

/** What there is to know of an engine without its code, which is long to read: making a system needs no more. */
export type EngineFacts = Pick<Engine, 'name' | 'isolation' | 'networks' | 'mapsIds' | 'available'>;

export const lxcProgram = '/usr/bin/lxc-start';

/** Containers by LXC: unprivileged unless asked for otherwise. */
export const lxcFacts: EngineFacts = {
  name: 'lxc',
  isolation:
    'own processes, files, name, network and users; root inside is nobody outside, unless it is privileged',
  networks: ['bridge', 'lan', 'none', 'host'],
  mapsIds: true,
  available: () =>
    exists(lxcProgram) ? idMapProblem() : 'this PE has no LXC; add the package lxc to the recipe',
};

/** A root of its own with mount, PID, IPC and UTS namespaces of its own. */
export const chrootFacts: EngineFacts = {
  name: 'chroot',
  isolation:
    "own processes, files and name; no isolation against root: root inside is root of the machine, and the network is the PE's",
  networks: ['host'],
  mapsIds: false,
  available: () => undefined,
};

/** In the order of preference for systems made without a wish. */
export const allFacts: readonly EngineFacts[] = [lxcFacts, chrootFacts];

/** The facts of an engine that can be used. Throws `MissingError` where this PE does not have it. */
export function usableFacts(name: EngineName): EngineFacts {
  const engine = allFacts.find((one) => one.name === name);
  if (engine === undefined)
    throw new MissingError(
      `this PE has no engine ${name}; it has ${allFacts.map((one) => one.name).join(', ')}`,
      `systemx set NAME engine=${allFacts[0]?.name ?? ''}`,
    );
  const why = engine.available();
  if (why !== undefined)
    throw new MissingError(`the engine ${name} cannot be used: ${why}`, 'systemx status');
  return engine;
}

/** Of the first that can be used here. */
export const usualFacts = (): EngineFacts =>
  allFacts.find((engine) => engine.available() === undefined) ?? chrootFacts;
