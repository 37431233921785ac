import type { PeConfigService } from '../../base/pe-config.ts';
import { after, type ExitStatus, kill, now, readText, spawn, uptime } from '../host.ts';
import { type Verdict, verdict } from '../lib/back-off.ts';
import { lineSplitter } from '../lib/lines.ts';
import { startOrder } from '../lib/order.ts';
import type { Phase, Reply, ServiceState } from '../lib/service-state.ts';
import type { StartWatch } from '../lib/start-watch.ts';
import { log } from './log.ts';
import { askByHooks, clearByHooks, type ServiceHooks, startByHooks } from './service-hooks.ts';

const terminate = 15;
const killSignal = 9;
const patience = 5000; // milliseconds between SIGTERM and SIGKILL
const adoptedTick = 500;
/** Of a process that is no child of ours; counts as a failure. */
const unknownEnd = 255;

interface Service {
  readonly name: string;
  spec: PeConfigService;
  readonly hooks: ServiceHooks | undefined;
  line: (text: string) => void;
  phase: Phase;
  pid: number | undefined;
  since: number;
  started: number;
  failures: number;
  restarts: number;
  ended: string | undefined;
  cancel: (() => void) | undefined;
  /** Of a service with hooks that is being made ready: gives up on it. */
  abandon: (() => void) | undefined;
  readonly stopped: (() => void)[];
}

export interface Services {
  /** Starts a service that the recipe does not name; one that was stopped before is started with what is given now. */
  readonly add: (name: string, spec: PeConfigService, line?: (text: string) => void) => void;
  /** The same with hooks; without starting it. Its output is its own business: it must outlive the supervisor. */
  readonly addWithHooks: (name: string, spec: PeConfigService, hooks: ServiceHooks) => void;
  /** Watches one that an earlier supervisor started and that still runs. Its exit code cannot be learned. */
  readonly adopt: (
    name: string,
    process: { readonly pid: number; readonly ticks: number; readonly since: number },
  ) => void;
  /** Forgets one that is off. One that is not, or is not known, stays as it is. */
  readonly remove: (name: string) => void;
  readonly startAll: () => void;
  readonly start: (name: string) => Reply;
  readonly stop: (name: string, done: (reply: Reply) => void) => void;
  readonly restart: (name: string, done: (reply: Reply) => void) => void;
  /** Stops every service, the last started first. */
  readonly stopAll: (done: () => void) => void;
  readonly names: () => readonly string[];
  readonly states: () => Record<string, ServiceState>;
  readonly stateOf: (
    name: string,
  ) => { readonly phase: Phase; readonly ended: string | undefined } | undefined;
}

/** Start time of a process in the kernel's ticks: with the process id it names a process for good. */
export function startTicks(pid: number): number | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return ticks === undefined ? undefined : Number.parseInt(ticks, 10);
}

function describeEnd({ code, signal }: ExitStatus): string {
  if (signal !== undefined) return `ended by signal ${signal}`;
  return code === 127 ? 'its program cannot be started' : `ended with code ${code}`;
}

/** Starts programs, watches them and starts them again. `changed` is told about each change, `starts` about each start and end. */
export function supervise(
  specs: Readonly<Record<string, PeConfigService>>,
  env: Readonly<Record<string, string>>,
  changed: () => void,
  starts: Pick<StartWatch, 'watch' | 'started' | 'heard' | 'ended'>,
): Services {
  const services = new Map<string, Service>();
  const { order, circles } = startOrder(specs);
  for (const name of circles) log(`service ${name}: its 'after' goes in a circle`);

  function enter(service: Service, phase: Phase): void {
    service.phase = phase;
    service.since = uptime();
    changed();
  }

  function launch(service: Service): boolean {
    service.cancel?.();
    service.cancel = undefined;
    service.started = now();
    starts.started(service.name);
    if (service.hooks !== undefined) {
      enter(service, 'running');
      service.abandon = startByHooks(service.hooks, {
        begun(pid) {
          service.abandon = undefined;
          service.pid = pid;
          // It was told to stop meanwhile.
          if (service.phase === 'stopping') kill(pid, killSignal);
          changed();
        },
        ended(status, why) {
          ended(service, status, why);
        },
      });
      return true;
    }
    const output = lineSplitter(service.line);
    const pid = spawn(service.spec.run, { env: { ...env, ...service.spec.env }, output }, (status) => {
      ended(service, status);
    });
    if (pid <= 0) {
      service.ended = 'the machine is out of processes or memory';
      starts.heard(service.name, service.ended);
      ended(service, { code: 1, signal: undefined });
      return false;
    }
    service.pid = pid;
    enter(service, 'running');
    return true;
  }

  /** The end of its process; what is left of it is cleared away before anything else is done about it. */
  function ended(service: Service, how: ExitStatus, because?: string): void {
    service.pid = undefined;
    service.abandon = undefined;
    const { hooks } = service;
    if (hooks === undefined) {
      exited(service, how);
      return;
    }
    const status = hooks.ending(how);
    const said = hooks.verdict(status.code);
    clearByHooks(service.name, hooks, () => {
      exited(service, status, { ...said, why: said.why ?? because });
    });
  }

  function exited(service: Service, status: ExitStatus, said?: ReturnType<ServiceHooks['verdict']>): void {
    service.ended = said?.why ?? describeEnd(status);
    const stopped = service.stopped.splice(0);
    if (service.phase === 'stopping') {
      service.cancel?.();
      enter(service, 'stopped');
      for (const done of stopped) done();
      return;
    }
    starts.ended(service.name, status);
    if (said?.what === 'start-again') {
      log(`service ${service.name}: ${service.ended}; starting it again`);
      service.restarts += 1;
      launch(service);
      return;
    }
    const next: Verdict =
      said?.what === 'stay-off'
        ? { kind: 'finished' }
        : said?.what === 'give-up'
          ? { kind: 'failed' }
          : verdict(service.spec.restart, {
              code: status.code,
              ran: now() - service.started,
              failures: service.failures,
            });
    if (next.kind !== 'restart') {
      log(`service ${service.name}: ${service.ended}; it is not started again`);
      enter(service, next.kind);
      return;
    }
    service.failures = next.failures;
    log(`service ${service.name}: ${service.ended}; starting it again in ${next.delay / 1000} s`);
    enter(service, 'waiting');
    service.cancel = after(next.delay, () => {
      service.cancel = undefined;
      service.restarts += 1;
      launch(service);
    });
  }

  function create(
    name: string,
    spec: PeConfigService,
    line?: (text: string) => void,
    hooks?: ServiceHooks,
  ): Service {
    const service: Service = {
      name,
      spec,
      hooks,
      line: line ?? ((text) => log(`${name}: ${text}`)),
      phase: 'stopped',
      pid: undefined,
      since: 0,
      started: 0,
      failures: 0,
      restarts: 0,
      ended: undefined,
      cancel: undefined,
      abandon: undefined,
      stopped: [],
    };
    services.set(name, service);
    return service;
  }
  for (const name of order) {
    const spec = specs[name];
    if (spec === undefined) continue;
    create(name, spec, (text) => {
      starts.heard(name, text);
      log(`${name}: ${text}`);
    });
    if (spec.enabled) starts.watch(name, spec);
  }

  const unknown = (name: string): Reply => ({ code: 2, message: `there is no service ${name}` });

  function start(name: string): Reply {
    const service = services.get(name);
    if (service === undefined) return unknown(name);
    if (service.phase === 'running') return { code: 0, message: `${name} is running already` };
    if (service.phase === 'stopping') return { code: 1, message: `${name} is still stopping` };
    service.failures = 0;
    return launch(service)
      ? { code: 0, message: `${name} started` }
      : { code: 1, message: `${name} cannot be started: ${service.ended ?? ''}` };
  }

  function stop(name: string, done: (reply: Reply) => void): void {
    const service = services.get(name);
    if (service === undefined) {
      done(unknown(name));
      return;
    }
    const { pid, hooks } = service;
    if (pid === undefined && service.phase !== 'running' && service.phase !== 'stopping') {
      service.cancel?.();
      service.cancel = undefined;
      if (service.phase === 'waiting') enter(service, 'stopped');
      done({ code: 0, message: `${name} is stopped` });
      return;
    }
    service.stopped.push(() => {
      done({ code: 0, message: `${name} stopped` });
    });
    if (service.phase === 'stopping') return;
    enter(service, 'stopping');
    // It is being made ready, or its end is being cleared away already.
    if (pid === undefined && service.abandon === undefined) return;
    if (pid !== undefined && hooks === undefined) kill(pid, terminate);
    else if (pid !== undefined && hooks !== undefined) askByHooks(name, pid, hooks);
    service.cancel = after(hooks?.patience() ?? patience, () => {
      log(`service ${name}: does not end by itself, ending it by force`);
      if (service.pid === undefined) service.abandon?.();
      else kill(service.pid, killSignal);
    });
  }

  return {
    add(name, spec, line) {
      const known = services.get(name);
      if (known === undefined) {
        launch(create(name, spec, line));
        return;
      }
      known.spec = spec;
      if (line !== undefined) known.line = line;
      if (known.phase === 'stopping') known.stopped.push(() => void launch(known));
      else if (known.phase !== 'running') launch(known);
    },
    addWithHooks(name, spec, hooks) {
      const known = services.get(name);
      if (known === undefined) create(name, spec, undefined, hooks);
      else known.spec = spec;
    },
    remove(name) {
      const service = services.get(name);
      if (service === undefined || !['stopped', 'finished', 'failed'].includes(service.phase)) return;
      services.delete(name);
      changed();
    },
    adopt(name, { pid, ticks, since }) {
      const service = services.get(name);
      if (service === undefined) return;
      service.pid = pid;
      service.started = now();
      service.phase = 'running';
      service.since = since;
      const look = (): void => {
        if (startTicks(pid) === ticks) after(adoptedTick, look);
        else ended(service, { code: unknownEnd, signal: undefined });
      };
      look();
    },
    startAll() {
      for (const service of services.values()) {
        if (service.spec.enabled && service.phase === 'stopped') launch(service);
      }
    },
    start,
    stop,
    restart(name, done) {
      stop(name, (reply) => {
        done(reply.code === 0 ? start(name) : reply);
      });
    },
    stopAll(done) {
      const all = [...services.keys()].reverse();
      const names = all.filter((name) => services.get(name)?.hooks === undefined);
      const next = (): void => {
        const name = names.shift();
        if (name === undefined) done();
        else stop(name, next);
      };
      // Those with hooks take their time, so all of them at once, before what they may need.
      const slow = all.filter((name) => services.get(name)?.hooks !== undefined);
      let left = slow.length;
      if (left === 0) next();
      for (const name of slow)
        stop(name, () => {
          left -= 1;
          if (left === 0) next();
        });
    },
    names: () => [...services.keys()],
    stateOf: (name) => services.get(name),
    states() {
      return Object.fromEntries(
        [...services.values()].map((service) => [
          service.name,
          {
            phase: service.phase,
            pid: service.pid,
            ticks: service.pid === undefined ? undefined : startTicks(service.pid),
            since: service.since,
            restarts: service.restarts,
            ended: service.ended,
          },
        ]),
      );
    },
  };
}
