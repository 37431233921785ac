import { parseAlternatives } from './alternatives.ts';
import { scriptLines } from './shell-words.ts';

/**
 * debhelper's generated blocks whose effect is nothing in a PE (systemd units, init links, caches) or made by a step:
 * accounts, alternatives, ld.so.cache, tmpfiles.d.
 */
const coveredHelpers = new Set([
  'dh_apparmor',
  'dh_icons',
  'dh_installalternatives',
  'dh_installcron',
  'dh_installdeb',
  'dh_installdebconf',
  'dh_installinfo',
  'dh_installinit',
  'dh_installinitramfs',
  'dh_installlogrotate',
  'dh_installmenu',
  'dh_installmime',
  'dh_installsystemd',
  'dh_installsystemduser',
  'dh_installsysusers',
  'dh_installtmpfiles',
  'dh_installudev',
  'dh_makeshlibs',
  'dh_python3',
  'dh_strip',
  'dh_systemd_enable',
  'dh_systemd_start',
  'dh_usrlocal',
]);

/** Commands that change nothing of a fresh root file system, or only what a step makes itself. */
const harmless = new RegExp(
  `^(?:${[
    ': . [ [[ apparmor_parser break cat cd command continue cut db_\\w+ deb-systemd-helper deb-systemd-invoke dirname dpkg dpkg-maintscript-helper',
    'dpkg-query dpkg-trigger dpkg-vendor echo egrep eval exec exit export expr false fgrep getent grep head id',
    'invoke-rc.d ischroot ldconfig local ls md5sum printf read readlink restorecon return rm rmdir set sha\\d+sum shift',
    'sleep sort stat systemctl systemd-detect-virt systemd-hwdb systemd-sysusers systemd-tmpfiles tail test tr trap true type ucfr umask uname',
    'uniq unset update-initramfs update-menus update-rc.d wc which awk pidof pwd readonly mandb update-mime-database',
    'update-desktop-database depmod py3compile linux-update-symlinks linux-run-hooks udevadm dbus-send',
  ]
    .join(' ')
    .split(' ')
    .map((word) => word.replace(/[.[]/g, (char) => `\\${char}`))
    .join('|')})(?:\\s|$)`,
);

interface Reading {
  /** The first argument dpkg gives on a fresh install. */
  readonly verb: 'configure' | 'install';
  readonly functions: ReadonlyMap<string, readonly string[]>;
  readonly calls: Set<string>;
}

/** Splits a line at `;`, `&&` and `||` that stand outside quotes and `$( )`; `;;` stays. */
export function commandsOf(line: string): { text: string; after: string }[] {
  const parts: { text: string; after: string }[] = [];
  let text = '';
  let after = '';
  let quote = '';
  let depth = 0;
  const push = (): void => {
    if (text.trim() !== '') parts.push({ text: text.trim(), after });
    text = '';
  };
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    const pair = line.slice(at, at + 2);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"' || char === '`') {
      quote = char;
    } else if (char === '(') {
      depth += 1;
    } else if (char === ')') {
      depth = Math.max(0, depth - 1);
    } else if (depth === 0 && (pair === ';;' || pair === '&&' || pair === '||')) {
      push();
      after = pair;
      if (pair === ';;') parts.push({ text: ';;', after: ';' });
      at += 1;
      continue;
    } else if (depth === 0 && char === ';') {
      push();
      after = ';';
      continue;
    }
    text += char;
  }
  push();
  return parts;
}

/** Whether a condition holds only on upgrade, removal or a trigger, or only where systemd runs. */
function neverFresh(condition: string, { verb }: Reading): boolean {
  if (/-n\s+"?\$\{?(2|preversion)\b/.test(condition)) return true;
  if (/-d\s+\/run\/systemd\/system/.test(condition)) return true;
  if (/compare-versions\s+"?\$\{?(2|preversion|oldversion)\b/i.test(condition)) return true;
  const verbs = [...condition.matchAll(/"?\$\{?1\}?"?\s*(!?=+)\s*"?x?([\w-]+)"?/g)];
  return verbs.length > 0 && verbs.every(([, sign, word]) => (sign === '!=' ? word === verb : word !== verb));
}

/** Function bodies by name, and the lines that are in none. */
function takeFunctions(lines: readonly string[]): { functions: Map<string, string[]>; main: string[] } {
  const functions = new Map<string, string[]>();
  const main: string[] = [];
  let body: string[] | undefined;
  for (const line of lines) {
    const start = /^(?:function\s+)?([\w-]+)\s*\(\)\s*(\{?)(.*)$/.exec(line);
    if (body === undefined && start !== null) {
      body = [];
      functions.set(start[1] ?? '', body);
      if (/\}\s*;?$/.test(start[3] ?? '')) {
        body.push((start[3] ?? '').replace(/\}\s*;?$/, ''));
        body = undefined;
      }
    } else if (body !== undefined && /^\}/.test(line)) {
      body = undefined;
    } else {
      (body ?? main).push(line);
    }
  }
  return { functions, main };
}

/** Whether output goes into a file. */
function writesFile(command: string): boolean {
  return />{1,2}\s*(?!&|>|\s*\/dev\/null)\S/.test(
    command.replace(/"[^"]*"|'[^']*'/g, (quoted) => quoted.replaceAll('>', '')),
  );
}

/** Words before a command that do nothing by themselves, and variables set for it or alone. */
const prefixes =
  /^(?:!\s*|[({]\s*|(?:then|do|else)(?:\s+|$)|\$\{\w+:\+[^}]*\}\s*|\w+=(?:"[^"]*"|'[^']*'|`[^`]*`|\$\(.*\)|[^\s"'`(]*)(?:\s+|$))+/;

function matters(command: string, reading: Reading): string[] {
  const bare = command.replace(/\s#\s.*$/, '').replace(prefixes, '');
  const first = bare.split(/\s+/, 1)[0] ?? '';
  if (/^(?:|then|do|else|\{|\}|\(|\)|in)$/.test(bare)) return [];
  const body = reading.functions.get(first);
  if (body !== undefined) {
    if (reading.calls.has(first)) return [];
    reading.calls.add(first);
    return walk(body, reading);
  }
  // Diversions `*.usr-is-merged` only guard the upgrade to a merged /usr, which a new tree has from the start.
  if (first === 'dpkg-divert' && /--remove|--list|--truename|usr-is-merged/.test(bare)) return [];
  if (first === 'update-alternatives' && (!bare.includes('--install') || parseAlternatives(bare).length > 0))
    return [];
  if (harmless.test(bare) && !writesFile(bare)) return [];
  return [command];
}

type Block = { readonly kind: 'if' | 'loop' } | { readonly kind: 'case'; readonly onVerb: boolean };

/** The commands that would do something on a fresh install. */
function walk(lines: readonly string[], reading: Reading): string[] {
  const found: string[] = [];
  const blocks: (Block & { skip: boolean })[] = [];
  let guarded = false;
  const skipping = (): boolean => blocks.some(({ skip }) => skip);
  for (const line of lines) {
    const block = blocks.at(-1);
    const branch = block?.kind === 'case' ? /^\(?\s*([^()\s][^()]*?)\s*\)\s*(.*)$/.exec(line) : null;
    let rest = line;
    if (block?.kind === 'case' && branch !== null && !line.startsWith('$')) {
      const patterns = (branch[1] ?? '').split('|').map((pattern) => pattern.trim().replace(/["']/g, ''));
      block.skip = block.onVerb && !patterns.includes(reading.verb);
      rest = branch[2] ?? '';
    }
    for (const { text, after } of commandsOf(rest)) {
      const [word = ''] = text.split(/[\s(]/, 1);
      if (after !== '&&' && after !== '||') guarded = false;
      if (word === 'if') blocks.push({ kind: 'if', skip: neverFresh(text, reading) });
      else if (word === 'case') blocks.push({ kind: 'case', onVerb: /\$\{?1\b/.test(text), skip: false });
      else if (/^(?:for|while|until)$/.test(word)) blocks.push({ kind: 'loop', skip: false });
      else if (word === 'elif' || word === 'else') {
        const top = blocks.at(-1);
        if (top !== undefined) top.skip = word === 'elif' && neverFresh(text, reading);
        if (word === 'else' && !skipping()) found.push(...matters(text, reading));
      } else if (/^(?:fi|esac|done)$/.test(word)) blocks.pop();
      else if (text === ';;') continue;
      else if (neverFresh(text, reading)) {
        // Further conditions of an `if`, joined by && or ||, stand on the same line as it.
        const top = blocks.at(-1);
        if (top?.kind === 'if' && after === '&&' && /^if\s/.test(line)) top.skip = true;
        else guarded = true;
      } else if (!skipping() && !(guarded && after === '&&')) found.push(...matters(text, reading));
    }
  }
  return found;
}

/** Commands of a maintainer script that would have changed a freshly installed system and that no step stands for. */
export function meaningfulCommands(script: string, verb: 'configure' | 'install'): string[] {
  const own = script.replace(
    /# Automatically added by (\w+)[^\n]*\n([\s\S]*?)# End automatically added section/g,
    (block, helper: string) => (coveredHelpers.has(helper) ? '' : block),
  );
  const { functions, main } = takeFunctions(scriptLines(own));
  return walk(main, { verb, functions, calls: new Set() });
}
