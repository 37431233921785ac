export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (json: unknown): Fields | undefined =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Fields) : undefined;

type Check = (text: string) => string | undefined;

interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  readonly fraction?: boolean;
}

/** Reads fields of an object with a default for each; what does not fit is told to `wrong` and the default is taken. */
export interface Reader {
  readonly wrong: (key: string, what: string) => void;
  readonly onlyKnown: (keys: readonly string[] | ReadonlySet<string>) => void;
  readonly value: (key: string) => unknown;
  readonly flag: (key: string, otherwise: boolean) => boolean;
  readonly number: (key: string, otherwise: number, range?: NumberRange) => number;
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

export const readerOf = (fields: Fields, wrong: (key: string, what: string) => void): Reader =>
  new FieldReader(fields, wrong);

/** A class, since QuickJS takes long to make functions, and a list of systems makes some hundred readers. */
class FieldReader implements Reader {
  readonly wrong: Reader['wrong'];
  readonly #fields: Fields;

  constructor(fields: Fields, wrong: Reader['wrong']) {
    this.#fields = fields;
    this.wrong = wrong;
  }

  onlyKnown(keys: readonly string[] | ReadonlySet<string>): void {
    const known = keys instanceof Set ? keys : new Set(keys);
    for (const key in this.#fields) if (!known.has(key)) this.wrong(key, 'is not known here');
  }

  value(key: string): unknown {
    return this.#fields[key];
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#fields[key];
    if (value === undefined || value === null) return otherwise;
    if (typeof value === 'boolean') return value;
    this.wrong(key, 'is neither true nor false');
    return otherwise;
  }

  number(
    key: string,
    otherwise: number,
    { least = -Infinity, most = Number.MAX_SAFE_INTEGER, fraction = false }: NumberRange = {},
  ): number {
    const value = this.#fields[key];
    if (value === undefined || value === null) return otherwise;
    if (typeof value !== 'number' || (!fraction && !Number.isSafeInteger(value))) {
      this.wrong(key, 'is no number');
      return otherwise;
    }
    if (value < least || value > most) {
      this.wrong(key, value < least ? `is less than ${least}` : `is more than ${most}`);
      return otherwise;
    }
    return value;
  }

  text(key: string, otherwise: string, problem?: Check): string {
    const value = this.#fields[key];
    return value === undefined || value === null ? otherwise : this.#checked(key, value, otherwise, problem);
  }

  texts(key: string, otherwise: readonly string[], problem?: Check): readonly string[] {
    return this.#absent(key)
      ? otherwise
      : this.#items(key).map((item, i) => this.#checked(`${key}[${i}]`, item, '', problem));
  }

  textMap(key: string, otherwise: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    if (this.#absent(key)) return otherwise;
    const found = fieldsOf(this.#fields[key]);
    if (found === undefined) this.wrong(key, 'is no object');
    const all = Object.entries(found ?? {});
    if (all.length === 0) return {};
    return Object.fromEntries(
      all.map(([name, value]) => [name, this.#checked(`${key}.${name}`, value, '', undefined)]),
    );
  }

  choice<T extends string>(key: string, values: readonly T[], otherwise: T | undefined): T {
    const value = this.#fields[key];
    const found = values.find((known) => known === value);
    if (found !== undefined) return found;
    const absent = this.#absent(key);
    if (!absent || otherwise === undefined)
      this.wrong(key, absent ? 'is missing' : `is none of ${values.join(', ')}`);
    return otherwise ?? (values[0] as T);
  }

  optional<T>(key: string, read: () => T): T | undefined {
    return this.#absent(key) ? undefined : read();
  }

  object<T>(key: string, read: (inner: Reader) => T): T | undefined {
    if (this.#absent(key)) return undefined;
    const found = this.#inner(key, this.#fields[key]);
    return found === undefined ? undefined : read(found);
  }

  objects<T>(key: string, read: (inner: Reader) => T): readonly T[] {
    const items = this.#items(key);
    if (items.length === 0) return [];
    return items.flatMap((item, i) => {
      const found = this.#inner(`${key}[${i}]`, item);
      return found === undefined ? [] : [read(found)];
    });
  }

  #absent(key: string): boolean {
    const value = this.#fields[key];
    return value === undefined || value === null;
  }

  #inner(key: string, value: unknown): Reader | undefined {
    const found = fieldsOf(value);
    if (found !== undefined) return readerOf(found, (name, what) => this.wrong(`${key}.${name}`, what));
    this.wrong(key, 'is no object');
    return undefined;
  }

  #checked(key: string, value: unknown, otherwise: string, problem: Check | undefined): string {
    if (typeof value !== 'string') {
      this.wrong(key, 'is no text');
      return otherwise;
    }
    const found = problem?.(value);
    if (found !== undefined) this.wrong(key, found);
    return found === undefined ? value : otherwise;
  }

  #items(key: string): readonly unknown[] {
    const value = this.#fields[key];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.wrong(key, 'is no list');
    return [];
  }
}
