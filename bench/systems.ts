import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readyPattern } from '../src/base/console-lines.ts';
import { packageRoot } from '../src/base/package-root.ts';
import { chooseAccelerator } from '../src/boot/accel.ts';
import { type Machine, type MachineSpec, withMachine } from '../src/boot/machine.ts';
import { passMenu } from '../src/boot/menu.ts';
import { qemuFromTree } from '../src/boot/tools.ts';
import { qemuUsedLast } from '../src/proof/qemu.ts';
import { openStore } from '../src/store/store.ts';
import type { Built } from './builds.ts';
import type { Figure } from './figures.ts';

const gibibyte = 1024 ** 3;
const many = 50;

const recipe = `name: bench
extends: cloud
version: "1"
boot:
  timeout: 1
  entries: !replace
    - { title: dual, mode: dual }
`;

/** The clock of the guest in hundredths of a second, before and after a command. */
const timed = (command: string): string =>
  `read a b </proc/uptime; ${command} || exit 1; read c d </proc/uptime; echo "$a $c"`;

type Shell = (command: string) => Promise<string>;

async function secondsOf(sh: Shell, command: string): Promise<number> {
  const [from = Number.NaN, to = Number.NaN] =
    (await sh(timed(command))).split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return to - from;
}

/** Has the init of a system write down the uptime first of all. */
const noteBegin = (name: string): string => `mkdir -p /hd/${name}/delta/etc
    { echo '::sysinit:/etc/begun'; cat /usr/lib/diskbios/app/etc/inittab; } >/hd/${name}/delta/etc/inittab
    printf '#!/bin/sh\\nread a b </proc/uptime\\necho $a >/begun\\n' >/hd/${name}/delta/etc/begun
    chmod 755 /hd/${name}/delta/etc/begun`;

/** From the request until the init of a system runs: by the manager, and by a bare lxc-start of the same configuration. */
async function startSeconds(sh: Shell, request: string, system: string): Promise<number> {
  const begun = `/hd/${system}/delta/begun`;
  // Looked for seldom, since looking is work as well.
  const wait = `until [ -s ${begun} ]; do sleep 1; done`;
  const said = await sh(
    `rm -f ${begun}; read a b </proc/uptime; ${request} || exit 1; ${wait}; echo "$a $(cat ${begun})"`,
  );
  const [from = Number.NaN, to = Number.NaN] = said.split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return to - from;
}

const bare = '/run/bench';
/** What the manager gave LXC, for a container beside it: the same layers, mounted by the same table, and none of our hooks. */
const bareConfig = `
set -e; systemx create bare >/dev/null; systemx start bare >/dev/null
from=/run/diskbios/systems/bare
mkdir -p ${bare}/root ${bare}/own; (cd $from && find lower -maxdepth 1 -type d) | while read -r dir; do mkdir -p ${bare}/$dir; done
sed "s#$from#${bare}#g" $from/mounts >${bare}/mounts
sed -e "s#$from#${bare}#g" -e '/^lxc.hook/d' -e '/^lxc.console/d' -e 's#systems/bare/#bench/#' $from/config >${bare}/config
cp $from/resolv.conf ${bare}/ 2>/dev/null || true
systemx stop bare >/dev/null`;

/**
 * MB that no machine without the test agent spends: for its port, the driver virtio_console holds a page for each of 1024 places in
 * two queues.
 */
const agentPort = (2 * 1024 * 4096) / 1e6;

/**
 * In MB. What the kernel could give to a new program counts as free, and so do free pages that it holds ready for a processor, which
 * MemAvailable leaves out; the livefs, which lies in memory, does not.
 */
async function memory(sh: Shell): Promise<{ readonly used: number; readonly livefs: number }> {
  const [used = Number.NaN, livefs = Number.NaN] = (
    await sh(
      `awk '/^MemTotal/ { t = $2 } /^MemAvailable/ { a = $2 } /^Shmem:/ { s = $2 } $1 == "count:" { a += $2 * 4 }
        END { print (t - a) * 1.024 / 1000, s * 1.024 / 1000 }' /proc/meminfo /proc/zoneinfo`,
    )
  )
    .split(' ')
    .map(Number);
  return { used: used - agentPort, livefs };
}

const everySystem = `$(seq 0 ${many - 1})`;

async function startsOf(sh: Shell, repetitions: number): Promise<number[]> {
  const starts: number[] = [];
  // Two tenths of a second each: one pair says little.
  for (let n = 0; n < 5 * repetitions; n += 1) {
    const system = `bench${n % repetitions}`;
    await sh(`${noteBegin('bare')}; ${noteBegin(system)}`);
    const byLxc = await startSeconds(
      sh,
      `/usr/bin/mount -a -T ${bare}/mounts && lxc-start -n bare -P ${bare} -f ${bare}/config -d`,
      'bare',
    );
    await sh(`lxc-stop -k -P ${bare} -n bare; awk '{ print $2 }' ${bare}/mounts | tac | xargs umount`);
    // As a boot starts it; `systemx start` waits for the same.
    const byManager = await startSeconds(
      sh,
      `echo 'start system-${system} bench' >/run/diskbios/control`,
      system,
    );
    await sh(`systemx stop ${system} >/dev/null`);
    starts.push(byManager / byLxc);
  }
  return starts;
}

/** `systemx list` against `lxc-ls -f` of a folder of containers; both show states and addresses. */
async function listsOf(sh: Shell, containers: string, repetitions: number): Promise<number[]> {
  const lists: number[] = [];
  for (let n = 0; n < repetitions; n += 1) {
    const byLxc = await secondsOf(sh, `lxc-ls -P ${containers} -f >/dev/null`);
    lists.push((await secondsOf(sh, 'systemx list >/dev/null')) / byLxc);
  }
  return lists;
}

async function measure(sh: Shell, repetitions: number): Promise<Figure[]> {
  const resting = await memory(sh);
  // The first of all makes the folders that are kept, too.
  await sh(bareConfig);
  const creates: number[] = [];
  for (let n = 0; n < repetitions; n += 1) {
    const own = await secondsOf(sh, 'systemx --version >/dev/null');
    creates.push((await secondsOf(sh, `systemx create bench${n} >/dev/null`)) - own);
  }
  const starts = await startsOf(sh, repetitions);
  const before = await memory(sh);
  await sh(
    `systemx destroy bare --yes bare >/dev/null || exit 1
    for n in $(seq ${repetitions} ${many - 1}); do systemx create bench$n >/dev/null || exit 1; done
    for n in ${everySystem}; do mkdir -p ${bare}/many/bench$n; : >${bare}/many/bench$n/config; done`,
  );
  const stopped = await listsOf(sh, `${bare}/many`, repetitions);
  await sh(`for n in ${everySystem}; do systemx start bench$n >/dev/null || exit 1; done`);
  const running = await sh(`systemx list --json | grep -c '"state": "running"'`);
  if (Number(running) !== many) throw new Error(`only ${running} of ${many} systems run`);
  const each = ((await memory(sh)).used - before.used) / many;
  // The same containers: to LXC they lie in the PE's own folder of runs.
  const alive = await listsOf(sh, '/run/diskbios/systems', repetitions);
  const mb = { unit: 'MB', aim: undefined } as const;
  return [
    { name: 'RAM used by the PE (not available), dual', unit: 'MB', values: [resting.used], aim: 90 },
    { ...mb, name: 'of it the livefs, compressed', values: [resting.livefs] },
    { name: "create an app system, beyond systemx's start", unit: 's', values: creates, aim: 0.3 },
    { name: 'start of a system against mount, lxc-start', unit: 'x', values: starts, aim: 1.5 },
    { ...mb, name: `each of ${many} app systems, 1 GiB guest`, values: [each] },
    { name: `list of ${many} stopped against lxc-ls -f`, unit: 'x', values: stopped, aim: 2 },
    { name: `list of ${many} running against lxc-ls -f`, unit: 'x', values: alive, aim: 2 },
  ];
}

function buildImage(built: Built): string {
  const cwd = dirname(built.recipe);
  writeFileSync(join(cwd, 'bench.yaml'), recipe);
  const program = join(packageRoot(), 'dist', 'diskbios.js');
  const { status, stderr } = spawnSync(
    process.execPath,
    [program, 'build', 'bench.yaml', '-o', 'out', '--with-agent', '--progress', 'none'],
    { cwd, env: { ...process.env, DISKBIOS_STORE: built.store } },
  );
  if (status !== 0) throw new Error(`the build failed:\n${stderr.toString()}`);
  return join(cwd, 'out', 'bench-agent.iso');
}

/** Systems beside the PE, in a guest of 1 GiB with a data volume. */
export async function benchSystems(_root: string, built: Built, repetitions: number): Promise<Figure[]> {
  const image = buildImage(built);
  const dir = qemuUsedLast(openStore(built.store));
  if (dir === undefined) throw new Error('no QEMU in the store: run the section proof before');
  const tools = qemuFromTree(dir);
  const accelerator = await chooseAccelerator(tools, { cacheDir: undefined });
  const data = {
    bus: 'virtio',
    size: 2 * gibibyte,
    from: undefined,
    fault: undefined,
    readOnly: false,
    plugged: true,
  } as const;
  const spec: MachineSpec = {
    ...{ name: 'bench', index: 0, firmware: 'bios', memory: gibibyte, cpus: 1, networks: [{ kind: 'user' }] },
    image: { file: image, as: 'cd' },
    disks: {
      data: { ...data, filesystem: { type: 'ext4', label: 'DISKBIOS-DATA', files: undefined, full: false } },
    },
  };
  const { patience } = accelerator;
  return withMachine(tools, spec, { accelerator, patience, agent: true }, async (machine: Machine) => {
    const guest = await machine.powerOn();
    await passMenu(guest, {});
    await guest.waitFor(readyPattern);
    await machine.agent().waitUntilThere(60_000 * patience);
    const sh: Shell = async (command) => {
      const { status, stdout, stderr } = await machine.agent().run(command, { within: 600_000 * patience });
      if (status !== 0) throw new Error(`${command}\n${stdout}${stderr}`);
      return stdout.trim();
    };
    return measure(sh, repetitions);
  });
}
