import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/base/package-root.ts';

export interface Text {
  /** Path below the project's folder. */
  readonly file: string;
  readonly text: string;
}

export function readText(file: string): Text {
  return { file, text: readFileSync(join(packageRoot(), file), 'utf8') };
}

/** Every page that people read. */
export function allTexts(): Text[] {
  const docs = readdirSync(join(packageRoot(), 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)].map(
    readText,
  );
}

const fence = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;

/** Fenced blocks, those of one language where it is named. */
export function blocks({ text }: Text, language?: string): string[] {
  return [...text.matchAll(fence)]
    .filter(([, name]) => language === undefined || name === language)
    .map(([, , body = '']) => body);
}

export function withoutBlocks({ text }: Text): string {
  return text.replaceAll(fence, '');
}

/** Pieces of code inside paragraphs, tables and headings. */
export function inlineCode(text: Text): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** Commands of shell blocks, one a line, without comments. */
export function shellLines(text: Text): string[] {
  return blocks(text, 'sh').flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.replace(/(^|\s+)#.*/, '').trim())
      .filter((line) => line !== ''),
  );
}
