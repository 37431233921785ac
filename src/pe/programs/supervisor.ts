import { initLine, readyLine, supervisorFailedLine } from '../../base/console-lines.ts';
import type { PeConfig, PeConfigService } from '../../base/pe-config.ts';
import {
  after,
  changedAt,
  exists,
  exit,
  keepReaping,
  makeFolder,
  now,
  ownPid,
  readText,
  reap,
  run,
  uptime,
  writeText,
} from '../host.ts';
import { parseCommandLine, screenOwner } from '../lib/command-line.ts';
import { welcome } from '../lib/screen.ts';
import { createStartWatch } from '../lib/start-watch.ts';
import { withoutTakeover } from '../lib/takeover/refusal.ts';
import { createBootDisk } from '../supervisor/boot-disk.ts';
import { bridgeServices } from '../supervisor/bridge-service.ts';
import { createConsoles } from '../supervisor/consoles.ts';
import { openControl } from '../supervisor/control.ts';
import { debugShell } from '../supervisor/debug-shell.ts';
import { makeDeviceLinks } from '../supervisor/device-links.ts';
import { createDrivers, type Drivers } from '../supervisor/drivers.ts';
import { dropIns } from '../supervisor/drop-ins.ts';
import { spareMemory } from '../supervisor/huge-pages.ts';
import { flushLog, log } from '../supervisor/log.ts';
import { prepareLogin } from '../supervisor/login.ts';
import { createNetwork } from '../supervisor/network.ts';
import { createOwnNetwork } from '../supervisor/own-network.ts';
import { createPowerButton } from '../supervisor/power-button.ts';
import { type Services, supervise } from '../supervisor/services.ts';
import {
  createStateWriter,
  createStatusWriter,
  earlyProblems,
  endLeftovers,
  isReady,
  markReady,
} from '../supervisor/state.ts';
import { createStorage } from '../supervisor/storage.ts';
import { createSystems } from '../supervisor/systems.ts';
import { joinThePe } from '../systems/cgroup.ts';
import { hasPersonal } from '../systems/personal.ts';

const configPath = '/etc/diskbios/pe.json';
const bootTick = 40;
const restTick = 3000;
/** Milliseconds that a card may take from its driver's start to its interface. */
const cardPatience = 1000;
/** Milliseconds that READY waits at most for services that have ended and are tried again. */
const servicePatience = 2000;

function baseEnv(config: PeConfig): Record<string, string> {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    DISKBIOS_ROOT_LOGIN: config.rootLogin,
  };
}

/** A machine without a battery for its clock starts in 1970: the image's own time is nearer to the truth. */
async function floorClock(): Promise<void> {
  const floor = changedAt(configPath);
  if (Date.now() >= floor) return;
  await run(['/usr/bin/busybox', 'date', '-s', `@${Math.floor(floor / 1000)}`]);
  log('clock: the machine has lost its time; set to the time of the image');
}

/** Loads drivers of what is plugged in later. The program writes `modalias NAME`, or `device` for anything else. */
function watchHotPlug(services: Services, drivers: Drivers, came: () => void): void {
  const spec: PeConfigService = {
    run: ['/usr/bin/busybox', 'mdev', '-df'],
    after: [],
    restart: 'always',
    env: {},
    enabled: true,
  };
  services.add('hotplug', spec, (line) => {
    const [kind, name] = line.split(' ');
    if (kind === 'modalias' && name !== undefined) drivers.plugged(name);
    else if (kind === 'device') came();
    else log(`hotplug: ${line}`);
  });
}

/** Waits for a condition: looks at once when woken, and every few milliseconds. */
function createWait(): {
  readonly until: (condition: () => boolean) => Promise<void>;
  readonly wake: () => void;
} {
  let look = (): void => undefined;
  return {
    until: (condition) =>
      new Promise((resolve) => {
        let cancel = (): void => undefined;
        look = () => {
          cancel();
          if (!condition()) {
            cancel = after(bootTick, look);
            return;
          }
          look = () => undefined;
          resolve();
        };
        look();
      }),
    wake: () => {
      look();
    },
  };
}

async function main(): Promise<void> {
  const started = uptime();
  const marks = [`supervisor ${started.toFixed(2)}`];
  const mark = (name: string): void => {
    marks.push(`${name} ${uptime().toFixed(2)}`);
  };
  keepReaping();
  makeFolder('/run/diskbios');
  joinThePe([ownPid()]);
  makeDeviceLinks();
  spareMemory();
  const recipe = JSON.parse(readText(configPath) ?? '') as PeConfig;
  const commandLine = readText('/proc/cmdline') ?? '';
  const asked = parseCommandLine(commandLine);
  const { choice, problems: early } = withoutTakeover(asked, earlyProblems());
  const again = isReady();
  const personal = hasPersonal()
    ? (await import('../supervisor/personal.ts')).createPersonal(recipe, again, choice.slot !== undefined)
    : undefined;
  const config = personal?.config ?? recipe;
  writeText('/proc/sys/kernel/hostname', config.hostname);
  const consoles = createConsoles(config, commandLine, screenOwner(choice) !== undefined);
  const screen =
    config.screen === undefined
      ? undefined
      : await (await import('../supervisor/screen.ts')).createScreen(config.screen);
  const drivers = createDrivers();
  const starts = createStartWatch({ now, after, exists, say: consoles.say });
  const before = again ? endLeftovers() : {};
  if (again) {
    starts.close();
  } else {
    consoles.say(initLine(started));
    for (const problem of choice.problems) consoles.say(`diskbios: ${problem}; coming up live`);
  }
  for (const problem of choice.problems) log(`${problem}; coming up live`);
  if (personal?.says !== undefined && !again) {
    consoles.say(`diskbios: ${personal.says}`);
    log(personal.says);
  }
  for (const problem of early) {
    log(problem);
    if (!again) consoles.say(`diskbios: ${problem}; coming up live`);
  }
  const state = createStateWriter(() => services);
  const added = dropIns(config.services);
  const specs = { ...bridgeServices(), ...added, ...config.services };
  const services = supervise(specs, baseEnv(config), state.changed, starts);
  // Those that wait for nobody look after the machine even where the boot gets no further.
  for (const [name, { enabled, after: others }] of Object.entries(added)) {
    if (enabled && others.length === 0) services.start(name);
  }
  await floorClock();
  // Early take-over has had its shell already.
  if (choice.debug && !again && asked.mode !== 'takeover') {
    await drivers.network();
    await drivers.others();
    await debugShell(consoles);
  }

  const cardDrivers = drivers.network();
  services.startAll();
  mark('services');
  const wait = createWait();
  let refresh = wait.wake;
  const network = createNetwork(config, services, () => {
    refresh();
  });
  const ownNetwork = createOwnNetwork(config, network);
  // What was set in memory, before an earlier supervisor of this boot ended.
  if (again) ownNetwork.load(undefined);
  const bootDisk = createBootDisk({
    slot: choice.slot,
    again,
    volumes: () => storage.places().volumes,
    changed() {
      refresh();
    },
  });
  const storage = createStorage(choice, config, again, {
    beforeMount: bootDisk.beforeMount,
    memory: personal?.arrive ?? (() => Promise.resolve()),
    network: ownNetwork.load,
    hostKeys() {
      for (const [
        name,
        {
          run: [program],
        },
      ] of Object.entries(config.services))
        if (program === '/usr/lib/diskbios/sshd') services.restart(name, ({ message }) => log(message));
    },
    changed() {
      if (storage.settled()) systems.plan();
      refresh();
    },
  });
  const systems = createSystems(choice, services, storage.places, personal);
  const knownCard = await cardDrivers;
  mark('network drivers');
  // While the network answers, the other drivers are loaded; one of them may be of a card not known as one.
  const allDrivers = drivers.others().then(() => {
    mark('drivers');
    storage.driversLoaded();
    wait.wake();
  });
  if (!knownCard) await allDrivers;
  const giveUp = now() + cardPatience;
  await wait.until(() => {
    network.scan();
    drivers.lateDisks();
    storage.scan();
    return (now() > giveUp || !drivers.cardPending()) && network.settled() && storage.settled();
  });
  mark('network and disks');
  await allDrivers;
  await screen?.look();
  await openControl(services, systems, storage, ownNetwork);
  // Of an image that carries nothing, not even the code for it is read.
  const carrying =
    config.carried === undefined
      ? undefined
      : await (await import('../supervisor/carried.ts')).carryOn(
          config.carried,
          storage,
          () => drivers.others(),
          again,
        );
  state.begin();
  systems.adopt(before);
  systems.plan();
  await wait.until(() => {
    systems.step();
    return systems.settled();
  });
  mark('systems');
  const powerButton = createPowerButton();
  powerButton();
  const decideBy = now() + servicePatience;
  await wait.until(() => {
    // A signal may come late, and a service that has ended must not count as one that runs.
    reap();
    return now() > decideBy || starts.decided();
  });
  const failed = starts.close();
  const found = (): string[] => [
    ...(personal?.problems ?? []),
    ...storage.places().problems,
    ...ownNetwork.problems(),
    ...(carrying?.problems ?? []),
    ...systems.problems(),
  ];
  if (!again) for (const problem of found()) consoles.say(`diskbios: ${problem}`);
  for (const problem of found()) log(problem);
  const ready = readyLine(systems.mode(), uptime(), failed);
  if (!again) consoles.say(ready);
  markReady(ready);
  log(`${ready} (seconds since the kernel started: ${marks.join(', ')})`);

  bootDisk.ready(failed.length === 0 && systems.problems().length === 0);
  const oneTimePassword = await prepareLogin(config, storage.ownPassword());
  const sshKeys = (readText('/root/.ssh/authorized_keys') ?? '').trim() !== '';
  const problems = (): string[] => [
    ...choice.problems,
    ...early,
    ...failed.map((name) => `service ${name} failed to start`),
    ...found(),
  ];
  const publish = createStatusWriter();
  const text = (): string => {
    publish({ mode: systems.mode(), problems: problems(), bootDisk: bootDisk.status() });
    return welcome({
      config,
      addresses: network.addresses(),
      sshKeys,
      oneTimePassword,
      personalPassword: personal?.password === true,
      ownPassword: storage.ownPassword(),
      problems: problems(),
      networkNote: network.note(),
    });
  };
  let shown = text();
  consoles.open(shown);
  refresh = () => {
    const fresh = text();
    if (fresh === shown) return;
    shown = fresh;
    consoles.refresh(shown);
  };

  const look = (): void => {
    network.scan();
    ownNetwork.step();
    network.askDhcp6();
    storage.scan();
    bootDisk.look();
    systems.step();
    powerButton();
    refresh();
  };
  watchHotPlug(services, drivers, look);
  // What came between the last look and the watch.
  await drivers.others();
  let keeping = false;
  const keepPersonal = (): void => {
    if (personal === undefined || keeping) return;
    keeping = true;
    void personal
      .keep(storage.places())
      .catch((error: unknown) =>
        log(`personal settings: ${error instanceof Error ? error.message : String(error)}`),
      )
      .then(() => {
        keeping = false;
      });
  };
  const tick = (): void => {
    look();
    storage.keep();
    keepPersonal();
    flushLog();
    after(restTick, tick);
  };
  tick();
}

main().catch((error: unknown) => {
  const [message = '', place = ''] =
    error instanceof Error ? [error.message, error.stack?.split('\n')[0]] : [String(error)];
  const line = supervisorFailedLine([message, place.trim()].join(' ').trim().replaceAll('\n', ' '));
  // Through the kernel it comes out on every console. 2: critical, shown on quiet boots too.
  if (!writeText('/dev/kmsg', `<2>${line}\n`)) writeText('/dev/console', `${line}\n`);
  exit(1);
});
