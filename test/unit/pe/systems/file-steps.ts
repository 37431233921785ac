import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type FileStep,
  type JournalView,
  journalFolder,
  trashFolder,
  workFolder,
} from '../../../../src/pe/lib/systems/journal.ts';

/** The power has gone. */
export class Cut extends Error {}

/** Of what a power cut may leave nothing behind. */
export type Loss = 'nothing' | 'what was not synced' | 'what was written in haste';

/**
 * A disk on which every call to the file system can be the last. What was not synced may be lost with it, so there are three
 * things that can be found afterwards: all that was done, what it was at the last sync, or all but the content of what was
 * written in haste.
 */
export class Disk {
  readonly root: string;
  private synced: [string, string | undefined][] = [];
  private readonly hasty = new Set<string>();
  private left = Infinity;
  calls = 0;

  private readonly keepsSyncs: boolean;

  /** `keepsSyncs`: can be restarted with what was not synced lost. */
  constructor(keepsSyncs = true) {
    this.keepsSyncs = keepsSyncs;
    this.root = mkdtempSync(join(tmpdir(), 'diskbios-journal-'));
    onTestFinished(() => {
      rmSync(this.root, { recursive: true, force: true });
    });
  }

  /** Fails with `Cut` in place of the call number `calls` from now. */
  cutAfter(calls: number): void {
    this.left = calls;
  }

  private call(): void {
    if (this.left === 0) throw new Cut();
    this.left -= 1;
    this.calls += 1;
  }

  private at(path: string): string {
    return join(this.root, path);
  }

  exists = (path: string): boolean => existsSync(this.at(path));

  sync(): void {
    this.hasty.clear();
    if (this.keepsSyncs) this.synced = this.everything();
  }

  /** The power comes back. */
  restart(lose: Loss): void {
    this.left = Infinity;
    if (lose === 'nothing') return;
    if (lose === 'what was written in haste') {
      for (const path of this.hasty) if (this.exists(path)) writeFileSync(this.at(path), '');
      return;
    }
    rmSync(this.root, { recursive: true });
    mkdirSync(this.root);
    for (const [path, text] of this.synced) {
      if (text === undefined) mkdirSync(this.at(path));
      else writeFileSync(this.at(path), text);
    }
  }

  /** Folders, then what is in them; a folder has no text. */
  private everything(folder = '.'): [string, string | undefined][] {
    return readdirSync(this.at(folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      const found: [string, string | undefined][] = entry.isDirectory()
        ? [[path, undefined], ...this.everything(path)]
        : [[path, readFileSync(this.at(path), 'utf8')]];
      return found;
    });
  }

  /** As src/pe/systems/journal.ts carries steps out. */
  carryOut(steps: readonly FileStep[]): void {
    for (const step of steps) this.one(step);
  }

  private one(step: FileStep): void {
    switch (step.kind) {
      case 'make-folder':
        this.call();
        mkdirSync(this.at(step.path), { recursive: true });
        return;
      case 'write':
        this.call();
        writeFileSync(this.at(`${step.path}.new`), step.text);
        this.hasty[step.hasty === true ? 'add' : 'delete'](step.path);
        this.call();
        renameSync(this.at(`${step.path}.new`), this.at(step.path));
        return;
      case 'move':
        this.call();
        renameSync(this.at(step.from), this.at(step.to));
        return;
      case 'remove-file':
        this.call();
        rmSync(this.at(step.path), { force: true });
        return;
      case 'remove-tree':
        this.removeTree(step.path);
        return;
      case 'sync':
      case 'sync-tree':
        this.call();
        this.sync();
    }
  }

  /** File by file, as `rm -rf` does it. */
  private removeTree(path: string): void {
    if (!this.exists(path)) return;
    if (!lstatSync(this.at(path)).isDirectory()) {
      this.call();
      unlinkSync(this.at(path));
      return;
    }
    for (const name of readdirSync(this.at(path))) this.removeTree(`${path}/${name}`);
    this.call();
    rmdirSync(this.at(path));
  }

  view(isAlive: JournalView['isAlive'] = () => false): JournalView {
    const names = (folder: string): string[] => (this.exists(folder) ? readdirSync(this.at(folder)) : []);
    return {
      records: names(journalFolder).map((name) => ({
        name,
        text: readFileSync(this.at(`${journalFolder}/${name}`), 'utf8'),
      })),
      work: names(workFolder),
      trash: names(trashFolder),
      exists: this.exists,
      isAlive,
      atBoot: true,
    };
  }

  /** Every file but the PE's own, with its content; and folders. */
  tree(folder = '.'): Record<string, string> {
    const found: Record<string, string> = {};
    for (const name of readdirSync(this.at(folder)).sort()) {
      const path = folder === '.' ? name : `${folder}/${name}`;
      if (path === '.pe') continue;
      if (lstatSync(this.at(path)).isDirectory()) Object.assign(found, { [`${path}/`]: '' }, this.tree(path));
      else found[path] = readFileSync(this.at(path), 'utf8');
    }
    return found;
  }

  /** What is left of operations. */
  leftovers(): string[] {
    return [journalFolder, workFolder, trashFolder].flatMap((folder) =>
      this.exists(folder) ? readdirSync(this.at(folder)).map((name) => `${folder}/${name}`) : [],
    );
  }
}
