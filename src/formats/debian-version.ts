/** Sorting weight of a character outside of digits: `~` before the end of the text, letters before the rest. */
function weight(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === '~') return -1;
  return /[a-zA-Z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
}

/** Stretches of other characters and of digits in turn; the first is of other characters, possibly empty. */
function stretches(text: string): string[] {
  const list: string[] = text.match(/\d+|\D+/g) ?? [];
  return /^\d/.test(text) ? ['', ...list] : list;
}

function comparePart(a: string, b: string): number {
  const [left, right] = [stretches(a), stretches(b)];
  for (let n = 0; n < Math.max(left.length, right.length); n += 1) {
    const [one = '', two = ''] = [left[n], right[n]];
    if (n % 2 === 1) {
      const difference = BigInt(one === '' ? 0 : one) - BigInt(two === '' ? 0 : two);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
      continue;
    }
    for (let i = 0; i < Math.max(one.length, two.length); i += 1) {
      const difference = weight(one[i]) - weight(two[i]);
      if (difference !== 0) return Math.sign(difference);
    }
  }
  return 0;
}

function versionParts(text: string): { epoch: number; upstream: string; revision: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(text) ?? [];
  const hyphen = rest.lastIndexOf('-');
  return hyphen === -1
    ? { epoch: Number(epoch), upstream: rest, revision: '0' }
    : { epoch: Number(epoch), upstream: rest.slice(0, hyphen), revision: rest.slice(hyphen + 1) };
}

/** Compares two versions as dpkg does (deb-version(7)): -1, 0 or 1. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionParts(a), versionParts(b)];
  if (left.epoch !== right.epoch) return left.epoch < right.epoch ? -1 : 1;
  return comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision);
}
