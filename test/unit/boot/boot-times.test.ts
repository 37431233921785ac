import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { bootClock } from '../../../src/boot/boot-times.ts';
import { plainTexter } from '../../../src/boot/terminal-text.ts';

/** Pieces of a serial log with the milliseconds since power-on at which they came: minimal.iso on a BIOS, a reboot, a power-off. */
const file = join(packageRoot(), 'test', 'fixtures', 'serial', 'boot-and-reboot.json.gz');
const recorded = JSON.parse(gunzipSync(readFileSync(file)).toString()) as [number, string][];
const firstEnd = recorded.findIndex(([, text]) => text.includes('reboot: Restarting system'));
const resetAt = (recorded[firstEnd]?.[0] ?? 0) + 60;

const menu = '\nGNU GRUB  version 2.12\n';
const booting = "  Booting `diskbios live'\n\nLoading diskbios live ...\n";

describe('the times of a boot', () => {
  test('a recorded boot and its reboot', () => {
    const plain = plainTexter();
    const clock = bootClock(0);
    recorded.forEach(([at, text], index) => {
      clock.heard(at, plain(text));
      if (index === firstEnd) {
        clock.reset(resetAt);
        // SeaBIOS resets once more.
        clock.reset(resetAt + 8);
      }
    });
    const boots = clock.boots();
    expect(boots).toHaveLength(2);
    for (const { grub = 0, kernel = 0, init = 0, ready = 0 } of boots) {
      expect(grub).toBeGreaterThan(0);
      expect(kernel).toBeGreaterThan(grub);
      expect(init).toBeGreaterThan(kernel);
      expect(ready).toBeGreaterThan(init);
    }
    const at = (pattern: RegExp, from: number): number => {
      let text = '';
      return (
        recorded.slice(from).find(([, piece]) => {
          text += piece;
          return pattern.test(text);
        })?.[0] ?? Number.NaN
      );
    };
    expect(boots[0]).toMatchObject({
      grub: at(/GNU GRUB/, 0),
      init: at(/-INIT \S+\s/, 0),
      ready: at(/-READY \S+ \S+\s/, 0),
    });
    const second = firstEnd + 1;
    expect(boots[1]).toMatchObject({
      grub: at(/GNU GRUB/, second) - resetAt,
      init: at(/-INIT \S+\s/, second) - resetAt,
      ready: at(/-READY \S+ \S+\s/, second) - resetAt,
    });
  });

  test("the kernel's start is reckoned back from what the PE says", () => {
    const clock = bootClock(1000);
    clock.heard(2000, menu);
    clock.heard(7000, `${booting}[    0.000000] Linux version 6.12\n`);
    clock.heard(9000, 'DISKBIOS-INIT up=2.50\n');
    expect(clock.boots()).toEqual([{ grub: 1000, kernel: 5500, init: 8000, ready: undefined }]);
    clock.heard(10_000, 'DISKBIOS-READY mode=live up=3.50');
    expect(clock.boots()[0]?.ready, 'the line is not complete yet').toBeUndefined();
    clock.heard(10_010, ' failed=web\n');
    expect(clock.boots()[0]).toEqual({ grub: 1000, kernel: 5500, init: 8000, ready: 9010 });
  });

  test('a quiet kernel and a menu that is not shown', () => {
    const clock = bootClock(0);
    clock.heard(500, booting);
    clock.heard(6000, '\nDISKBIOS-READY mode=live up=4.00\n');
    expect(clock.boots()).toEqual([{ grub: 500, kernel: 2000, init: undefined, ready: 6000 }]);
  });

  test('a boot that gets nowhere has no times; one that panics has those until then', () => {
    const clock = bootClock(0);
    clock.reset(9000);
    clock.heard(10_000, `${menu}${booting}`);
    clock.heard(12_000, '[    0.00000 Early memory node ranges\n[    0.100000] x\n[    2.0] Kernel panic\n');
    clock.reset(42_000);
    expect(clock.boots()).toEqual([
      { grub: undefined, kernel: undefined, init: undefined, ready: undefined },
      { grub: 1000, kernel: 3000, init: undefined, ready: undefined },
      { grub: undefined, kernel: undefined, init: undefined, ready: undefined },
    ]);
  });

  test('what the kernel says at its end does not start the next boot', () => {
    const clock = bootClock(0);
    clock.reset(20_000);
    clock.heard(20_001, '[   20.619529] reboot: machine restart\n');
    expect(clock.boots()[1]?.kernel).toBeUndefined();
  });
});
