import { parseBytes } from '../../base/sizes.ts';
import type { Argument, Completes, Option } from './command.ts';

type Spec = { readonly short?: string; readonly completes?: Completes };

/** `--json`, `--force`. */
export const flag = (meaning: string, spec: Spec = {}): Option<boolean> => ({
  ...spec,
  value: undefined,
  meaning,
  read: (texts) => ({ value: texts.length > 0 }),
});

function single<T>(
  value: string,
  meaning: string,
  spec: Spec,
  read: (text: string) => { value: T } | { wrong: string },
): Option<T | undefined> {
  return {
    ...spec,
    value,
    meaning,
    read(texts) {
      const [text] = texts;
      if (texts.length > 1) return { wrong: 'is given more than once' };
      return text === undefined ? { value: undefined } : read(text);
    },
  };
}

/** `problem` says what is wrong with a text. */
export const text = (
  value: string,
  meaning: string,
  { problem, ...spec }: Spec & { problem?: (text: string) => string | undefined } = {},
): Option<string | undefined> =>
  single(value, meaning, spec, (given) => {
    const wrong = problem?.(given);
    return wrong === undefined ? { value: given } : { wrong };
  });

export const texts = (value: string, meaning: string, spec: Spec = {}): Option<readonly string[]> => ({
  ...spec,
  value,
  meaning,
  read: (given) => ({ value: given }),
});

export const choice = <T extends string>(
  values: readonly T[],
  meaning: string,
  spec: Spec = {},
): Option<T | undefined> =>
  single(values.join('|'), meaning, { completes: values, ...spec }, (given) => {
    const found = values.find((one) => one === given);
    return found === undefined ? { wrong: `is none of ${values.join(', ')}` } : { value: found };
  });

export const wholeNumber = (
  value: string,
  meaning: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER, ...spec }: Spec & { least?: number; most?: number } = {},
): Option<number | undefined> =>
  single(value, meaning, spec, (given) => {
    const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
    return number >= least && number <= most
      ? { value: number }
      : { wrong: `is no whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}` };
  });

/** Bytes, such as `64MiB`. */
export const size = (value: string, meaning: string, spec: Spec = {}): Option<number | undefined> =>
  single(value, meaning, spec, (given) => {
    const bytes = parseBytes(given);
    return bytes === undefined ? { wrong: 'is no size such as 64MiB or 2GiB' } : { value: bytes };
  });

/** The ones that many verbs share. */
export const json = flag('print JSON, for programs');
export const yes = text('NAME', 'do it without asking; the name must be given once more');

/** What a new system differs in from the usual. */
export const firstSettings = {
  name: 'SETTING',
  meaning: 'such as memory=256MiB',
  optional: true,
  many: 'words',
  completes: 'setting',
} as const satisfies Argument;
