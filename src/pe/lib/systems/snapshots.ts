import { fieldsOf, readerOf } from '../../../base/json-reader.ts';
import { parseJson } from '../../../base/parse-json.ts';
import { nameProblem, type SystemFile } from '../../../base/system.ts';
import { parseSystem } from '../../../base/system-file.ts';

/** `<system>/snapshots/<label>/snapshot.json`, beside what the system was made of then. */
export interface SnapshotFile {
  readonly format: 1;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly made: number;
  /** Its settings then. */
  readonly system: SystemFile;
}

export const snapshotsFolder = 'snapshots';

/** Why a text cannot be the label of a snapshot: the same rules as for names of systems. */
export const labelProblem = (label: string): string | undefined => nameProblem(label);

/** A label from the time, such as `20260214-093001` (UTC). */
export const labelAt = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\..*$/, '').replaceAll(/[-:]/g, '').replace('T', '-');

/** `undefined`: it is damaged or not of this label. */
export function parseSnapshot(text: string | undefined, label: string): SnapshotFile | undefined {
  const fields = fieldsOf(parseJson(text));
  if (fields === undefined) return undefined;
  const wrong: string[] = [];
  const reader = readerOf(fields, (key) => wrong.push(key));
  const { system } = parseSystem(JSON.stringify(fields['system'] ?? null));
  const made = reader.number('made', 0, { least: 0 });
  return wrong.length === 0 &&
    system !== undefined &&
    reader.value('format') === 1 &&
    reader.value('label') === label
    ? { format: 1, label, made, system }
    : undefined;
}

export const snapshotText = (snapshot: SnapshotFile): string => `${JSON.stringify(snapshot, undefined, 1)}\n`;

/** Settings after a rollback: those of then, but what makes it this system among the others now. */
export const rolledBack = (then: SystemFile, now: SystemFile): SystemFile => ({
  ...then,
  idBase: now.idBase,
  created: now.created,
});

/** Settings of a copy of a system: what only one of them can have stays with the first, and is told. */
export function asClone(
  system: SystemFile,
  created: number,
): { readonly system: SystemFile; readonly notes: readonly string[] } {
  const { network } = system;
  const notes: string[] = [];
  const fixed = network.kind === 'bridge' && (network.ipv4 ?? network.ipv6) !== undefined;
  if (fixed) notes.push('its fixed address stays with the original; this one gets another by DHCP');
  if (network.kind === 'bridge' && network.forwards.length > 0)
    notes.push('its port forwards stay with the original');
  if (system.autostart) notes.push('it is not started by itself: autostart=yes changes that');
  return {
    system: {
      ...system,
      idBase: undefined,
      autostart: false,
      created,
      network:
        network.kind === 'bridge' ? { ...network, ipv4: undefined, ipv6: undefined, forwards: [] } : network,
    },
    notes,
  };
}
