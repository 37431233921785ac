import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { FailedError } from '../../src/base/errors.ts';
import { type Agent, connectAgent } from '../../src/boot/agent.ts';
import type { Guest } from '../../src/boot/guest.ts';
import { chooseEntry } from '../../src/boot/menu.ts';
import { connectTo } from '../../src/boot/qmp.ts';
import { bootGuest, kernelOf, medium, passMenu, waitForReady } from '../helpers/boot.ts';

const { images, tools } = inject('fixture');

const minute = 60_000;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function bootWithAgent(
  image: string,
  {
    scope,
    menu = false,
  }: { readonly scope?: (end: () => Promise<void>) => void; readonly menu?: boolean } = {},
): Promise<{ guest: Guest; agent: Agent }> {
  const file = join(images, image);
  const starts = menu ? { drives: [medium(file, 'cd')] } : { kernel: await kernelOf(file) };
  const guest = await bootGuest({ tools, name: `agent-${image}`, ...starts, agent: true }, scope);
  return { guest, agent: await connectAgent(guest.folder.agent, guest.qmp) };
}

/** The port that a guest finds, and who may use it. */
const portFacts = 'cat /sys/class/virtio-ports/*/name; stat -c "%u:%g %a %F" /dev/vport*';
/** The kernel makes it 0600, and mdev some time later 0660; it is root's either way. */
const onlyForRoot = /^org\.diskbios\.agent\.0\n0:0 6[06]0 character special file\n?$/;

/** The code and words of an error that must come. */
async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FailedError)) throw new Error(`no FailedError: ${String(error)}`);
  return `${error.code}: ${error.message}`;
}

describe('the agent in a running PE', () => {
  let guest: Guest;
  let agent: Agent;
  let stop = (): Promise<void> => Promise.resolve();
  const run = (command: string, within = 4 * minute) => agent.run(command, { within });
  const output = async (command: string): Promise<string> => {
    const { status, stdout, stderr } = await run(command);
    expect(status, `${command}: ${stderr}`).toBe(0);
    return stdout.trim();
  };

  beforeAll(async () => {
    ({ guest, agent } = await bootWithAgent('cloud-agent.iso', {
      scope: (end) => {
        stop = end;
      },
    }));
    await passMenu(guest);
    await agent.waitUntilThere(2 * minute);
  });
  afterAll(async () => {
    agent.close();
    await stop();
  });

  test('it is there before READY, and says nothing on the console', async () => {
    const up = await waitForReady(guest);
    // Ticks of 10 ms from the kernel's start to that of who runs our commands.
    expect(Number(await output("awk '{ print $22 }' /proc/$PPID/stat")) / 100).toBeLessThan(up);
    expect(guest.serial.text()).not.toMatch(/agent/i);
    expect(await output(portFacts)).toMatch(onlyForRoot);
  });

  test('exit codes, signals and both outputs arrive as a shell sees them', async () => {
    expect(await run('echo out; echo wrong >&2; exit 3')).toEqual({
      ...{ status: 3, stdout: 'out\n', stderr: 'wrong\n', timedOut: false },
    });
    expect(await run('kill -9 $$')).toMatchObject({ status: 137, timedOut: false });
    expect(await run('no-such-program')).toMatchObject({ status: 127, stderr: /not found/ });
    expect(await run('printf "naïve – 日本"; printf "\\303(" >&2')).toMatchObject({
      ...{ stdout: 'naïve – 日本', stderr: '\ufffd(' },
    });
    expect(await output('id -u; readlink /proc/self/fd/0; pwd; echo $PATH')).toBe(
      '0\n/dev/null\n/\n/usr/sbin:/usr/bin:/sbin:/bin',
    );
  });

  test('two megabytes come back as they are, also on both outputs at once', async () => {
    const lines = Array.from({ length: 170_000 }, (_, i) => `${i + 1}\n`).join('');
    const both = await run('seq 170000 & seq 170000 >&2; wait', 5 * minute);
    expect(both.status).toBe(0);
    expect(both.stdout.length).toBeGreaterThan(1e6);
    expect(sha256(both.stdout)).toBe(sha256(lines));
    expect(sha256(both.stderr)).toBe(sha256(lines));
  });

  test('an output that nobody reads is held back, not stored', async () => {
    const most = async (): Promise<number> => {
      const kilobytes = "sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$PPID/status";
      return Number(await output(kilobytes));
    };
    const before = await most();
    expect(before).toBeGreaterThan(1000);
    agent.close();
    const socket = await connectTo(guest.folder.agent);
    socket.write('{"type":"hello","client":"hoarder"}\n');
    const session = await new Promise((resolve) => {
      socket.on('data', (bytes) => {
        const found = /"session":"([^"]+hoarder)"/.exec(String(bytes))?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const request = {
      type: 'run',
      session,
      id: 7,
      command: 'yes 6464',
      stdin: '',
      within: minute,
    };
    socket.pause();
    socket.write(`${JSON.stringify(request)}\n`);
    await sleep(4000);
    socket.destroy();
    agent = await connectAgent(guest.folder.agent, guest.qmp);
    expect((await most()) - before).toBeLessThan(6 * 1024);
    // Who had asked for it was gone.
    const left = (): Promise<string> => output('ps | grep -c "[y]es 6464" || :');
    await expect.poll(left, { timeout: 4 * minute, interval: 300 }).toBe('0');
  });

  test('standard input arrives, half a megabyte of it, and a command need not read it', async () => {
    const text = Array.from({ length: 45_000 }, (_, i) => `line ${i}\n`).join('');
    const answer = await agent.run('sha256sum', { stdin: text, within: 2 * minute });
    expect(answer.stdout).toContain(sha256(text));
    expect(await agent.run('exit 4', { stdin: text, within: 2 * minute })).toMatchObject({ status: 4 });
    expect(await agent.run('head -n 1', { stdin: text, within: 2 * minute })).toMatchObject({
      ...{ status: 0, stdout: 'line 0\n' },
    });
  });

  test('a command that takes too long is killed with all that it started', async () => {
    const answer = await run('echo begun; (sleep 4242; :) & setsid sleep 4242 & sleep 4242', 3000);
    expect(answer).toMatchObject({ status: 137, timedOut: true, stdout: 'begun\n' });
    const left = (): Promise<string> => output('ps | grep -c "[s]leep 4242" || :');
    await expect.poll(left, { timeout: 4 * minute, interval: 300 }).toBe('0');
  });

  test('an interrupted one is killed as well', async () => {
    const interrupt = new AbortController();
    const interrupted = agent.run('sleep 5353', { within: minute, signal: interrupt.signal });
    await sleep(500);
    interrupt.abort();
    await expect(interrupted).rejects.toThrow('interrupted');
    const left = (): Promise<string> => output('ps | grep -c "[s]leep 5353" || :');
    await expect.poll(left, { timeout: 4 * minute, interval: 300 }).toBe('0');
  });

  test('commands run side by side', async () => {
    await output('rm -f /run/meet; mkfifo /run/meet');
    const [reader, writer] = await Promise.all([
      run('cat /run/meet'),
      run('sleep 0.3; echo hello > /run/meet; echo sent'),
    ]);
    expect(reader.stdout).toBe('hello\n');
    expect(writer.stdout).toBe('sent\n');
  });

  test('what a command leaves running neither holds up its answer nor dies of it', async () => {
    const work = 'until [ -e /run/go ]; do sleep 0.2; done; echo late; sleep 1; echo later; touch /run/lived';
    expect(await run(`(${work}) & echo early`)).toMatchObject({ status: 0, stdout: 'early\n' });
    expect(await output('ls /run/lived || touch /run/go')).toBe('');
    await expect
      .poll(() => output('ls /run/lived || :'), { timeout: 4 * minute, interval: 500 })
      .not.toBe('');
  });

  test('noise on the line does no harm', async () => {
    // The port has one connection at a time: ours makes way, and the agent greets the one after it anew.
    agent.close();
    const noise = await connectTo(guest.folder.agent);
    noise.write(Buffer.from([0, 255, 254, 10, 123, 34, 10]));
    noise.write(
      '{"type":"run","session":"another","id":1,"command":"touch /run/noise","stdin":"","within":9999}\n',
    );
    noise.write('{"type":"run","id":"x"}\n[]\nnull\n"hello"\n');
    noise.write('{"type":"run","session":"cut off in the mid');
    await sleep(500);
    noise.destroy();
    agent = await connectAgent(guest.folder.agent, guest.qmp);
    expect(await output('ls /run/noise 2>/dev/null; echo alive')).toBe('alive');
  });

  test('it comes back when it dies, and so do services of other files; bad ones are named in the log', async () => {
    const service = '{"run":["/bin/touch","/run/dropped-in"],"restart":"never","after":["agent"]}';
    await output(`cd /etc/diskbios/services.d && echo '${service}' > good.json && echo '{"run":' > bad.json`);
    // The agent and the supervisor that started it.
    const died = failure(run('killall -9 qjs; sleep 99'));
    const next = run('echo again');
    expect(await died).toMatch(/^agent-lost: .*killall/);
    expect(await next).toMatchObject({ status: 0, stdout: 'again\n' });
    const { stdout } = await run(
      'while ! [ -e /run/dropped-in ] || ! logread | grep "bad.json is left out"; do sleep 0.2; done',
    );
    expect(stdout).toMatch(/services: \/etc\/diskbios\/services\.d\/bad\.json is left out: it is not JSON\n/);
  });

  test('a reset in the middle of a command is told, and the next boot has its own agent', async () => {
    const boot = await output('cat /proc/sys/kernel/random/boot_id');
    const lost = failure(run('sleep 0.5; reboot -f; sleep 999'));
    expect(await lost).toMatch(/^agent-lost: the agent in the PE went away: .*, while this ran: sleep 0\.5/);
    await passMenu(guest);
    await agent.waitUntilThere(2 * minute);
    expect(await output('cat /proc/sys/kernel/random/boot_id')).not.toBe(boot);
  });

  test('a power cut is told as well', async () => {
    const lost = failure(run('sleep 99'));
    await sleep(500);
    await guest.kill();
    expect(await lost).toMatch(/^agent-lost: .*switched off/);
    expect(await failure(agent.waitUntilThere(1000))).toBe(
      'agent-lost: the agent in the PE is gone: the machine is off',
    );
  });
});

// In the others it answers whenever `diskbios test` runs a command (the recipes' own tests).
test.each(['erofs-agent.iso', 'cpio-agent.iso'])('%s has what the agent takes', async (image) => {
  const { guest, agent } = await bootWithAgent(image);
  await agent.waitUntilThere(2 * minute);
  const { stdout } = await agent.run(portFacts, { within: 4 * minute });
  expect(stdout).toMatch(onlyForRoot);
  await waitForReady(guest);
  agent.close();
});

test('it answers in a PE that does not become ready', async () => {
  const { guest, agent } = await bootWithAgent('cloud-agent.iso', { menu: true });
  const title = 'diskbios live, with a shell before anything is started';
  await chooseEntry(guest, title, { by: 'serial', within: minute });
  await guest.waitFor('diskbios.debug: a shell on the console');
  await agent.waitUntilThere(minute);
  const { stdout } = await agent.run('cat /run/diskbios/ready || cat /proc/cmdline', { within: minute });
  expect(stdout).toContain('diskbios.debug');
  expect(guest.serial.text()).not.toContain('DISKBIOS-READY');
  guest.serial.send('echo $((6 * 7))\r');
  await guest.waitFor(/^42\r?$/m);
  agent.close();
});

test('an image without the agent: nobody answers, and the error says what to look at', async () => {
  // Nobody answers in its boot loader either.
  const { agent } = await bootWithAgent('minimal.iso', { menu: true });
  const said = await failure(agent.waitUntilThere(3000));
  expect(said).toMatch(/^agent-missing: .*within 3\.0 s: nothing in the guest has opened its port$/);
  agent.close();
});
