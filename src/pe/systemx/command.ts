/** One verb of the manager: a file in commands/ that exports one of these, and a line in commands/registry.ts. */
export interface Command {
  readonly name: string;
  /** In one line, without a full stop. */
  readonly summary: string;
  /** What else there is to know, for `--help`; lines as they are shown. */
  readonly about: readonly string[];
  readonly arguments: readonly Argument[];
  readonly options: Options;
  readonly examples: readonly string[];
  /** Verbs for the PE's own use, which no list shows, begin with `_`. */
  readonly run: (call: Call<Options>) => Promise<number> | number;
}

/** A verb and where its code is. */
export interface Verb {
  readonly name: string;
  readonly load: () => Promise<Command>;
}

export interface Argument {
  /** As usage shows it: `NAME`, `FILE`. */
  readonly name: string;
  readonly meaning: string;
  readonly optional?: boolean;
  /** Takes all that follow. With `rest`, options too: `exec NAME -- ls -l`. */
  readonly many?: 'words' | 'rest';
  readonly completes?: Completes;
}

/** What completion offers. */
export type Completes =
  | 'system'
  | 'template'
  | 'engine'
  | 'setting'
  | 'network-setting'
  | 'disk'
  | 'file'
  | readonly string[];

export interface Option<T> {
  /** What stands behind it, such as `SIZE`; `undefined`: a flag. */
  readonly value: string | undefined;
  readonly meaning: string;
  /** One letter. */
  readonly short?: string;
  readonly completes?: Completes;
  /** The value, or what is wrong with the text. Given `undefined` where the option is not given. */
  readonly read: (texts: readonly string[]) => { readonly value: T } | { readonly wrong: string };
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** What a verb is run with. */
export interface Call<O extends Options> {
  readonly args: readonly string[];
  readonly options: Values<O>;
}

/** Gives the verb's `run` the types of its own options. */
export function command<O extends Options>(
  spec: Omit<Command, 'options' | 'run' | 'about'> & {
    readonly about?: readonly string[];
    readonly options: O;
    readonly run: (call: Call<O>) => Promise<number> | number;
  },
): Command {
  return { about: [], ...spec, run: (call) => spec.run(call as unknown as Call<O>) };
}
