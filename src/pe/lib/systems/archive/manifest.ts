import { fieldsOf, readerOf } from '../../../../base/json-reader.ts';
import { nameProblem, type SystemFile } from '../../../../base/system.ts';
import { parseSystem } from '../../../../base/system-file.ts';

/** What a backup says of itself, before all else that is in it. */
export interface BackupManifest {
  readonly format: 1;
  /** The system's name when it was backed up. */
  readonly name: string;
  readonly system: SystemFile;
  /** Checksum of its template, for an app system on one that is a folder or an image; `undefined` on the livefs. */
  readonly templateSha256: string | undefined;
  /** Bytes of disk that its files took: room that a restore needs, about. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly made: number;
  /** Name and version of the PE. */
  readonly by: string;
  /** It was running, and held still for as long as it took. */
  readonly live: boolean;
}

export const manifestText = (manifest: BackupManifest): string =>
  `${JSON.stringify(manifest, undefined, 1)}\n`;

export type ParsedManifest =
  | { readonly manifest: BackupManifest; readonly problems: readonly [] }
  | { readonly manifest: undefined; readonly problems: readonly string[] };

/** Reads the manifest of a backup; all that is wrong is named. */
export function parseManifest(text: string): ParsedManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { manifest: undefined, problems: ['its manifest is no JSON'] };
  }
  const fields = fieldsOf(json);
  if (fields === undefined) return { manifest: undefined, problems: ['its manifest is no object'] };
  const problems: string[] = [];
  const reader = readerOf(fields, (key, what) => problems.push(`its manifest: ${key} ${what}`));
  if (reader.value('format') !== 1) reader.wrong('format', 'is not 1; a newer version may have written it');
  const name = reader.text('name', '');
  const wrongName = nameProblem(name);
  if (wrongName !== undefined)
    problems.push(`${JSON.stringify(name)} cannot be the name of a system: ${wrongName}`);
  const parsed = parseSystem(JSON.stringify(fields['system'] ?? null));
  problems.push(...parsed.problems);
  const rest = {
    templateSha256: reader.optional('templateSha256', () => reader.text('templateSha256', '')),
    size: reader.number('size', 0, { least: 0 }),
    made: reader.number('made', 0, { least: 0 }),
    by: reader.text('by', ''),
    live: reader.flag('live', false),
  };
  return problems.length > 0 || parsed.system === undefined
    ? { manifest: undefined, problems }
    : { manifest: { format: 1, name, system: parsed.system, ...rest }, problems: [] };
}
