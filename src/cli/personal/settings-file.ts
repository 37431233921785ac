import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import { type Diagnostic, UserError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';

/** Settings as a person writes them: on the command line, or in a file. */
export interface RawSettings {
  readonly hostname: string | undefined;
  /** Keys, or files of them. */
  readonly sshKeys: readonly string[] | undefined;
  /** A hash, a file with one, or `-` for standard input. */
  readonly passwordHash: string | undefined;
  /** Words as of `--network`. */
  readonly network: readonly string[] | undefined;
  /** A comma list, or `none`. */
  readonly systems: string | undefined;
  /** Folder that files are relative to. */
  readonly dir: string;
}

const keys = ['hostname', 'ssh-keys', 'password-hash', 'network', 'systems'] as const;

/** Reads settings from a YAML or JSON file: the words of the command line, lists where options may be repeated. */
export function readSettingsFile(path: string, shown: string): RawSettings {
  const mistakes: Diagnostic[] = [];
  const mistake = (message: string, expected: string, hint?: string): void => {
    mistakes.push({ code: 'bad-settings-file', message: `${shown}: ${message}`, expected, hint });
  };
  const json = parse(path, shown);
  const fields: Record<string, unknown> =
    typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {};
  if (Object.keys(fields).length === 0) mistake('it holds no settings', `one or more of ${keys.join(', ')}`);
  for (const key of Object.keys(fields).filter((one) => !(keys as readonly string[]).includes(one))) {
    const near = nearest(key, keys);
    const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
    mistake(`there is no setting \`${key}\``, `one or more of ${keys.join(', ')}`, hint);
  }
  const text = (key: (typeof keys)[number]): string | undefined => {
    const value = fields[key];
    if (value === undefined || typeof value === 'string') return value;
    mistake(`\`${key}\` is no text`, 'a text');
    return undefined;
  };
  const texts = (key: (typeof keys)[number]): readonly string[] | undefined => {
    const value = fields[key];
    if (value === undefined) return undefined;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((one) => typeof one === 'string')) return list;
    mistake(`\`${key}\` is no list of texts`, 'a list of texts');
    return undefined;
  };
  const systems = texts('systems');
  const raw: RawSettings = {
    hostname: text('hostname'),
    sshKeys: texts('ssh-keys'),
    passwordHash: text('password-hash'),
    network: texts('network'),
    systems: systems === undefined ? undefined : systems.join(',') || 'none',
    dir: dirname(path),
  };
  if (mistakes.length > 0) throw new UserError(mistakes);
  return raw;
}

function parse(path: string, shown: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new UserError({ code: 'no-such-file', message: `--settings ${shown}: it cannot be read` });
  }
  const document = parseDocument(text, { prettyErrors: false });
  // Never the text itself: there may be a secret in it.
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw new UserError({
      code: 'bad-settings-file',
      message: `${shown}: line ${line} is no YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
    });
  }
  return document.toJS();
}
