export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (json: unknown): Fields | undefined =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : undefined;

type Check = (text: string) => string | undefined;

/** Reads fields of an object with a default for each; what does not fit is told to `wrong` and the default is taken. */
export interface Reader {
  readonly wrong: (key: string, what: string) => void;
  readonly onlyKnown: (keys: readonly string[]) => void;
  readonly value: (key: string) => unknown;
  readonly flag: (key: string, otherwise: boolean) => boolean;
  readonly number: (
    key: string,
    otherwise: number,
    range?: { least?: number; most?: number; fraction?: boolean },
  ) => number;
  readonly text: (key: string, otherwise: string, problem?: Check) => string;
  readonly texts: (key: string, otherwise: readonly string[], problem?: Check) => readonly string[];
  /** An object of texts. */
  readonly textMap: (
    key: string,
    otherwise: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>;
  /** No default: the field must be there. */
  readonly choice: <T extends string>(key: string, values: readonly T[], otherwise: T | undefined) => T;
  /** `undefined` where the field is left out or null. */
  readonly optional: <T>(key: string, read: () => T) => T | undefined;
  readonly object: <T>(key: string, read: (inner: Reader) => T) => T | undefined;
  readonly objects: <T>(key: string, read: (inner: Reader) => T) => readonly T[];
}

export function readerOf(fields: Fields, wrong: (key: string, what: string) => void): Reader {
  const absent = (key: string): boolean => fields[key] === undefined || fields[key] === null;
  const inner = (key: string, value: unknown): Reader | undefined => {
    const found = fieldsOf(value);
    if (found === undefined) wrong(key, 'is no object');
    return found === undefined ? undefined : readerOf(found, (name, what) => wrong(`${key}.${name}`, what));
  };
  const checked = (key: string, value: unknown, otherwise: string, problem: Check | undefined): string => {
    if (typeof value !== 'string') {
      wrong(key, 'is no text');
      return otherwise;
    }
    const found = problem?.(value);
    if (found !== undefined) wrong(key, found);
    return found === undefined ? value : otherwise;
  };
  const items = (key: string): readonly unknown[] => {
    if (absent(key)) return [];
    const value = fields[key];
    if (Array.isArray(value)) return value;
    wrong(key, 'is no list');
    return [];
  };
  const reader: Reader = {
    wrong,
    onlyKnown(keys) {
      for (const key of Object.keys(fields)) if (!keys.includes(key)) wrong(key, 'is not known here');
    },
    value: (key) => fields[key],
    flag(key, otherwise) {
      const value = fields[key];
      if (absent(key)) return otherwise;
      if (typeof value === 'boolean') return value;
      wrong(key, 'is neither true nor false');
      return otherwise;
    },
    number(key, otherwise, { least = -Infinity, most = Number.MAX_SAFE_INTEGER, fraction = false } = {}) {
      const value = fields[key];
      if (absent(key)) return otherwise;
      if (typeof value !== 'number' || (!fraction && !Number.isSafeInteger(value))) {
        wrong(key, 'is no number');
        return otherwise;
      }
      if (value < least || value > most) {
        wrong(key, value < least ? `is less than ${least}` : `is more than ${most}`);
        return otherwise;
      }
      return value;
    },
    text: (key, otherwise, problem) =>
      absent(key) ? otherwise : checked(key, fields[key], otherwise, problem),
    texts: (key, otherwise, problem) =>
      absent(key) ? otherwise : items(key).map((item, i) => checked(`${key}[${i}]`, item, '', problem)),
    textMap(key, otherwise) {
      if (absent(key)) return otherwise;
      const found = fieldsOf(fields[key]);
      if (found === undefined) wrong(key, 'is no object');
      return Object.fromEntries(
        Object.entries(found ?? {}).map(([name, value]) => [
          name,
          checked(`${key}.${name}`, value, '', undefined),
        ]),
      );
    },
    choice(key, values, otherwise) {
      const value = fields[key];
      const found = values.find((known) => known === value);
      if (found !== undefined) return found;
      if (!absent(key) || otherwise === undefined)
        wrong(key, absent(key) ? 'is missing' : `is none of ${values.join(', ')}`);
      return otherwise ?? (values[0] as (typeof values)[number]);
    },
    optional: (key, read) => (absent(key) ? undefined : read()),
    object(key, read) {
      if (absent(key)) return undefined;
      const found = inner(key, fields[key]);
      return found === undefined ? undefined : read(found);
    },
    objects: (key, read) =>
      items(key).flatMap((item, i) => {
        const found = inner(`${key}[${i}]`, item);
        return found === undefined ? [] : [read(found)];
      }),
  };
  return reader;
}

/** `undefined` for no text, and for what is no JSON. */
export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
