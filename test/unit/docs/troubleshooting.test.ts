import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { readText } from './texts.ts';

/** Messages that other programs print: npm, ssh, GRUB, the kernel. */
const foreign = ['npx diskbios', '_npx/', 'ssh', 'error: out of memory.', 'Unable to mount root fs'];
const foreignWords = ['Permission denied', 'not valid yet', 'expired', 'diskbios run'];

function sources(): string {
  const folders = ['src', 'rootfs-templates'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(packageRoot(), folder), { recursive: true, withFileTypes: true })
      .filter((item) => item.isFile() && !item.name.endsWith('.gpg'))
      .map((item) => join(item.parentPath, item.name)),
  );
  return files
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
    .replaceAll('\\`', '`')
    .replaceAll("\\'", "'");
}

/** The fixed parts of a message; `…` stands for what varies. */
function parts(message: string): string[] {
  return message
    .split('…')
    .map((part) => part.trim())
    .filter((part) => part.length > 4);
}

test('what the headings quote is what the program prints', () => {
  const headings = [...readText('docs/troubleshooting.md').text.matchAll(/^##+ (.*)$/gm)];
  const quoted = headings
    .flatMap(([, title = '']) => [...title.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code))
    .filter((code) => !foreign.some((start) => code.startsWith(start)) && !foreignWords.includes(code));
  expect(quoted.length).toBeGreaterThan(30);
  const text = sources();
  expect(quoted.flatMap(parts).filter((part) => !text.includes(part))).toEqual([]);
});
