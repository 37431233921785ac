import type { Entry, Tree } from '../formats/tree.ts';
import { type Maker, maker } from './make.ts';
import { literalWords, scriptLines } from './shell-words.ts';
import type { FinishStep, InstalledPackage } from './types.ts';

interface Link {
  /** Where people find it: `/usr/bin/pager`. */
  readonly link: string;
  readonly name: string;
  readonly path: string;
}

/** One `update-alternatives --install`. */
export interface Alternative extends Link {
  readonly priority: number;
  readonly slaves: readonly Link[];
}

/** `for x in a b; do … $x … done` written out, where the list is literal. */
function unrolled(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const loop = /^for\s+(\w+)\s+in\s+([^$`;]+?)\s*;?\s*(do)?$/.exec(line);
    const end = loop === null ? -1 : lines.findIndex((other, n) => n > at && /^done\b/.test(other));
    if (loop === null || end < 0) {
      out.push(line);
      continue;
    }
    const variable = new RegExp(`\\$(?:\\{${loop[1] ?? ''}\\}|${loop[1] ?? ''}\\b)`, 'g');
    for (const value of (loop[2] ?? '').split(/\s+/)) {
      out.push(...lines.slice(at + 1, end).map((inner) => inner.replace(variable, value)));
    }
    at = end;
  }
  return out;
}

function parse(words: readonly string[]): Alternative | undefined {
  const at = words.indexOf('--install');
  const [link, name, path, priority] = at < 0 ? [] : words.slice(at + 1);
  if (link === undefined || name === undefined || path === undefined || !/^\d+$/.test(priority ?? ''))
    return undefined;
  const slaves: Link[] = [];
  for (let n = 0; n < words.length; n += 1) {
    const [slaveLink, slaveName, slavePath] = words[n] === '--slave' ? words.slice(n + 1, n + 4) : [];
    if (slaveLink !== undefined && slaveName !== undefined && slavePath !== undefined) {
      slaves.push({ link: slaveLink, name: slaveName, path: slavePath });
    }
  }
  return { link, name, path, priority: Number(priority), slaves };
}

/** The alternatives that a script registers, as far as its lines can be read without running it. */
export function parseAlternatives(script: string): Alternative[] {
  const found: Alternative[] = [];
  for (const line of unrolled(scriptLines(script))) {
    const command = /update-alternatives\s.*--install\s.*/.exec(line)?.[0].replace(/\s*(\|\||&&|;|>).*$/, '');
    const words = command === undefined ? undefined : literalWords(command);
    const alternative = words === undefined ? undefined : parse(words);
    if (alternative !== undefined) found.push(alternative);
  }
  return found;
}

/** The alternative of each name that `--auto` would choose: the highest priority, the first of equals. */
function chosen(packages: readonly InstalledPackage[], tree: Tree): Alternative[] {
  const best = new Map<string, Alternative>();
  for (const { scripts } of [...packages].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const one of parseAlternatives(scripts.postinst ?? '')) {
      const there = best.get(one.name);
      if (tree.resolve(one.path) === undefined) continue;
      if (there === undefined || one.priority > there.priority) best.set(one.name, one);
    }
  }
  return [...best.values()];
}

function linksOf(alternative: Alternative, tree: Tree, make: Maker): Entry[] {
  return [alternative, ...alternative.slaves]
    .filter(({ link, path }) => tree.resolve(path) !== undefined && !tree.has(link.slice(1)))
    .flatMap(({ link, name, path }) => [
      make.link(link.slice(1), `/etc/alternatives/${name}`),
      make.link(`etc/alternatives/${name}`, path),
    ]);
}

/** What `update-alternatives` would link: `/usr/sbin/iptables` → `/etc/alternatives/iptables` → `/usr/sbin/iptables-nft`. */
export const alternatives: FinishStep = {
  name: 'alternatives',
  run({ tree, packages, epoch }) {
    const make = maker(this.name, epoch);
    return {
      entries: chosen(packages, tree).flatMap((one) => linksOf(one, tree, make)),
      warnings: [],
    };
  },
};
