import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silent } from '../../src/base/events.ts';
import { type BuildOptions, lockFor } from '../../src/build/build.ts';
import { downloads } from '../../src/build/downloads.ts';
import { execute } from '../../src/build/execute.ts';
import { findMirrors } from '../../src/debian/mirror.ts';
import { indexTar } from '../../src/formats/tar-index.ts';
import type { Entry } from '../../src/formats/tree.ts';
import type { Artifact } from '../../src/plan/types.ts';
import { loadRecipe } from '../../src/recipe/load.ts';
import { fileReader, readAtOf } from '../../src/steps/read-file.ts';
import { templateRootNode } from '../../src/steps/template.ts';
import { rootFiles } from '../../src/steps/templates/root.ts';
import { toolsNode } from '../../src/steps/tools.ts';
import { openStore } from '../../src/store/store.ts';

const dir = mkdtempSync(join(tmpdir(), 'diskbios-templates-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const problem =
  process.getuid?.() !== 0
    ? 'mmdebstrap needs root here'
    : existsSync('/usr/bin/mmdebstrap')
      ? undefined
      : 'mmdebstrap is not installed';

const recipeText = `name: debians
extends: minimal
templates:
  installed: { debian: trixie, packages: [systemd-sysv] }
  finished: { debian: trixie, packages: [systemd-sysv], scripts: false }
`;

/** What of a root must be the same, however it was made, by path. */
function describe(artifact: Artifact): Map<string, string> {
  using reader = fileReader();
  const file = artifact.file(rootFiles.tar);
  const entries = indexTar({ file, read: readAtOf(file, reader), origin: 'root', asWritten: true });
  const facts = (entry: Entry): string =>
    [
      entry.type === 'hardlink' ? 'file' : entry.type,
      entry.mode.toString(8),
      `${entry.uid}:${entry.gid}`,
    ].join(' ');
  return new Map(entries.map((entry) => [entry.path, facts(entry)]));
}

/** Caches, backups and records of the installation itself, places for mounts, and what no program in a container needs. */
const unimportant = new RegExp(
  `^(${[
    '(dev|run|proc|sys|usr/local)(/|$)',
    'var/(cache|backups|log|spool/mail|lib/(dpkg|apt|systemd|pam|ucf|misc|shells\\.state|private))(/|$)',
    'etc/(\\.pwd\\.lock|machine-id|mtab|fstab|motd|vconsole\\.conf|default/locale|.*-)$',
    'etc/systemd/system/sysinit\\.target\\.wants(/systemd-pstore\\.service)?$',
    'root/\\.ssh$',
    'usr/share/info/dir$',
  ].join('|')})`,
);

test.skipIf(problem !== undefined)(
  `a Debian that the builder finishes is the one that its scripts make${problem === undefined ? '' : ` (${problem})`}`,
  async () => {
    const file = join(dir, 'debians.yaml');
    writeFileSync(file, recipeText);
    const { recipe } = await loadRecipe(file);
    const { signal } = new AbortController();
    const store = openStore(join(dir, 'store'));
    const options: BuildOptions = { store, env: process.env, signal, monitor: silent };
    const { lock } = await lockFor(recipe, options);
    const parts = { tools: toolsNode('build', lock.tools.build), epoch: lock.date };
    const fetching = downloads(store, () => findMirrors(recipe, { env: process.env }), signal, silent);
    const nodes = ['installed', 'finished'].map((name) => templateRootNode(recipe, lock, name, parts));
    const made = await execute(nodes, { store, recipe: 'debians', signal, monitor: silent, ...fetching });
    const [installed, finished] = made.map(describe) as [Map<string, string>, Map<string, string>];
    const paths = [...new Set([...installed.keys(), ...finished.keys()])].filter(
      (path) => !unimportant.test(path),
    );
    const differences = paths
      .filter((path) => installed.get(path) !== finished.get(path))
      .map(
        (path) =>
          `${path}: ${installed.get(path) ?? 'none'} by scripts, ${finished.get(path) ?? 'none'} by the builder`,
      );
    expect(differences.sort()).toEqual([]);
    expect(paths.length).toBeGreaterThan(1000);
    expect(installed.get('etc/resolv.conf')).toBeUndefined();
  },
);
