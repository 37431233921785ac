import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { keymapFile, screenFontFile, setFontFile } from '../base/console-files.ts';
import { type Diagnostic, UserError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { Entry } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepContext, StepKind, StepNode } from '../plan/types.ts';
import { fontPackage, keyboardTools, keymapPackage, largeFont } from '../recipe/console-packages.ts';
import type { PeConsole } from '../recipe/types.ts';
import { toolsNode } from './tools.ts';

const fontsDir = 'usr/share/consolefonts';
const keymapsDir = 'usr/share/keymaps';
const fontEnding = /\.psf(\.gz)?$/;
const keymapEnding = /\.k?map(\.gz)?$/;

interface ConsoleOptions {
  readonly font: string | null;
  readonly keymap: string | null;
}

const plain = (file: string): Buffer => {
  const bytes = readFileSync(file);
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};

function missing(what: 'font' | 'keymap', name: string, names: readonly string[]): Diagnostic {
  const close = nearest(name, names);
  const alike = names.filter((each) => each.startsWith(name.slice(0, 2))).slice(0, 8);
  return {
    code: `no-such-${what}`,
    message: `Debian's ${what === 'font' ? fontPackage : keymapPackage} has no ${what} \`${name}\``,
    expected: alike.length === 0 ? undefined : `a ${what} such as ${alike.join(', ')}`,
    hint: close === undefined ? undefined : `did you mean \`${close}\`?`,
    recipePath: ['pe', 'console', what],
  };
}

/** Takes the one font file, unpacked, and what loads it; gives the mistake where there is none. */
function takeFont(context: StepContext, name: string): Diagnostic[] {
  const dir = context.toolFile(fontsDir);
  const files = new Map(readdirSync(dir).map((file) => [file.replace(fontEnding, ''), file]));
  const file = files.get(name);
  if (file === undefined) return [missing('font', name, [...files.keys()].sort())];
  writeFileSync(join(context.out, screenFontFile), plain(join(dir, file)));
  writeFileSync(join(context.out, setFontFile), plain(context.toolFile('usr/bin/setfont')));
  return [];
}

/** Makes the keymap as busybox's loadkmap reads it; gives the mistake where there is none. What it includes lies beside it, under the names that loadkeys looks for. */
async function compileKeymap(context: StepContext, name: string): Promise<Diagnostic[]> {
  const from = context.toolFile(join(keymapsDir, 'i386'));
  const dir = join(context.scratch, 'keymaps');
  mkdirSync(dir, { recursive: true });
  const names = new Set<string>();
  for (const file of readdirSync(from, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.(k?map|inc)(\.gz)?$/.test(file)) continue;
    const base = file.split('/').at(-1) ?? file;
    if (keymapEnding.test(base)) names.add(base.replace(keymapEnding, ''));
    writeFileSync(join(dir, base.replace(/\.gz$/, '')), plain(join(from, file)));
  }
  if (!names.has(name)) return [missing('keymap', name, [...names].sort())];
  const out = openSync(join(context.out, keymapFile), 'w');
  try {
    const argv = context.tool('usr/bin/loadkeys', '--bkeymap', '--unicode', join(dir, `${name}.kmap`));
    await context.run(argv, { stdout: out, env: { LOADKEYS_INCLUDE_PATH: dir } });
  } finally {
    closeSync(out);
  }
  return [];
}

/** Takes the recipe's font and keymap out of Debian's packages: `screen.psf`, `keymap.bmap`. */
export const consoleStep: StepKind = {
  name: 'console',
  version: 2,
  async run(context, json) {
    const { font, keymap } = json as unknown as ConsoleOptions;
    const mistakes: Diagnostic[] = [];
    if (font !== null) mistakes.push(...takeFont(context, font));
    if (keymap !== null) mistakes.push(...(await compileKeymap(context, keymap)));
    if (mistakes.length > 0) throw new UserError(mistakes);
  },
};

/** @param packages what they come from, with what runs the compiler */
export function consoleNode({ font, keymap }: PeConsole, packages: readonly LockedPackage[]): StepNode {
  return stepNode(consoleStep, {
    title: 'take font and keymap of the screen',
    options: { font: font === 'auto' ? largeFont : (font ?? null), keymap: keymap ?? null } satisfies Json,
    tools: toolsNode('console', packages),
  });
}

/** Its files as entries of the livefs. */
export function consoleEntries(artifact: Artifact | undefined, mtime: number): Entry[] {
  if (artifact === undefined) return [];
  const common = { uid: 0, gid: 0, mtime, type: 'file' } as const;
  const origins: Readonly<Record<string, string>> = {
    [screenFontFile]: fontPackage,
    [setFontFile]: keyboardTools,
    [keymapFile]: keymapPackage,
  };
  return Object.entries(origins).flatMap(([name, origin]): Entry[] => {
    const file = artifact.file(name);
    if (!existsSync(file)) return [];
    const bytes = readFileSync(file);
    const mode = name === setFontFile ? 0o755 : 0o644;
    const path = `usr/lib/diskbios/${name}`;
    return [{ ...common, path, mode, origin: `package ${origin}`, size: bytes.length, content: { bytes } }];
  });
}
