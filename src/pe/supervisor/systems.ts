import type { Mode } from '../../base/cmdline.ts';
import type { PeConfigService } from '../../base/pe-config.ts';
import type { EngineName, SystemFile } from '../../base/system.ts';
import { after, exists, now, spawn } from '../host.ts';
import { type BootChoice, screenOwner } from '../lib/command-line.ts';
import type { Phase, Reply, ServiceState } from '../lib/service-state.ts';
import type { Places } from '../lib/systems/places.ts';
import { runFolder } from '../lib/systems/places.ts';
import { endVerdict, serviceName, startPatience, systemOfService } from '../lib/systems/run-state.ts';
import { nextToStart, type Planned } from '../lib/systems/start-order.ts';
import { brokenText, findSound, findSystem, isSound, listSystems } from '../systems/store.ts';
import { endingOf, runState } from '../systems/target.ts';
import { createExpecting } from './expecting.ts';
import { log } from './log.ts';
import type { Personal } from './personal.ts';
import { type Services, startTicks } from './services.ts';

/** Milliseconds that a system is given to switch itself off, where its engine does not say. */
const usualPatience = 20_000;
const upTick = 20;

/** Numbers of the screen's terminals: of a system that was given it, and of the PE then. */
const [systemsTerminal, ownTerminal] = [1, 2];
function showTerminal(n: number): void {
  spawn(['/usr/bin/busybox', 'chvt', String(n)], {}, () => undefined);
}

/** What a run of a system needs. Read when the first one starts: a boot without systems has neither the time nor the memory for it. */
const runs = (): Promise<typeof import('../systems/lifecycle/run.ts')> =>
  import('../systems/lifecycle/run.ts');

export interface Systems {
  /** Handles `start system-web` and the like; false: not the name of a system's service. */
  readonly handle: (
    action: 'start' | 'stop' | 'restart',
    service: string,
    answer: (reply: Reply) => void,
  ) => boolean;
  /** Plans what this boot is to start. To be called when there are places; again when more have come. */
  readonly plan: () => void;
  /** Starts what may be started now. To be called again and again. */
  readonly step: () => void;
  /** Whether each system that this boot starts is up or has failed. */
  readonly settled: () => boolean;
  /** What this boot has become: `dual` without a place for systems, or without any that there is, is `live`. */
  readonly mode: () => Mode;
  /** What is wrong with the systems that this boot starts, for people. */
  readonly problems: () => readonly string[];
  /** Takes on systems that an earlier supervisor of this boot started. */
  readonly adopt: (before: Readonly<Record<string, ServiceState>>) => void;
}

interface Wanted {
  readonly name: string;
  readonly engine: string | undefined;
  readonly order: number;
  readonly after: readonly string[];
  begun: boolean;
  /** `now()` when it was started. */
  since: number;
}

/** Systems as services: `system-<name>`. */
export function createSystems(
  choice: BootChoice,
  services: Services,
  places: () => Places,
  personal: Pick<Personal, 'starts' | 'missing'> | undefined,
): Systems {
  const wanted = new Map<string, Wanted>();
  const missing = new Map<string, string>();
  /** Known to an earlier supervisor of this boot: what this boot starts has been started. */
  const adopted = new Set<string>();
  const expect = createExpecting(places);

  function add(name: string, system: SystemFile, engine?: string): void {
    const spec: PeConfigService = { run: [], after: [], restart: system.restart, env: {}, enabled: false };
    const wish = { engine: engine as EngineName | undefined, console: screenOwner(choice) === name };
    services.addWithHooks(serviceName(name), spec, {
      async start(exited) {
        const pid = await (await runs()).begin(findSound(name, places()), wish, exited);
        if (wish.console) showTerminal(systemsTerminal);
        return pid;
      },
      stop: async () => (await runs()).askToStop(findSound(name, places())),
      patience: () => runState(name)?.patience ?? usualPatience,
      async cleanup() {
        await (await runs()).cleanup(name);
        if (wish.console) showTerminal(ownTerminal);
      },
      ending: (status) => endingOf(name) ?? status,
      verdict: (code) => endVerdict(code, runState(name)),
    });
  }

  /** Makes the service of a system that may have been made or changed just now. */
  function refresh(name: string): Reply | undefined {
    try {
      const found = findSystem(name, places());
      if (!isSound(found)) return { code: 2, message: `${name} is broken: ${found.problems.join('; ')}` };
      add(name, found.system);
      return undefined;
    } catch (error) {
      return { code: 2, message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Forgets the service of a system that is not there any more. */
  function forgetGone(name: string): void {
    const { dirs } = places();
    if (dirs.length > 0 && !dirs.some(({ path }) => exists(`${path}/${name}`)))
      services.remove(serviceName(name));
  }

  const startsItself = (name: string, system: SystemFile | undefined): boolean =>
    system !== undefined && (personal?.starts(name, system.autostart) ?? system.autostart);

  function screenProblems(): string[] {
    const name = screenOwner(choice);
    if (
      name === undefined ||
      wanted.has(name) ||
      missing.has(name) ||
      services.stateOf(serviceName(name)) !== undefined
    )
      return [];
    return [`diskbios.console=${name}: this boot does not start it: systemx start ${name}`];
  }

  const phase = (name: string): Phase | undefined => services.stateOf(serviceName(name))?.phase;
  const isUp = (name: string): boolean => phase(name) === 'running' && exists(`${runFolder(name)}/up`);

  function stateOf({ name, begun, since }: Wanted): Planned['state'] {
    if (!begun) return 'waiting';
    const current = phase(name);
    // One that is tried again and again does not hold up the others.
    if (now() - since > startPatience) return 'settled';
    return isUp(name) || (current !== 'running' && current !== 'stopping') ? 'settled' : 'starting';
  }

  /** Of a start, only what becomes of it is an answer. */
  function answerWhenUp(name: string, reply: Reply, answer: (reply: Reply) => void): void {
    const giveUp = now() + startPatience;
    const look = (): void => {
      const state = services.stateOf(serviceName(name));
      if (isUp(name)) answer({ code: 0, message: `${name} is up` });
      else if (state?.phase === 'finished')
        answer({ code: 0, message: `${name} was started, and ${state.ended ?? 'has ended'}` });
      else if (state?.phase !== 'running')
        answer({ code: 1, message: state?.ended ?? `${name} does not run` });
      else if (now() > giveUp)
        answer({ code: 1, message: `${name} is not up after ${startPatience / 1000} s` });
      else after(upTick, look);
    };
    if (reply.code === 0) look();
    else answer(reply);
  }

  return {
    handle(action, service, answer) {
      const name = systemOfService(service);
      if (name === undefined) return false;
      if (action === 'stop')
        services.stop(service, (reply) => {
          forgetGone(name);
          answer(
            reply.code === 2
              ? { code: 0, message: `${name} is stopped` }
              : { ...reply, message: `${name} is stopped` },
          );
        });
      else {
        const wrong = refresh(name);
        if (wrong !== undefined) answer(wrong);
        else if (action === 'start') answerWhenUp(name, services.start(service), answer);
        else
          services.restart(service, (reply) => {
            answerWhenUp(name, reply, answer);
          });
      }
      return true;
    },
    plan() {
      if (choice.mode !== 'dual') return;
      const found = listSystems(places());
      const items =
        choice.systems ??
        found.filter(({ name, system }) => startsItself(name, system)).map(({ name }) => name);
      if (choice.systems === undefined)
        for (const name of personal?.missing(found.map((one) => one.name)) ?? [])
          missing.set(name, `personal settings: there is no system ${name} to start`);
      for (const item of items) {
        const [name = '', engine] = item.split(':');
        if (wanted.has(name)) continue;
        const one = found.find((system) => system.name === name);
        if (one?.system === undefined) {
          const why =
            one === undefined ? 'there is no such system' : `it is broken: ${one.problems.join('; ')}`;
          missing.set(name, `diskbios.systems=${name}: ${why}`);
          continue;
        }
        missing.delete(name);
        add(name, one.system, engine);
        wanted.set(name, {
          name,
          engine,
          order: one.system.order,
          after: one.system.after,
          begun: adopted.has(name),
          since: 0,
        });
      }
      // Broken ones cannot say whether they were to be started: a person should know.
      for (const one of found) {
        if (one.system === undefined) missing.set(one.name, brokenText(one));
      }
    },
    step() {
      expect();
      for (const service of services.names()) {
        const name = systemOfService(service);
        if (name !== undefined) forgetGone(name);
      }
      const plan = [...wanted.values()].map((one) => ({ ...one, state: stateOf(one) }));
      for (const name of nextToStart(plan)) {
        const one = wanted.get(name);
        if (one === undefined) continue;
        one.begun = true;
        one.since = now();
        log(services.start(serviceName(name)).message);
      }
    },
    mode() {
      const dual = wanted.size > 0 || (choice.systems === undefined && places().dirs.length > 0);
      return choice.mode === 'dual' && !dual ? 'live' : choice.mode;
    },
    settled: () => [...wanted.values()].every((one) => stateOf(one) === 'settled'),
    problems: () => [
      ...(choice.mode === 'dual' && places().dirs.length === 0
        ? ['diskbios.mode=dual: there is no data volume to start systems from: systemx setup-disk']
        : []),
      ...missing.values(),
      ...screenProblems(),
      ...[...wanted.keys()].flatMap((name) => {
        const state = services.stateOf(serviceName(name));
        return state?.phase === 'failed' || state?.phase === 'waiting'
          ? [`system ${name} does not run: ${state.ended ?? 'unknown'}`]
          : [];
      }),
    ],
    adopt(before) {
      for (const [service, { phase: was, pid, ticks, since }] of Object.entries(before)) {
        const name = systemOfService(service);
        if (name === undefined || refresh(name) !== undefined) continue;
        adopted.add(name);
        if (pid !== undefined && ticks !== undefined) {
          services.adopt(service, { pid, since, ticks });
          const found = findSystem(name, places());
          if (isSound(found))
            void runs().then((run) => {
              run.watchAgain(found, pid, () => startTicks(pid) === ticks);
            });
        } else if (was === 'running' || was === 'waiting') log(services.start(service).message);
      }
    },
  };
}
