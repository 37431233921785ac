import { parseFragment, type Setting } from './fragment.ts';

/** A file with options, in the order in which a recipe names them. */
export interface Fragment {
  /** As the recipe names it: `base`, `./mine.config`. */
  readonly name: string;
  /** Absolute path, for messages. */
  readonly file: string;
  readonly text: string;
  /** It comes with diskbios. */
  readonly shipped: boolean;
}

/** An option, and which fragment asked for it. */
export interface Asked extends Setting {
  readonly fragment: Fragment;
}

/** Two shipped fragments that ask for different values, and no file of the user's settles it. */
export interface Contradiction {
  readonly first: Asked;
  readonly second: Asked;
}

export interface Merged {
  /** What is asked for in the end, in the order of the fragments. */
  readonly asked: readonly Asked[];
  readonly contradictions: readonly Contradiction[];
}

/** Lays fragments over each other, later over earlier. */
export function mergeFragments(fragments: readonly Fragment[]): Merged {
  const chosen = new Map<string, Asked>();
  const contradictions = new Map<string, Contradiction>();
  for (const fragment of fragments) {
    for (const setting of parseFragment(fragment.text).settings) {
      const { name } = setting;
      const now: Asked = { ...setting, fragment };
      const before = chosen.get(name);
      if (!fragment.shipped) contradictions.delete(name);
      else if (before?.fragment.shipped === true && before.value !== now.value)
        contradictions.set(name, { first: before, second: now });
      // A change of value moves it to the end: who asks last is told what became of it.
      if (before?.value !== now.value || !fragment.shipped) chosen.delete(name);
      if (!chosen.has(name)) chosen.set(name, now);
    }
  }
  return { asked: [...chosen.values()], contradictions: [...contradictions.values()] };
}
