import { FailedError } from '../base/errors.ts';

export interface Sum {
  /** Path of the file, relative to the list. */
  readonly name: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

/** A `SHA256SUMS` file as coreutils' `sha256sum` writes it and `sha256sum --check` reads it, in order of names. */
export function formatSums(sums: readonly Sum[]): string {
  return [...sums]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, sha256 }) => {
      const escaped = name.replace(/[\\\n\r]/g, (c) => escapes[c] ?? c);
      return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`;
    })
    .join('');
}

/** Reads a list in the format of `sha256sum`, text or binary mode. Throws `FailedError` where a line is none. */
export function parseSums(text: string): Sum[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const match = /^(\\?)([0-9a-fA-F]{64}) [ *](.+)$/.exec(line);
      if (match === null)
        throw new FailedError('bad-sums', `line ${index + 1} of the list of checksums is damaged`);
      const [, mark, sha256 = '', name = ''] = match;
      const plain =
        mark === ''
          ? name
          : name.replace(/\\([\\nr])/g, (_, c: string) => (c === 'n' ? '\n' : c === 'r' ? '\r' : '\\'));
      return { name: plain, sha256: sha256.toLowerCase() };
    });
}
