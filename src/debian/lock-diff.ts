import { formatBytes } from '../base/sizes.ts';
import { compareVersions } from '../formats/debian-version.ts';
import type { Lock } from './lock-file.ts';
import type { LockedPackage } from './package.ts';
import { toolsetNames } from './toolsets.ts';

/** A package whose version, or whose file, is another now. */
export interface PackageChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What changed in one list of packages: `image`, `kernel`, or a set of tools. */
export interface SetSummary {
  readonly set: string;
  readonly added: readonly LockedPackage[];
  readonly removed: readonly LockedPackage[];
  readonly upgraded: readonly PackageChange[];
  readonly downgraded: readonly PackageChange[];
  /** The same version, but another file. */
  readonly rebuilt: readonly PackageChange[];
  /** Bytes of all packages now, and how many more (or less) that is than before. */
  readonly bytes: number;
  readonly bytesChange: number;
}

/** Compares two locks; without an earlier one, everything is new. */
export function compareLocks(before: Lock | undefined, now: Lock): SetSummary[] {
  return [
    compareSet('image', before?.image ?? [], now.image),
    compareSet('kernel', before?.kernel ?? [], now.kernel),
    ...(before?.console === undefined && now.console === undefined
      ? []
      : [compareSet('console', before?.console ?? [], now.console ?? [])]),
    ...(before?.firmware === undefined && now.firmware === undefined
      ? []
      : [compareSet('firmware', before?.firmware ?? [], now.firmware ?? [])]),
    ...toolsetNames.map((set) => compareSet(set, before?.tools[set] ?? [], now.tools[set])),
    ...(before?.toolchain === undefined && now.toolchain === undefined
      ? []
      : [compareSet('toolchain', before?.toolchain ?? [], now.toolchain ?? [])]),
    ...templateNames(before, now).map((name) =>
      compareSet(`template ${name}`, before?.templates?.[name] ?? [], now.templates?.[name] ?? []),
    ),
  ];
}

const templateNames = (before: Lock | undefined, now: Lock): string[] => [
  ...new Set([...Object.keys(now.templates ?? {}), ...Object.keys(before?.templates ?? {})]),
];

function compareSet(
  set: string,
  before: readonly LockedPackage[],
  now: readonly LockedPackage[],
): SetSummary {
  const key = (item: LockedPackage): string => item.name;
  const old = new Map(before.map((item) => [key(item), item]));
  const current = new Set(now.map(key));
  const changes = now.flatMap((item) => {
    const was = old.get(key(item));
    if (was === undefined || was.sha256 === item.sha256) return [];
    return [{ name: item.name, from: was.version, to: item.version }];
  });
  const total = (list: readonly LockedPackage[]): number => list.reduce((sum, { size }) => sum + size, 0);
  return {
    set,
    added: now.filter((item) => !old.has(key(item))),
    removed: before.filter((item) => !current.has(key(item))),
    upgraded: changes.filter(({ from, to }) => compareVersions(from, to) < 0),
    downgraded: changes.filter(({ from, to }) => compareVersions(from, to) > 0),
    rebuilt: changes.filter(({ from, to }) => compareVersions(from, to) === 0),
    bytes: total(now),
    bytesChange: total(now) - total(before),
  };
}

/** The summary as lines for a person; empty where nothing changed. */
export function formatSummary(summary: readonly SetSummary[]): string {
  return summary.flatMap(formatSet).join('\n');
}

function formatSet(summary: SetSummary): string[] {
  const { added, removed, upgraded, downgraded, rebuilt } = summary;
  const change = (sign: string, { name, from, to }: PackageChange): string =>
    `  ${sign} ${name} ${from} → ${to}`;
  const lines = [
    ...added.map((item) => `  + ${item.name} ${item.version} (${formatBytes(item.size)})`),
    ...removed.map((item) => `  - ${item.name} ${item.version}`),
    ...upgraded.map((item) => change('↑', item)),
    ...downgraded.map((item) => change('↓', item)),
    ...rebuilt.map(({ name, to }) => `  ~ ${name} ${to} (same version, another file)`),
  ];
  if (lines.length === 0) return [];
  const counts = Object.entries({ added, removed, upgraded, downgraded, rebuilt })
    .filter(([, list]) => list.length > 0)
    .map(([word, list]) => `${list.length} ${word}`);
  const sign = summary.bytesChange < 0 ? '−' : '+';
  const size = `${formatBytes(summary.bytes)}, ${sign}${formatBytes(Math.abs(summary.bytesChange))}`;
  const isToolset = (toolsetNames as readonly string[]).includes(summary.set);
  const title = isToolset ? `tools (${summary.set})` : summary.set;
  return [`${title}: ${counts.join(', ')} (${size})`, ...lines];
}
