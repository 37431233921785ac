import { describe, expect, test } from 'vitest';
import { grubEnvSize } from '../../../../src/base/grub-env.ts';
import { grubenvText, noBootEntries, readGrubenv } from '../../../../src/pe/lib/systems/grubenv.ts';

const block = (lines: string): string => `# GRUB Environment Block\n${lines}`.padEnd(grubEnvSize, '#');

describe('the block for the boot menu', () => {
  test('is what GRUB reads: signature, lines, filled up to 1024 bytes', () => {
    const text = grubenvText({ systems: ['web', 'db'], default: 'db', once: undefined });
    expect(text).toBe(block('diskbios_systems=db web\ndiskbios_default=db\ndiskbios_once=\n'));
    expect(Buffer.from(text)).toHaveLength(1024);
  });

  test('comes back as it was', () => {
    const entries = { systems: ['a', 'b-2'], default: 'a', once: 'b-2' };
    expect(readGrubenv(grubenvText(entries))).toEqual(entries);
    expect(readGrubenv(grubenvText(noBootEntries))).toEqual(noBootEntries);
  });

  test('what is started by itself is one of the systems', () => {
    expect(readGrubenv(grubenvText({ systems: ['a'], default: 'gone', once: 'gone' }))).toEqual({
      ...{ systems: ['a'], default: undefined, once: undefined },
    });
  });

  test('no name that means something to GRUB gets in', () => {
    const names = ['$(halt)', 'a b', "it's", 'x\nset timeout=0', '../up', 'A', '', 'ok', 'ok'];
    expect(grubenvText({ systems: names, default: '$(halt)', once: 'a\nb' })).toBe(
      block('diskbios_systems=ok\ndiskbios_default=\ndiskbios_once=\n'),
    );
  });

  test('more systems than it holds: those that are chosen are in it all the same', () => {
    const systems = Array.from({ length: 99 }, (_, i) => `system-${String(i).padStart(3, '0')}`);
    const text = grubenvText({ systems, default: 'system-098', once: 'system-097' });
    expect(text).toHaveLength(grubEnvSize);
    const read = readGrubenv(text);
    expect(read).toMatchObject({ default: 'system-098', once: 'system-097' });
    expect(read.systems.length).toBeGreaterThan(70);
    expect(read.systems).toEqual(read.systems.toSorted());
    expect(read.systems.slice(-2)).toEqual(['system-097', 'system-098']);
    expect(read.systems[0]).toBe('system-000');
  });
});

describe('a file that is damaged, or of somebody else', () => {
  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['without the signature', 'diskbios_once=web\n'],
    ['cut off in the signature', '# GRUB Env'],
    ['noise', '\u0000\ufffd\u0001'.repeat(400)],
  ])('%s: nothing is read from it', (_, text) => {
    expect(readGrubenv(text)).toEqual(noBootEntries);
  });

  test('what is no name is left out, and so is what lies behind the block', () => {
    const text = block(
      'diskbios_systems=web $(halt) "x" ../y db\nhalt\n=web\ndiskbios_default=we b\ndiskbios_once=`x`\n',
    );
    expect(readGrubenv(`${text}\ndiskbios_once=web\n`)).toEqual({
      ...{ systems: ['web', 'db'], default: undefined, once: undefined },
    });
  });

  test('the block that GRUB itself has cleared a value in', () => {
    const before = grubenvText({ systems: ['web'], default: undefined, once: 'web' });
    const after = before.replace('diskbios_once=web', 'diskbios_once=').padEnd(grubEnvSize, '#');
    expect(readGrubenv(after)).toEqual({ systems: ['web'], default: undefined, once: undefined });
  });
});
