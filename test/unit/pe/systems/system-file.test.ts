import { describe, expect, test } from 'vitest';
import { applySettings } from '../../../../src/base/apply-settings.ts';
import { nameProblem, newSystem, type SystemFile } from '../../../../src/base/system.ts';
import { parseSystem, systemText } from '../../../../src/base/system-file.ts';
import { dirProblem, systemPathProblem } from '../../../../src/base/system-path.ts';
import { settings, splitWords } from '../../../../src/base/system-settings.ts';

const base: SystemFile = {
  ...newSystem,
  kind: 'app',
  engine: 'lxc',
  template: { name: 'livefs', version: '1' },
  created: 1,
};

describe('parseSystem', () => {
  test('what is written is read again', () => {
    const full: SystemFile = {
      ...base,
      init: ['/bin/app', '--x y'],
      hostname: 'a.example',
      after: ['db'],
      idBase: 1_048_576,
      network: {
        kind: 'bridge',
        ipv4: '10.0.0.2',
        ipv6: 'fd00::2',
        forwards: [{ protocol: 'udp', port: 53, to: 5353 }],
      },
      limits: { memory: 1, cpus: 0.5, processes: 3, disk: 4 },
      mounts: [{ from: '/srv/a', to: '/a', readOnly: true }],
      env: { TZ: 'UTC' },
    };
    for (const system of [base, full, { ...full, network: { kind: 'lan', card: 'eth0' } } as const])
      expect(parseSystem(systemText(system))).toEqual({ system, problems: [] });
  });

  test('systems that differ in their numbers only are read as well as the first of them', () => {
    const own = { ...base, note: 'alike', idBase: 65_536 };
    for (const numbers of [{}, { created: 0 }, { idBase: 4_294_901_760, created: 1e15 }, { created: 5e15 }]) {
      const system = { ...own, ...numbers };
      expect(parseSystem(systemText(system))).toEqual({ system, problems: [] });
    }
    for (const idBase of [0, 65_535, 4_294_901_761, 1.5, -65_536])
      expect(parseSystem(systemText({ ...own, idBase })).problems).toHaveLength(1);
    // A number of something else, which only looks like one of the system's.
    const inside = systemText(own).replace('"limits": {}', '"limits": {\n "created": 7\n}');
    expect(parseSystem(inside).system).toEqual(own);
    expect(parseSystem(inside.replace('7', '8')).system).toEqual(own);
    expect(parseSystem(systemText(own).replace(/"created": \d+/, '"created": 007')).system).toBeUndefined();
  });

  test('what is left out has the values of a new system', () => {
    const { system } = parseSystem('{"format":1,"kind":"os","engine":"chroot"}');
    expect(system).toMatchObject({ ...newSystem, kind: 'os', engine: 'chroot', template: undefined });
  });

  test.each([
    [undefined, ['system.json cannot be read']],
    ['', ['system.json is no JSON: it is empty']],
    ['{"format":', [/^system\.json is no JSON: /]],
    ['[]', ['system.json is no object']],
    [
      '{"format":2,"kind":"os","engine":"chroot"}',
      ['system.json: format is not 1; a newer version may have written it'],
    ],
    ['{"format":1}', ['system.json: kind is missing', 'system.json: engine is missing']],
    [
      '{"format":1,"kind":"app","engine":"chroot"}',
      ['system.json: template is missing, and an app system lives on one'],
    ],
    [
      '{"format":1,"kind":"app","engine":"qemu","template":{"name":"../x","version":"a/b"},"order":-1,"autostart":"yes","colour":1}',
      [
        'system.json: colour is not known here',
        'system.json: template.name is no name: it has a slash in it',
        'system.json: template.version is no version: letters, digits and . + ~ _ -, at most 64',
        'system.json: engine is none of chroot, lxc, uml, vm',
        'system.json: autostart is neither true nor false',
        'system.json: order is less than 0',
      ],
    ],
    [
      '{"format":1,"kind":"os","engine":"chroot","mounts":[{"from":"/a/../b","to":"c"}],"network":{"kind":"bridge","ipv4":"1.2.3.400","forwards":[{"port":70000,"to":1}]},"after":["UP"],"env":{"A":1}}',
      [
        'system.json: after[0] is no name: it has capital letters; small ones only, since it becomes a host name',
        'system.json: network.ipv4 is no IPv4 address',
        'system.json: network.forwards[0].port is more than 65535',
        "system.json: mounts[0].from has '..' in it",
        'system.json: mounts[0].to is not an absolute path',
        'system.json: env.A is no text',
      ],
    ],
  ])('%s', (text, expected) => {
    const { system, problems } = parseSystem(text);
    expect(system).toBeUndefined();
    expect(problems).toEqual(
      expected.map((one) => (one instanceof RegExp ? (expect.stringMatching(one) as string) : one)),
    );
  });
});

describe('applySettings', () => {
  const apply = (...words: string[]): SystemFile => {
    const { system, mistakes } = applySettings(base, words);
    expect(mistakes).toEqual([]);
    return system;
  };

  test('each kind of field', () => {
    expect(
      apply(
        ...[
          'memory=256MiB',
          'cpus=0.5',
          'processes=100',
          'autostart=yes',
          'order=3',
          'restart=always',
          'after=db,mail',
        ],
        ...[
          'network.forward+=8080:80',
          'network.forward+=53/udp',
          'network.ipv4=10.0.0.9',
          'env.TZ=Europe/Berlin',
        ],
        ...[
          'mount+=/srv/data:/data:ro',
          'init=/bin/app --name "two words"',
          'hostname=web.example',
          'note=for the shop',
        ],
      ),
    ).toMatchObject({
      limits: { memory: 268_435_456, cpus: 0.5, processes: 100, disk: undefined },
      autostart: true,
      order: 3,
      restart: 'always',
      after: ['db', 'mail'],
      network: {
        ipv4: '10.0.0.9',
        forwards: [
          { protocol: 'tcp', port: 8080, to: 80 },
          { protocol: 'udp', port: 53, to: 53 },
        ],
      },
      env: { TZ: 'Europe/Berlin' },
      mounts: [{ from: '/srv/data', to: '/data', readOnly: true }],
      init: ['/bin/app', '--name', 'two words'],
      hostname: 'web.example',
      note: 'for the shop',
    });
  });

  test('what was set can be taken back', () => {
    const back = applySettings(
      apply('memory=1G', 'hostname=x', 'env.A=1', 'after=a,b', 'network.ipv4=10.0.0.9'),
      [...['memory=none', 'hostname=none', 'env.A=', 'after-=a', 'after-=b', 'network.ipv4=dhcp']],
    );
    expect(back).toEqual({ system: base, mistakes: [] });
  });

  test('all mistakes at once, and nothing is half done for the caller to save', () => {
    const { mistakes } = applySettings(base, [
      ...['memori=1', 'memory=lots', 'memory+=1', 'autostart', 'network.card=eth0', 'after-=x', 'init=app'],
      ...['network.forward=99999:1', 'mount=/a:/../b', 'after=UP', 'env.1=x'],
    ]);
    expect(
      mistakes.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`)),
    ).toEqual([
      'there is no setting memori (did you mean memory?)',
      "memory: 'lots' is no size such as 64MiB or 2GiB",
      'memory is no list, so it takes = only',
      "'autostart' is no setting",
      "network.card: 'eth0' has an effect with network=lan only",
      "after: 'x' is not in the list",
      "init: 'app' does not begin with the absolute path of a program",
      "network.forward: '99999:1' is no forward such as 8080:80 or 53:53/udp",
      "mount: '/a:/../b' has '..' in it",
      "after: 'UP' is no name: it has capital letters; small ones only, since it becomes a host name",
      "env.1: 'x' is no name of an environment variable",
    ]);
  });

  test('what is shown can be typed again', () => {
    const full = apply(
      'memory=64MiB',
      'after=a,b',
      'network.forward=80,53:5353/udp',
      'mount=/a:/b:ro',
      'cpus=2',
    );
    for (const one of settings.filter(({ key }) => !/[*]|note|env|network\.card/.test(key))) {
      const again = applySettings(full, [`${one.key}=${one.show(full)}`]);
      expect(again, one.key).toEqual({ system: full, mistakes: [] });
    }
  });
});

test.each([
  ['/bin/a b', ['/bin/a', 'b']],
  ['"a b" \'c "d\'', ['a b', 'c "d']],
  ['"a\\"b"', ['a"b']],
  ['"open', undefined],
])('splitWords %s', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

test.each([
  ['web', undefined],
  ['a'.repeat(63), undefined],
  ['', 'it is empty'],
  ['a'.repeat(300), 'it has 300 characters, and 63 is the most'],
  ['..', 'it begins with a dot'],
  ['a/b', 'it has a slash in it'],
  ['a b', 'it has white space in it'],
  ['a\u0000b', 'it may have only the letters a to z, digits and hyphens'],
  ['a"b', 'it may have only the letters a to z, digits and hyphens'],
  ["a'b", 'it may have only the letters a to z, digits and hyphens'],
  ['名前', 'it may have only the letters a to z, digits and hyphens'],
  ['-a', 'it begins or ends with a hyphen'],
  ['web\n', 'it has white space in it'],
])('nameProblem %j', (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
});

test.each([
  ['/hd', undefined],
  ['/srv/my systems', undefined],
  ['hd', 'is not an absolute path'],
  ['/', "is the PE's own root"],
  ['/usr/x', "lies in /usr, which is the PE's own"],
  ['/hd/../etc', "has '.' or '..' in it"],
  ['/a:b', 'has characters in it that mount tables do not take'],
])('dirProblem %s', (path, problem) => {
  expect(dirProblem(path)).toBe(problem);
});

test.each([
  ['/srv/debian', undefined],
  ['/usr/x', undefined],
  ['srv', 'is not a whole absolute path'],
  ['//srv', 'is not a whole absolute path'],
  ['/hd/../etc', 'is not a whole absolute path'],
  ['/srv/a b', 'has characters in it that mount tables do not take'],
  ["/srv/a'b", 'has characters in it that mount tables do not take'],
  [`/${'a'.repeat(200)}`, 'has more than 200 characters'],
])('systemPathProblem %s', (path, problem) => {
  expect(systemPathProblem(path)).toBe(problem);
});
