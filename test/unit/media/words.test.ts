import { describe, expect, it } from 'vitest';
import { parameters } from '../../../src/base/cmdline.ts';
import { kernelWords } from '../../../src/formats/kernel-words.ts';
import { menuSerial, parseSerialConsole } from '../../../src/formats/serial-console.ts';
import { fillTemplate } from '../../../src/formats/template.ts';
import { fullMenu } from './menus.ts';

describe('the kernel command line of an entry', () => {
  it('has the parameters, the consoles, the common words and its own words, in this order', () => {
    const [live, takeover, dual] = fullMenu.entries.map((entry) => kernelWords(entry, fullMenu));
    const common = ['console=tty0', 'console=ttyS1,115200n8r', 'panic=30', 'dyndbg=file x.c +p'];
    expect(live).toEqual(['diskbios.mode=live', ...common]);
    expect(takeover).toEqual(['diskbios.mode=takeover', 'diskbios.system=/hd/system0', ...common, 'quiet']);
    expect(dual).toEqual([
      'diskbios.mode=dual',
      'diskbios.systems=desk:lxc,srv:vm',
      'diskbios.console=desk',
      'diskbios.data=LABEL=MY DATA',
      'diskbios.debug',
      ...common,
    ]);
  });

  it('keeps to the names and the order of the contract', () => {
    const order = parameters.map(({ name }) => name as string);
    const entry = { ...fullMenu.entries[2]!, system: 'x' };
    const used = kernelWords(entry, { consoles: [], cmdline: [] }).map((word) => word.split('=', 1)[0]!);
    expect(used).toEqual(order.filter((name) => used.includes(name)));
    expect(used).toHaveLength(6);
  });
});

describe('serial consoles', () => {
  it.each([
    ['ttyS0', { unit: 0, speed: 9600, parity: 'no', word: 8, flow: false }],
    ['ttyS1,115200', { unit: 1, speed: 115200, parity: 'no', word: 8, flow: false }],
    ['ttyS0,57600e7r', { unit: 0, speed: 57600, parity: 'even', word: 7, flow: true }],
    ['tty0', undefined],
    ['hvc0', undefined],
    ['ttyS0,fast', undefined],
  ])('%s', (text, meaning) => expect(parseSerialConsole(text)).toEqual(meaning));

  it('the last one named has the menu', () => {
    expect(menuSerial(['ttyS0', 'ttyS2,115200', 'tty0'])?.unit).toBe(2);
    expect(menuSerial(['tty0'])).toBeUndefined();
  });
});

describe('templates', () => {
  it('are filled, once', () => {
    expect(fillTemplate('a @B@ c@D@', { B: '@D@', D: '$&' })).toBe('a @D@ c$&');
  });

  it('must ask for exactly what is given', () => {
    expect(() => fillTemplate('@A@', {})).toThrow('@A@, which has no value');
    expect(() => fillTemplate('', { A: '' })).toThrow('does not use A');
  });
});
