import { describe, expect, test } from 'vitest';
import { terminals, withLogins } from '../../../src/pe/lib/consoles.ts';
import { issueText, type ScreenFacts, welcome } from '../../../src/pe/lib/screen.ts';

describe('terminals', () => {
  const wanted = ['tty0', 'ttyS0,115200n8'];
  test('screens and the serial console, at the speed of the command line', () => {
    const facts = {
      active: 'tty0 ttyS0\n',
      wanted,
      commandLine: 'quiet console=tty0 console=ttyS0,9600n8',
      present: () => true,
      screenTaken: false,
    };
    expect(terminals(facts)).toEqual([
      { name: 'tty1', kind: 'screen', speed: 0 },
      { name: 'tty2', kind: 'screen', speed: 0 },
      { name: 'ttyS0', kind: 'serial', speed: 9600 },
    ]);
  });

  test("the first screen is a system's: the PE's own come after it", () => {
    const facts = { active: 'tty0', wanted: [], commandLine: '', present: () => true, screenTaken: true };
    expect(terminals(facts).map(({ name }) => name)).toEqual(['tty2', 'tty3']);
  });

  test('no login where there is no hardware', () => {
    const facts = {
      active: 'tty0',
      wanted,
      commandLine: '',
      present: (name: string) => name === 'tty1',
      screenTaken: false,
    };
    expect(terminals(facts).map(({ name }) => name)).toEqual(['tty1']);
  });

  test('a virtual console of a hypervisor counts as serial', () => {
    const facts = {
      active: 'hvc0',
      wanted: [],
      commandLine: 'console=hvc0',
      present: () => false,
      screenTaken: false,
    };
    expect(terminals(facts)).toEqual([{ name: 'hvc0', kind: 'serial', speed: 115200 }]);
  });
});

test('logins are added to inittab once', () => {
  const logins = [{ name: 'ttyS0', kind: 'serial', speed: 115200 }] as const;
  const once = withLogins('::respawn:/x\n', logins);
  expect(once).toContain('ttyS0::respawn:/sbin/getty -L -f /run/diskbios/issue.serial 115200 ttyS0 vt100\n');
  expect(withLogins(once, logins)).toBe(once);
});

describe('the welcome screen', () => {
  const facts: ScreenFacts = {
    config: { name: 'cloudbios', version: '1.0', hostname: 'box', rootLogin: 'one-time' },
    addresses: [
      { interface: 'eth0', family: 6, address: '2001:db8::7', prefix: 64 },
      { interface: 'eth0', family: 4, address: '192.0.2.7', prefix: 24 },
    ],
    sshKeys: true,
    oneTimePassword: 'abcd-efgh-ijkm',
    ownPassword: false,
    problems: [],
    networkNote: 'no cable is plugged in',
  };

  test('shows addresses and both ways in', () => {
    const text = welcome(facts);
    expect(text).toContain('cloudbios 1.0  -  box');
    expect(text.indexOf('192.0.2.7/24')).toBeLessThan(text.indexOf('2001:db8::7/64'));
    expect(text).toContain('ssh root@192.0.2.7  (your key)');
    expect(text).toContain('one-time password  abcd-efgh-ijkm');
  });

  test('offers SSH only where somebody can log in by it', () => {
    expect(welcome({ ...facts, sshKeys: false })).not.toContain('ssh root@');
    const byPassword = { ...facts, sshKeys: false, config: { ...facts.config, rootLogin: 'hash' as const } };
    expect(welcome(byPassword)).toContain("ssh root@192.0.2.7  (root's password)");
    expect(welcome({ ...byPassword, sshKeys: true })).toContain("(your key or root's password)");
    expect(welcome(byPassword)).not.toContain('one-time');
  });

  test('says why there is no address, and which parameter was wrong', () => {
    const text = welcome({ ...facts, addresses: [], problems: ['diskbios.mode=x is none of live'] });
    expect(text).toContain('no cable is plugged in');
    expect(text).toContain('! diskbios.mode=x is none of live');
  });

  test("getty's escapes are taken literally", () => {
    expect(issueText('100 % \\n')).toBe('100 %% \\\\n');
  });
});
