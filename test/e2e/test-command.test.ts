import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it, test } from 'vitest';
import { spoiled } from '../helpers/broken-images.ts';
import { processesNaming } from '../helpers/builder.ts';
import { testFolder } from '../helpers/test-command.ts';

const fixture = inject('fixture');
const { images } = fixture;

/** A folder of results, for the pictures and logs that a report names. */
const results = (dir: string, name: string, file: string | undefined): string =>
  join(dir, 'out', 'tests', name, file ?? 'not named');

describe('a failing expectation', () => {
  const { dir, recipe, test, report } = testFolder(fixture, 'failing');

  it('ends with exit code 1, and the report has all that helps to find its cause', async () => {
    const file = recipe(
      'failing',
      `tests: !replace
  - name: says hello
    matrix: { medium: iso-as-kernel, firmware: bios }
    steps:
      - ready: live
      - run: echo hello; echo oops >&2
        expect: { stdout: goodbye }
      - poweroff: {}
  - name: comes later
    matrix: { medium: iso-as-kernel, firmware: bios }
    steps:
      - ready: live
`,
    );
    const after = recipe(
      'after',
      'tests: !replace\n  - name: never\n    matrix: { firmware: bios }\n    steps: [ready: live]\n',
    );
    const ended = await test([
      file,
      after,
      '--bail',
      '--jobs',
      '1',
      '--junit',
      'results/junit.xml',
      '--json',
    ]);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain(
      '`echo hello; echo oops >&2` answered something else than expected (expectation)',
    );
    expect(ended.err).toMatch(/\n0 passed, 1 failed\n/);
    expect(JSON.parse(ended.out)).toEqual([report('failing'), report('after')]);
    expect(report('after').cases.map(({ outcome }) => outcome)).toEqual(['not-run']);

    const [failed, later] = report('failing').cases;
    expect(later).toMatchObject({ test: 'comes later', outcome: 'not-run' });
    expect(failed?.steps.map(({ outcome }) => outcome)).toEqual(['passed', 'failed', 'not-run']);
    expect(failed?.steps[1]?.output).toBe('hello\noops\n');
    const failure = failed?.failure;
    expect(failure).toMatchObject({ name: 'expectation', step: 1, guest: 'pe', place: 'failing.yaml:8:9' });
    expect(failure?.detail).toEqual(
      expect.arrayContaining(['stdout:', '  expected: "goodbye"', '  came:     "hello"', '  oops']),
    );
    expect(failure?.lastLines.join('\n')).toContain('DISKBIOS-READY');
    expect(failure?.command).toContain('qemu-system-x86_64');
    expect(
      readFileSync(results(dir, 'failing', failure?.screenshot))
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const kernelLog = failed?.guests[0]?.serialLog.replace('serial.log', 'dmesg.txt');
    expect(readFileSync(results(dir, 'failing', kernelLog), 'utf8')).toContain('Linux version');

    const junit = readFileSync(join(dir, 'results', 'junit.xml'), 'utf8');
    expect(junit).toMatch(/<testsuites [^>]*tests="3" failures="1"/);
    expect(junit).toContain('<failure ');
    expect(junit).toContain('<skipped');
  });
});

test('an image broken on purpose gives its name; a test can expect just that', async () => {
  const { dir, file, test, report } = testFolder(fixture, 'broken');
  const image = spoiled(
    join(images, 'minimal.iso'),
    join(dir, 'broken.iso'),
    'linux /boot/vmlinuz',
    'linux /boot/missing',
  );
  const tests = file(
    'checks.yaml',
    `tests:
  - { name: boots, matrix: { firmware: bios }, steps: [{ ready: live }] }
  - { name: is broken, matrix: { firmware: bios }, steps: [{ fails: boot-entry-broken }] }
`,
  );
  const ended = await test([image, '--tests', tests, '--repeat', '2']);
  expect(ended.code).toBe(1);
  expect(ended.out).toMatch(/2 passed, 2 failed\n$/);
  const { cases, name } = report('broken.iso');
  expect(cases.map(({ id, repetition }) => [id, repetition])).toEqual([
    ['boots.1', 1],
    ['is-broken.1', 1],
    ['boots.2', 2],
    ['is-broken.2', 2],
  ]);
  expect(name).toBe('broken.iso');
  expect(cases[0]?.failure).toMatchObject({ name: 'boot-entry-broken', step: 0, place: 'checks.yaml:2:56' });
  expect(cases[0]?.failure?.lastLines.join('\n')).toContain('/boot/missing');
  expect(cases[1]).toMatchObject({ test: 'is broken', outcome: 'passed' });
});

test('an image as it is shipped: built-in tests, and no commands without the agent', async () => {
  const { file, test, report } = testFolder(fixture, 'image');
  const image = join(images, 'minimal.iso');
  const builtIn = await test([image, '--filter', 'bios']);
  expect(builtIn.out).toMatch(/1 passed, 0 failed\n$/);
  expect(report('minimal.iso').cases.map(({ id }) => id)).toEqual(['boots.bios']);
  const tests = file(
    'checks.yaml',
    'tests:\n  - { name: runs, matrix: { firmware: bios }, steps: [{ run: id }] }\n',
  );
  const commands = await test([image, '--tests', tests, '--artifacts', 'kept']);
  expect(commands.code).toBe(1);
  expect(commands.out).toContain('this image has no agent');
  expect(commands.out).toContain('--with-agent');
});

test('--ssh-key logs in where the image lets that key in; --keep leaves the disks', async () => {
  const { dir, file, test } = testFolder(fixture, 'key');
  const key = file('key', '');
  copyFileSync(fixture.key.file, key);
  const tests = file(
    'checks.yaml',
    `tests:
  - name: log in
    matrix: { medium: iso-as-kernel, firmware: uefi }
    disks: { data: { size: 8MiB, filesystem: ext4 } }
    steps: [{ ready: live }, { ssh: id -un, expect: { stdout: root } }]
`,
  );
  const args = [join(images, 'keyed.iso'), '--tests', tests, '--ssh-key', key, '--keep'];
  const ended = await test([...args, '--artifacts', 'kept']);
  expect(ended.out, ended.out + ended.err).toMatch(/1 passed, 0 failed\n$/);
  const kept = readdirSync(join(dir, 'kept', 'cases', 'log-in', 'pe'));
  expect(kept).toEqual(expect.arrayContaining(['data.img', 'uefi-vars.fd']));
  expect(JSON.stringify(readdirSync(join(dir, 'kept'), { recursive: true }))).not.toContain('key');
});

test('two guests on a private cable reach each other and nobody else, also after a power cut of one', async () => {
  const { dir, recipe, test, report } = testFolder(fixture, 'cable');
  const network = (address: string): string =>
    `ip link set eth0 up && ip address add ${address}/24 dev eth0 && ! ip route | grep default`;
  const file = recipe(
    'cable',
    `tests: !replace
  - name: talk
    matrix: { medium: iso-as-kernel, firmware: bios, memory: 256MiB }
    guests:
      left: { network: { link: lan } }
      right: { network: { link: lan }, on: false }
    steps:
      - ready: live
      - power-on: {}
        on: right
      - ready: live
        on: right
      - run: "${network('10.9.0.1')}"
        on: left
      - run: "${network('10.9.0.2')}"
        on: right
      - run: ping -c 1 -W 5 10.9.0.1
        on: right
        retry: 20s
      - run: cat
        on: left
        stdin: said to it
        expect: { stdout: said to it }
      - screen: { contains: "login:", save: screen.png }
        on: left
      - power-cut: {}
        on: right
      - ready: live
        on: right
      - run: "${network('10.9.0.2')}"
        on: right
      - run: ping -c 1 -W 5 10.9.0.2
        on: left
        retry: 20s
`,
  );
  const ended = await test([file]);
  expect(ended.out, ended.out + ended.err).toMatch(/1 passed, 0 failed\n$/);
  const [one] = report('cable').cases;
  expect(one?.guests.map(({ name }) => name)).toEqual(['left', 'right']);
  const [left, right] = ['left', 'right'];
  expect(one?.steps.map(({ guest }) => guest)).toEqual([
    ...[left, right, right, left, right, right],
    ...[left, left, right, right, right, left],
  ]);
  const picture = one?.guests[0]?.screenshots[0]?.file;
  expect(
    readFileSync(results(dir, 'cable', picture))
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
});

test('Ctrl-C in the middle: all guests stop at once, and the report tells what ran', async () => {
  const { dir, recipe, test, report } = testFolder(fixture, 'interrupted');
  const file = recipe(
    'interrupted',
    `tests: !replace
  - { name: first, matrix: { firmware: bios }, steps: [{ console: { expect: GRUB } }, { wait: 1h }] }
  - { name: second, matrix: { firmware: bios }, steps: [{ ready: live }] }
`,
  );
  let said = '';
  let interrupted = 0;
  const ended = await test([file, '--jobs', '1', '--progress', 'json'], {
    onText: (text, { pid }) => {
      said += text;
      if (interrupted > 0 || !said.includes('"wait: ')) return;
      interrupted = performance.now();
      process.kill(pid, 'SIGINT');
    },
  });
  // Of an hour.
  expect(performance.now() - interrupted).toBeLessThan(120_000);
  expect(ended.code).toBe(130);
  expect(processesNaming(dir)).toEqual([]);
  const [first, second] = report('interrupted').cases;
  expect(first).toMatchObject({ outcome: 'not-run', failure: null });
  expect(first?.steps.map(({ outcome }) => outcome)).toEqual(['passed', 'not-run']);
  expect(second).toMatchObject({ outcome: 'not-run', guests: [] });
});

describe('what the caller did wrong ends with exit code 2, and all of it is said at once', () => {
  const { dir, file, recipe, test } = testFolder(fixture, 'wrong');
  const good = recipe('good', '');

  it('options', async () => {
    const ended = await test([
      good,
      'missing.iso',
      '--jobs',
      '0',
      '--repeat',
      'x',
      '--accel',
      'kvn',
      '--tests',
      'no.yaml',
    ]);
    expect(ended.code).toBe(2);
    for (const words of [
      'missing.iso',
      '--jobs 0',
      '--repeat x',
      'did you mean `kvm`',
      '--tests no.yaml',
      '5 mistakes',
    ]) {
      expect(ended.err).toContain(words);
    }
  });

  it('tests that cannot be', async () => {
    const bad = recipe('bad', 'tests:\n  - { name: odd, steps: [{ redy: live }] }\n');
    const ended = await test([bad]);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('bad.yaml:4');
    expect(ended.err).toContain('did you mean `ready`');
  });

  it('a filter that means no case, or is no expression', async () => {
    expect(await test([good, '--filter', 'nothing like that'])).toMatchObject({ code: 2 });
    const ended = await test([good, '--filter', '/(/']);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('--filter /(/');
  });

  it("a folder of results that is somebody's", async () => {
    file('precious', '');
    const ended = await test([good, '--artifacts', '.']);
    expect(ended.code).toBe(2);
    expect(existsSync(join(dir, 'precious'))).toBe(true);
  });
});

test('--list names the cases and builds nothing', async () => {
  const { dir, recipe, test } = testFolder(fixture, 'list');
  const file = recipe('listed', '');
  const ended = await test([file, '--list', '--filter', 'uefi']);
  expect(ended).toMatchObject({
    code: 0,
    out: 'boots everywhere: iso, UEFI\nboots everywhere: iso-as-usb, UEFI\n',
  });
  const json = await test([file, '--list', '--json', '--filter', '/^boots.*iso, BIOS/']);
  expect(JSON.parse(json.out)).toMatchObject([{ id: 'boots-everywhere.iso.bios', firmware: 'bios' }]);
  expect(readdirSync(dir).sort()).toEqual(['listed.lock.json', 'listed.yaml']);
});
