/** Finds the modules that have a driver for a device, by the `alias=` fields of their `.modinfo`. */
export interface AliasIndex {
  modules(modalias: string): string[];
}

interface Alias {
  readonly pattern: string;
  readonly module: string;
  expression?: RegExp;
}

/** How far a bus's names are compared before a pattern is tried: few patterns agree with a device on its maker. */
const keyLength = 14;

/** @param aliases pairs of a pattern (`pci:v00008086d00001533sv*…`) and the name of the module */
export function aliasIndex(aliases: Iterable<readonly [string, string]>): AliasIndex {
  const exact = new Map<string, Alias[]>();
  const loose = new Map<string, Alias[]>();
  for (const [pattern, module] of aliases) {
    const plain = /^[^*?[]*/.exec(pattern)?.[0] ?? '';
    const isLong = plain.length >= keyLength;
    const map = isLong ? exact : loose;
    const key = isLong ? plain.slice(0, keyLength) : (/^[a-z0-9]+/.exec(pattern)?.[0] ?? '');
    const list = map.get(key);
    if (list === undefined) map.set(key, [{ pattern, module }]);
    else list.push({ pattern, module });
  }
  return {
    modules(modalias) {
      const bus = /^[a-z0-9]+/.exec(modalias)?.[0] ?? '';
      const candidates = [...(exact.get(modalias.slice(0, keyLength)) ?? []), ...(loose.get(bus) ?? [])];
      return [...new Set(candidates.filter((alias) => fits(alias, modalias)).map(({ module }) => module))];
    },
  };
}

/** As fnmatch(3) with no flags, which depmod and modprobe use: `*` goes across everything. */
function fits(alias: Alias, modalias: string): boolean {
  alias.expression ??= new RegExp(
    `^${alias.pattern
      .replace(/[\\^$.+(){}|/]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
  return alias.expression.test(modalias);
}
