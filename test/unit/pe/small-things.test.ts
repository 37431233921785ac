import { describe, expect, test } from 'vitest';
import { hasPowerKey, powerPressed } from '../../../src/pe/lib/input-event.ts';
import { lineSplitter } from '../../../src/pe/lib/lines.ts';
import { isNetworkDevice, toProbe } from '../../../src/pe/lib/modaliases.ts';
import { oneTimePassword, withRootHash } from '../../../src/pe/lib/password.ts';

describe('the one-time password', () => {
  const random = Array.from({ length: 28 }, (_, index) => index * 9);
  test('uses the random bytes, without letters that look alike', () => {
    const { password, salt } = oneTimePassword(random);
    expect(password).toMatch(/^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){2}$/);
    expect(salt).toMatch(/^[A-Za-z0-9./]{16}$/);
    expect(oneTimePassword(random.toReversed()).password).not.toBe(password);
  });

  test('is never made of too few bytes', () => {
    expect(() => oneTimePassword(random.slice(0, 27))).toThrow('too few random bytes');
  });

  test('its hash replaces only that of root', () => {
    expect(withRootHash('root:*:1:0:9:7:::\nme:!:1::::::\n', '$5$salt$hash')).toBe(
      'root:$5$salt$hash:1:0:9:7:::\nme:!:1::::::\n',
    );
    expect(() => withRootHash('root:*:::::::\n', '')).toThrow('mkpasswd gave no hash');
  });
});

describe('input events', () => {
  const event = (type: number, code: number, value: number): number[] => {
    const bytes = new Uint8Array(24);
    const view = new DataView(bytes.buffer);
    view.setUint16(16, type, true);
    view.setUint16(18, code, true);
    view.setInt32(20, value, true);
    return [...bytes];
  };
  test('a press of the power key counts, not its release or another key', () => {
    expect(powerPressed(Uint8Array.from([...event(1, 30, 1), ...event(1, 116, 1)]))).toBe(true);
    expect(powerPressed(Uint8Array.from([...event(1, 116, 0), ...event(0, 116, 1)]))).toBe(false);
  });

  test('finds the key in the capabilities', () => {
    expect(hasPowerKey('8000 10000000000000 0\n')).toBe(true);
    expect(hasPowerKey('3803078f800d001 feefffdfffefffff fffffffffffffffe')).toBe(false);
    expect(hasPowerKey('')).toBe(false);
  });
});

test('lines are put together from chunks', () => {
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line));
  const bytes = new TextEncoder().encode('one\r\nzwei ü\nend');
  split(bytes.slice(0, 11));
  split(bytes.slice(11));
  split(undefined);
  expect(lines).toEqual(['one', 'zwei ü', 'end']);
});

describe('names that a driver is found for', () => {
  const card = 'pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00';
  const disk = 'pci:v00008086d00007010sv00001AF4sd00001100bc01sc01i80';
  test('each once, and none that was asked for', () => {
    expect(toProbe([card, disk, '', card, 'old'], new Set(['old']))).toEqual([card, disk]);
  });

  test.each([
    [card, true],
    ['virtio:d00000001v00001AF4', true],
    ['acpi:VMBUS:', true],
    [disk, false],
    ['virtio:d00000002v00001AF4', false],
  ])('%s is a network card: %s', (modalias, is) => {
    expect(isNetworkDevice(modalias)).toBe(is);
  });
});
