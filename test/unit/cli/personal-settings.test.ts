import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { personalLines, personalSummary } from '../../../src/base/personal.ts';
import { type PersonalFlags, personalSettings } from '../../../src/cli/personal/options.ts';
import { testFolder } from '../image/fixture.ts';

const folder = testFolder();
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvTBsQHTcJjeTfTkYHqvTUHqg0BVFkN2vYBCfuAh5mT ann@example';
const hash =
  '$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/';
const none = { sshKey: [], network: [] };
const read = (flags: Partial<PersonalFlags>) =>
  personalSettings({ ...none, ...flags }, { cwd: folder.path(''), env: { HOME: folder.path('') } });
const mistakes = async (flags: Partial<PersonalFlags>): Promise<string[]> => {
  const error = await read(flags).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${JSON.stringify(error)}`);
  return error.diagnostics.map(({ message }) => message);
};

describe('personal settings on the command line', () => {
  it('are none where none are given', async () => {
    expect(await read({})).toBeUndefined();
  });

  it('are read from words and files', async () => {
    folder.put('id.pub', `# mine\n${key}\n`);
    folder.put('hash', `${hash}\n`);
    const network = [
      'en*=dhcp',
      'eth0=192.0.2.7/24,192.0.2.1',
      'eth0=2001:db8::7/64',
      'dns=192.0.2.53,2001:db8::53',
      'search=none',
      'eth1=off',
    ];
    const settings = await read({
      ...{ hostname: 'pe7', sshKey: ['id.pub', key], passwordHash: 'hash', systems: 'web,db' },
      network,
    });
    expect(settings).toEqual({
      hostname: 'pe7',
      sshKeys: [key],
      passwordHash: hash,
      network: {
        dns: ['192.0.2.53', '2001:db8::53'],
        search: [],
        interfaces: [
          {
            match: 'eth0',
            ipv4: { address: '192.0.2.7/24', gateway: '192.0.2.1' },
            ipv6: { address: '2001:db8::7/64' },
          },
          { match: 'eth1', ipv4: 'off', ipv6: 'off' },
          { match: 'en*', ipv4: 'dhcp', ipv6: 'auto' },
        ],
      },
      autostart: ['web', 'db'],
    });
    expect(personalSummary(settings!)).not.toContain(hash.slice(3));
    expect(Object.fromEntries(personalLines(settings!))).toMatchObject({
      "root's password": 'set',
      'SSH keys': 'ann@example',
      eth0: 'IPv4 192.0.2.7/24,192.0.2.1, IPv6 2001:db8::7/64',
      'search domains': 'none',
    });
  });

  it('come from a file as well, whose files are beside it, and give way to options', async () => {
    mkdirSync(folder.path('sub'));
    writeFileSync(join(folder.path('sub'), 'id.pub'), key);
    writeFileSync(
      join(folder.path('sub'), 'pe7.yaml'),
      `hostname: other\nssh-keys: [id.pub]\nsystems: []\nnetwork:\n  - eth0=dhcp\npassword-hash: ${hash}\n`,
    );
    expect(await read({ hostname: 'pe7', settings: 'sub/pe7.yaml' })).toEqual({
      hostname: 'pe7',
      sshKeys: [key],
      passwordHash: hash,
      autostart: [],
      network: { interfaces: [{ match: 'eth0', ipv4: 'dhcp', ipv6: 'auto' }] },
    });
  });

  it('are refused with all mistakes at once', async () => {
    folder.put('id', '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n');
    folder.put('pe.yaml', 'systems: [Web]\n');
    const wrong = await mistakes({
      ...{ hostname: 'PE_7', sshKey: ['id', 'nothing.pub', 'ssh-ed25519 AAAA'], passwordHash: 'hunter2' },
      network: [
        'eth0',
        'eth0=192.0.2.0/24',
        'eth1=192.0.2.7/24,198.51.100.1',
        'dns=here',
        'eth2=dhcp',
        'eth2=dhcp',
      ],
      settings: 'pe.yaml',
    });
    expect(wrong).toEqual([
      `--systems Web: "Web" cannot be the name of a system: it has capital letters; small ones only, since it becomes a host name`,
      '--hostname PE_7: it is no host name: small letters, digits and -, such as pe-1',
      '--ssh-key: id is a private key, which must stay where it is',
      '--ssh-key: there is no file nothing.pub',
      '--ssh-key: the text is no public key',
      '--password-hash: what was given is neither a password hash nor a file with one',
      '--network eth0: this is no setting',
      "--network eth0=192.0.2.0/24: '192.0.2.0/24' is the network itself, and no address in it",
      '--network eth1=192.0.2.7/24,198.51.100.1: the gateway 198.51.100.1 is not in 192.0.2.0/24, the network of 192.0.2.7/24',
      "--network dns=here: 'here' is no address",
      '--network eth2=dhcp: eth2 has its IPv4 twice',
    ]);
  });

  it('in a file are refused with the nearest name, and without what is secret', async () => {
    folder.put('pe.yaml', 'hostnam: x\npassword-hash: [1]\nnetwork: {a: b}\n');
    expect(await mistakes({ settings: 'pe.yaml' })).toEqual([
      'pe.yaml: there is no setting `hostnam`',
      'pe.yaml: `password-hash` is no text',
      'pe.yaml: `network` is no list of texts',
    ]);
    folder.put('bad.yaml', 'password-hash: "$6$geheim\nhostname: x: y\n');
    const [message] = await mistakes({ settings: 'bad.yaml' });
    expect(message).toMatch(/^bad\.yaml: line \d+ is no YAML/);
    expect(message).not.toContain('geheim');
    expect(await mistakes({ settings: 'none.yaml' })).toEqual(['--settings none.yaml: it cannot be read']);
  });
});
