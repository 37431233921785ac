import { existsSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { type Diagnostic, type Place, UserError } from '../base/errors.ts';
import { writeWhole } from '../store/files.ts';
import type { LockRequest } from './lock-request.ts';
import { comparePackages, type LockedPackage } from './package.ts';
import { perToolset, type Toolset, toolsetNames } from './toolsets.ts';

/** The lock: every package of the image and of the build tools, by version, path, size and SHA-256. */
export interface Lock {
  readonly lockVersion: 1;
  readonly request: LockRequest;
  /** When the packages were chosen, seconds since 1970: the time of everything in the image, unless SOURCE_DATE_EPOCH says another. */
  readonly date: number;
  readonly image: readonly LockedPackage[];
  /** The kernel's own packages, or that of its source; what their scripts would need (an initramfs builder) is not among them. */
  readonly kernel: readonly LockedPackage[];
  readonly tools: Readonly<Record<Toolset, readonly LockedPackage[]>>;
  /** What builds the kernel; left out where the recipe builds none. */
  readonly toolchain?: readonly LockedPackage[];
  /** What the screen's font and keymap are taken from, and what compiles the keymap; left out where the recipe has neither. */
  readonly console?: readonly LockedPackage[];
  /** What firmware and microcode are taken from, nothing else of it; left out where the recipe asks for none. */
  readonly firmware?: readonly LockedPackage[];
  /** Of the Debian templates, by name; left out where the recipe has none. */
  readonly templates?: Readonly<Record<string, readonly LockedPackage[]>>;
}

/** `recipes/cloudbios.lock.json` of `recipes/cloudbios.yaml`. */
export function lockFileOf(recipeFile: string): string {
  return `${recipeFile.replace(/\.ya?ml$/, '')}.lock.json`;
}

/** Reads a lock; `undefined` where there is none, `UserError` where it is not one. */
export function readLock(file: string): Lock | undefined {
  return existsSync(file) ? parseLock(readFileSync(file, 'utf8'), file) : undefined;
}

export function writeLock(file: string, lock: Lock): void {
  writeWhole(file, formatLock(lock));
}

/** One line for each package, so that a change of a package is a change of one line. */
export function formatLock(lock: Lock): string {
  const list = (packages: readonly LockedPackage[], indent: string): string => {
    if (packages.length === 0) return '[]';
    const rows = [...packages]
      .sort(comparePackages)
      .map((item) => `${indent}  ${JSON.stringify(inOrder(item))}`);
    return `[\n${rows.join(',\n')}\n${indent}]`;
  };
  const tools = toolsetNames.map((name) => `    ${JSON.stringify(name)}: ${list(lock.tools[name], '    ')}`);
  const templates = Object.entries(lock.templates ?? {}).map(
    ([name, packages]) => `    ${JSON.stringify(name)}: ${list(packages, '    ')}`,
  );
  return [
    '{',
    `  "lockVersion": ${lock.lockVersion},`,
    `  "request": ${JSON.stringify(lock.request, null, 2).replaceAll('\n', '\n  ')},`,
    `  "date": ${lock.date},`,
    `  "image": ${list(lock.image, '  ')},`,
    `  "kernel": ${list(lock.kernel, '  ')},`,
    ...(lock.toolchain === undefined ? [] : [`  "toolchain": ${list(lock.toolchain, '  ')},`]),
    ...(lock.console === undefined ? [] : [`  "console": ${list(lock.console, '  ')},`]),
    ...(lock.firmware === undefined ? [] : [`  "firmware": ${list(lock.firmware, '  ')},`]),
    `  "tools": {\n${tools.join(',\n')}\n  }${templates.length === 0 ? '' : ','}`,
    ...(templates.length === 0 ? [] : [`  "templates": {\n${templates.join(',\n')}\n  }`]),
    '}\n',
  ].join('\n');
}

function inOrder({ name, version, arch, source, path, size, sha256 }: LockedPackage): LockedPackage {
  return { name, version, arch, source, path, size, sha256 };
}

/** Parses a lock's text; `file` is for messages. */
export function parseLock(text: string, file: string): Lock {
  const refuse = (code: string, message: string, offset: number): never => {
    const diagnostic: Diagnostic = {
      code,
      message,
      place: placeAt(text, offset, file),
      hint: 'bring back an earlier version of the file, or delete it and make a new one with `diskbios lock`',
    };
    throw new UserError(diagnostic);
  };
  const conflict = /^(<{7}|={7}|>{7})( |$)/m.exec(text);
  if (conflict !== null)
    refuse('lock-conflict', 'the lock holds an unresolved merge conflict', conflict.index);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    refuse('lock-syntax', `the lock is not valid JSON: ${jsonProblem(error)}`, jsonOffset(text, error));
  }
  const version = field(value, 'lockVersion');
  if (version !== 1) {
    const at = Math.max(0, text.indexOf('"lockVersion"'));
    refuse(
      'lock-version',
      version === undefined
        ? 'the lock does not say its lockVersion'
        : `the lock has lockVersion ${JSON.stringify(version)}, this diskbios knows 1`,
      at,
    );
  }
  const problem = shapeProblem(value);
  if (problem !== undefined) {
    refuse(
      'lock-content',
      `the lock is damaged: ${problem.message}`,
      Math.max(0, text.indexOf(problem.near)),
    );
  }
  const lock = value as Lock;
  return { ...lock, tools: perToolset((name) => (wasAsked(lock, name) ? lock.tools[name] : [])) };
}

/** A lock by an older diskbios lacks the sets of tools that have come since: it is out of date, not damaged. */
function wasAsked(lock: unknown, toolset: Toolset): boolean {
  return field(field(field(lock, 'request'), 'tools'), toolset) !== undefined;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined;
}

interface ShapeProblem {
  readonly message: string;
  /** Text of the file near the problem. */
  readonly near: string;
}

function shapeProblem(lock: unknown): ShapeProblem | undefined {
  if (!Number.isSafeInteger(field(lock, 'date'))) return { message: 'it has no valid date', near: '"date"' };
  if (!isRequest(field(lock, 'request'))) return { message: 'its request is incomplete', near: '"request"' };
  const lists: [string, unknown][] = [
    ['image', field(lock, 'image')],
    ['kernel', field(lock, 'kernel')],
    ...toolsetNames
      .filter((name) => wasAsked(lock, name))
      .map((name): [string, unknown] => [name, field(field(lock, 'tools'), name)]),
  ];
  if (field(field(lock, 'request'), 'toolchain') !== undefined)
    lists.push(['toolchain', field(lock, 'toolchain')]);
  if (field(field(lock, 'request'), 'console') !== undefined) lists.push(['console', field(lock, 'console')]);
  if (field(field(lock, 'request'), 'firmware') !== undefined)
    lists.push(['firmware', field(lock, 'firmware')]);
  const templates = field(lock, 'templates') ?? {};
  for (const name of Object.keys(field(field(lock, 'request'), 'templates') ?? {}))
    lists.push([name, field(templates, name)]);
  for (const [name, list] of lists) {
    if (!Array.isArray(list))
      return { message: `it has no list of packages named ${name}`, near: `"${name}"` };
    for (const item of list as unknown[]) {
      const wrong = wrongField(item);
      if (wrong === undefined) continue;
      const title = field(item, 'name');
      const near = typeof title === 'string' ? `{"name":${JSON.stringify(title)}` : `"${name}"`;
      return { message: `${typeof title === 'string' ? title : 'a package'} has no valid ${wrong}`, near };
    }
  }
  return undefined;
}

function isRequest(value: unknown): boolean {
  const lists = ['components', 'repositories', 'packages'].every((key) => Array.isArray(field(value, key)));
  return (
    lists &&
    typeof field(value, 'kernel') === 'string' &&
    typeof field(value, 'suite') === 'string' &&
    typeof field(value, 'tools') === 'object'
  );
}

/** The first field of a package that cannot be right. A path that leads out of the archive is refused too. */
function wrongField(item: unknown): string | undefined {
  const patterns: [keyof LockedPackage, RegExp][] = [
    ['name', /^[a-z0-9][a-z0-9+.-]+$/],
    ['version', /^[\w.+:~-]+$/],
    ['arch', /^[a-z0-9-]+$/],
    ['source', /^\S+$/],
    ['path', /^(?!\/)(?!.*(^|\/)\.\.(\/|$))\S+\.deb$/],
    ['sha256', /^[0-9a-f]{64}$/],
  ];
  for (const [key, pattern] of patterns) {
    const value = field(item, key);
    if (typeof value !== 'string' || !pattern.test(value)) return key;
  }
  const size = field(item, 'size');
  return typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? undefined : 'size';
}

function jsonProblem(error: unknown): string {
  return String(error instanceof Error ? error.message : error).replace(/ (in JSON )?at position .*/, '');
}

/** Not every version of Node says where JSON is wrong; the YAML parser, to which JSON is YAML, does. */
function jsonOffset(text: string, error: unknown): number {
  const said = /at position (\d+)/.exec(error instanceof Error ? error.message : '');
  if (said !== null) return Number(said[1]);
  return parseDocument(text).errors[0]?.pos[0] ?? text.trimEnd().length;
}

function placeAt(text: string, offset: number, file: string): Place {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  const line = text.slice(start).split('\n', 1)[0] ?? '';
  return { file, line: before.split('\n').length, column: offset - start + 1, length: 1, text: line };
}
