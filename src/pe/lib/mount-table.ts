export interface MountEntry {
  readonly what: string;
  readonly at: string;
  readonly type: string;
  readonly options: readonly string[];
}

const plain = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** `/proc/mounts`, in the order of mounting; blanks and the like are written as `\040` there. */
export function parseMounts(text: string): MountEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [what = '', at = '', type = '', options = ''] = line.split(' ');
      return { what: plain(what), at: plain(at), type, options: options.split(',') };
    });
}
