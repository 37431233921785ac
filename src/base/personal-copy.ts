import { crc32 } from './crc.ts';
import { parseJson } from './parse-json.ts';
import { checkPersonal, type PersonalFile } from './personal.ts';

/**
 * Settings as text: a head `diskbios-personal 1 SEQUENCE LENGTH CRC32`, a line end, JSON of ASCII characters. The medium has
 * room for two such copies, of which the one with the higher sequence counts. No Node types: compiled for QuickJS too.
 */
const magic = 'diskbios-personal 1';
const head = /^diskbios-personal 1 (\d{1,10}) (\d{1,6}) ([0-9a-f]{8})\n/;

/** What an unused copy begins with; anything may follow. */
export const unusedMark = '-\n';

/** The most characters of a copy that are ever written. */
export const longestCopy = 24 * 1024;

export interface PersonalCopy {
  readonly sequence: number;
  readonly file: PersonalFile;
}

const sumOf = (sequence: number, json: string): string =>
  crc32(Uint8Array.from(`${sequence} ${json}`, (char) => char.charCodeAt(0)))
    .toString(16)
    .padStart(8, '0');

export function formatCopy({ sequence, file }: PersonalCopy): string {
  const json = JSON.stringify(file).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${magic} ${sequence} ${json.length} ${sumOf(sequence, json)}\n${json}`;
}

/** A copy, whatever follows it; or that there is none, or why it does not count. */
export function parseCopy(text: string): PersonalCopy | 'unused' | { readonly problem: string } {
  if (text.startsWith(unusedMark) || text === '') return 'unused';
  const match = head.exec(text);
  if (match === null) return { problem: 'they are damaged' };
  const [start, sequence = '', length = '', sum] = match;
  const json = text.slice(start.length, start.length + Number(length));
  if (sumOf(Number(sequence), json) !== sum) return { problem: 'they are damaged (checksum)' };
  const file = parseJson(json) as PersonalFile | undefined;
  if (file?.version !== 1) return { problem: 'they are of another version' };
  const [problem] = checkPersonal(file.settings);
  return problem === undefined ? { sequence: Number(sequence), file } : { problem };
}

/** The copy that counts: the newest that is whole. With none, why not; `undefined`: there was never one. */
export function newestCopy(
  texts: readonly string[],
): (PersonalCopy & { readonly index: number }) | { readonly problem: string } | undefined {
  const parsed = texts.map(parseCopy);
  const whole = parsed.flatMap((one, index) =>
    typeof one === 'object' && 'file' in one ? [{ ...one, index }] : [],
  );
  const [newest] = whole.sort((a, b) => b.sequence - a.sequence);
  return newest ?? parsed.find((one) => typeof one === 'object' && 'problem' in one);
}
