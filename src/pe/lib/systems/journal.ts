/**
 * Operations that change the tree of systems, and what is to be done about one that a power cut or a kill interrupted.
 *
 * An operation writes its record, makes everything new in `.pe/work/<id>`, and then commits: the record gets the list of moves
 * and writes that put it into place, they are done, the record goes. Until the commit is written, undoing is removing the work;
 * from then on, finishing is doing the rest. What is replaced or destroyed is moved to `.pe/trash/<id>` first.
 * All paths are relative to the systems directory, so that a volume can be mounted elsewhere meanwhile.
 */
export interface JournalRecord {
  readonly format: 1;
  readonly id: string;
  /** `create`, `destroy` …, for people. */
  readonly operation: string;
  /** What it is about, such as a system's name. */
  readonly subject: string;
  readonly owner: Owner;
  /** `undefined`: the work is not done yet. */
  readonly commit: readonly CommitStep[] | undefined;
}

/** The process that does it. With another boot id or without that process it is dead. */
export interface Owner {
  readonly boot: string;
  readonly pid: number;
  readonly ticks: number;
}

export type CommitStep =
  | { readonly kind: 'move'; readonly from: string; readonly to: string }
  /** Replaces a small text file. */
  | { readonly kind: 'write'; readonly path: string; readonly text: string };

/** One call to the file system. Each is all or nothing for a reader and for a power cut, but `remove-tree`. */
export type FileStep =
  | { readonly kind: 'make-folder'; readonly path: string }
  /** `hasty`: the power may go before its bytes are on the disk, and the file be found empty. */
  | { readonly kind: 'write'; readonly path: string; readonly text: string; readonly hasty?: boolean }
  | { readonly kind: 'move'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove-file'; readonly path: string }
  | { readonly kind: 'remove-tree'; readonly path: string }
  /** The names in these folders are on the disk when it is done. */
  | { readonly kind: 'sync'; readonly folders: readonly string[] }
  /** Everything below, contents too. */
  | { readonly kind: 'sync-tree'; readonly path: string };

export const journalFolder = '.pe/journal';
export const workFolder = '.pe/work';
export const trashFolder = '.pe/trash';
export const recordPath = (id: string): string => `${journalFolder}/${id}.json`;
export const workPath = (id: string): string => `${workFolder}/${id}`;
export const trashPath = (id: string): string => `${trashFolder}/${id}`;

const above = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');

const writeRecord = (record: JournalRecord, hasty: boolean): FileStep => ({
  kind: 'write',
  path: recordPath(record.id),
  text: `${JSON.stringify(record)}\n`,
  hasty,
});

/** Before anything else. After it, everything new is to be made below `workPath(id)`. */
export function beginSteps(record: JournalRecord, exists: Exists): FileStep[] {
  const folders = ['.pe', journalFolder, workFolder, trashFolder].filter((path) => !exists(path));
  return [
    ...folders.map((path): FileStep => ({ kind: 'make-folder', path })),
    ...(folders.length > 0 ? [{ kind: 'sync', folders: ['.', '.pe'] } as const] : []),
    // Not waited for: work without a record is removed as well.
    writeRecord({ ...record, commit: undefined }, true),
    { kind: 'make-folder', path: workPath(record.id) },
  ];
}

/**
 * When all that is new is made. Once the record with the commit is on the disk it will be finished whatever happens. A single
 * move needs no waiting for that: it is done or not, and either is whole.
 */
export function commitSteps(
  record: JournalRecord,
  commit: readonly CommitStep[],
  exists: Exists,
): FileStep[] {
  const fromWork = commit.some((step) => step.kind === 'move' && step.from.startsWith(workFolder));
  return [
    ...(fromWork ? [{ kind: 'sync-tree', path: workPath(record.id) } as const] : []),
    writeRecord({ ...record, commit }, isSingleMove(commit)),
    ...(isSingleMove(commit) ? [] : [syncJournal]),
    ...finishSteps({ ...record, commit }, exists),
  ];
}

const syncJournal: FileStep = { kind: 'sync', folders: [journalFolder] };
const isSingleMove = (commit: readonly CommitStep[]): boolean =>
  commit.length === 1 && commit[0]?.kind === 'move';

export type Exists = (path: string) => boolean;

/** What of a commit is still to be done, then the end of the record, and only then of its rubbish. */
function finishSteps(record: JournalRecord, exists: Exists): FileStep[] {
  const commit = record.commit ?? [];
  const moved = new Map<string, boolean>();
  const isThere = (path: string): boolean => moved.get(path) ?? exists(path);
  const steps: FileStep[] = [];
  const folders = new Set<string>();
  for (const step of commit) {
    if (step.kind === 'write') {
      steps.push(step);
      folders.add(above(step.path));
      continue;
    }
    folders.add(above(step.from)).add(above(step.to));
    if (!isThere(step.from) || isThere(step.to)) continue;
    steps.push(step);
    moved.set(step.from, false).set(step.to, true);
  }
  return [
    ...steps,
    ...(folders.size > 0 ? [{ kind: 'sync', folders: [...folders] } as const] : []),
    ...endSteps(record.id, commit),
  ];
}

/** With a record that comes back, something of the same name that was made since could be thrown away: so it goes for good first. */
function endSteps(id: string, commit: readonly CommitStep[]): FileStep[] {
  const harmless =
    isSingleMove(commit) &&
    commit.every((step) => step.kind === 'move' && step.from.startsWith(`${workPath(id)}/`));
  return [
    { kind: 'remove-file', path: recordPath(id) },
    ...(harmless ? [] : [syncJournal]),
    { kind: 'remove-tree', path: workPath(id) },
    { kind: 'remove-tree', path: trashPath(id) },
  ];
}

/** Gives an operation up that has not been committed: nothing of it is left. */
export const abandonSteps = (id: string): FileStep[] => [
  { kind: 'remove-tree', path: workPath(id) },
  { kind: 'remove-file', path: recordPath(id) },
  // Where the disk was too full for it.
  { kind: 'remove-file', path: `${recordPath(id)}.new` },
];

/** What lies in `.pe/journal`, `.pe/work` and `.pe/trash`. */
export interface JournalView {
  /** File names with their text. */
  readonly records: readonly { readonly name: string; readonly text: string }[];
  readonly work: readonly string[];
  readonly trash: readonly string[];
  readonly exists: Exists;
  readonly isAlive: (owner: Owner) => boolean;
  /** Nobody else can be at work: half-written records are removed too. */
  readonly atBoot: boolean;
}

export interface Recovery {
  readonly steps: readonly FileStep[];
  /** A line for each operation: what became of it. */
  readonly told: readonly string[];
}

/** Finishes what was committed, removes what was not, and leaves alone what is still under way. */
export function recovery(view: JournalView): Recovery {
  const steps: FileStep[] = [];
  const told: string[] = [];
  const kept = new Set<string>();
  for (const { name, text } of view.records) {
    if (name.endsWith('.new')) {
      if (view.atBoot) steps.push({ kind: 'remove-file', path: `${journalFolder}/${name}` });
      continue;
    }
    // The power went before it was on the disk, so nothing was committed by it.
    const unwritten = /^\0*$/.test(text);
    const record = parseRecord(text);
    // A record is renamed into place whole: one that cannot be read is none of ours or the disk's fault.
    if (record === undefined || recordPath(record.id) !== `${journalFolder}/${name}`) {
      steps.push({ kind: 'remove-file', path: `${journalFolder}/${name}` });
      if (!unwritten) told.push(`the journal's ${name} is damaged and was removed`);
      continue;
    }
    kept.add(record.id);
    if (view.isAlive(record.owner)) continue;
    const what = `${record.operation} of ${record.subject}, which was interrupted,`;
    if (record.commit === undefined) {
      steps.push(...abandonSteps(record.id));
      told.push(`${what} was undone`);
    } else {
      steps.push(...finishSteps(record, view.exists));
      told.push(`${what} was finished`);
    }
  }
  for (const id of view.work.filter((one) => !kept.has(one)))
    steps.push({ kind: 'remove-tree', path: workPath(id) });
  for (const id of view.trash.filter((one) => !kept.has(one)))
    steps.push({ kind: 'remove-tree', path: trashPath(id) });
  return { steps, told };
}

/** A path inside of the systems directory that a record may name: the file may have been damaged or made by somebody else. */
const isInside = (path: unknown): boolean =>
  typeof path === 'string' &&
  !path.startsWith('/') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

function parseRecord(text: string): JournalRecord | undefined {
  try {
    const record = JSON.parse(text) as JournalRecord;
    const sound =
      (record.format as number) === 1 &&
      /^[a-z0-9-]+$/.test(record.id) &&
      typeof record.owner.pid === 'number' &&
      (record.commit ?? []).every((step) =>
        step.kind === 'move'
          ? isInside(step.from) && isInside(step.to)
          : isInside(step.path) && typeof step.text === 'string',
      );
    return sound ? record : undefined;
  } catch {
    return undefined;
  }
}
