import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A binary source that apt is set up with: one address and one suite of it. */
export interface AptSource {
  /** No trailing slash. */
  readonly uri: string;
  readonly suite: string;
}

function source(uri: string, suite: string): AptSource {
  return { uri: uri.replace(/\/+$/, ''), suite };
}

/** Reads the one-line format of sources.list(5). */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)/.exec(line.replace(/#.*/, ''));
    return match === null ? [] : [source(match[1] ?? '', match[2] ?? '')];
  });
}

/** Reads the deb822 format of sources.list(5). */
export function parseDeb822(text: string): AptSource[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap(parseStanza);
}

function parseStanza(stanza: string): AptSource[] {
  const fields = new Map<string, string[]>();
  for (const [, key = '', value = ''] of stanza.matchAll(/^([\w-]+):(.*(?:\n[ \t].*)*)/gm)) {
    fields.set(key.toLowerCase(), value.trim().split(/\s+/));
  }
  const enabled = !/^(no|false|off|0|without|disable)$/i.test(fields.get('enabled')?.[0] ?? 'yes');
  if (!enabled || fields.get('types')?.includes('deb') !== true) return [];
  const suites = fields.get('suites') ?? [];
  return (fields.get('uris') ?? []).flatMap((uri) => suites.map((suite) => source(uri, suite)));
}

/** Every binary source of this machine's apt, in apt's own order. `etc` is `/etc/apt`. */
export function machineSources(etc: string): AptSource[] {
  const parts = join(etc, 'sources.list.d');
  const files = [
    join(etc, 'sources.list'),
    ...(existsSync(parts) ? readdirSync(parts).sort() : []).map((name) => join(parts, name)),
  ];
  return files.flatMap((file) => {
    if (!/\.(list|sources)$/.test(file) || !existsSync(file)) return [];
    const text = readText(file);
    return file.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);
  });
}

/** A file that this user may not read (passwords of private repositories) is no source for us. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
