import { expect, test } from 'vitest';
import { cutMiddle, oneLine, readable } from '../../../src/proof/report/text.ts';

test('a boot menu becomes lines, colours and titles go', () => {
  expect(readable('\u001b[2J\u001b[3;1HGNU GRUB\u001b[5;1H *Live\u001b[0m\r\n')).toBe('\nGNU GRUB\n *Live\n');
  expect(readable('a\u001b]8;;http://x.example\u001b\\link\u001b]8;;\u001b\\b\u001b(B\u001b7c')).toBe(
    'alinkbc',
  );
});

test('a sequence that never ends hides nothing of what follows', () => {
  expect(readable('\u001b]0;no end\nKernel panic')).toContain('Kernel panic');
});

test('scripts and emoji stay, halves of characters and marks of direction go', () => {
  expect(readable('名\u{1f4be}é\t\ud83d!\u202e\ufeff\u0085')).toBe('名\u{1f4be}é\t!');
  expect(oneLine(' a\n\tb ')).toBe('a b');
});

test('a long text keeps whole lines of its beginning and end', () => {
  const lines = Array.from({ length: 1000 }, (_, n) => `line ${n}`);
  const { before, left, after } = cutMiddle(lines.join('\n'), 500);
  expect(before.length + after.length).toBeLessThanOrEqual(500);
  const shown = [...before.trimEnd().split('\n'), ...after.split('\n')];
  expect(shown[0]).toBe('line 0');
  expect(shown.at(-1)).toBe('line 999');
  expect(shown.every((line) => lines.includes(line))).toBe(true);
  expect(left).toBe(1000 - shown.length);
});

test('a text without lines is cut all the same', () => {
  const { before, left, after } = cutMiddle('x'.repeat(1000), 100);
  expect(before.length + after.length).toBe(100);
  expect(left).toBe(1);
  expect(cutMiddle('short', 100)).toEqual({ before: 'short', left: 0, after: '' });
});
