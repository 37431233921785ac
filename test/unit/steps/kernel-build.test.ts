import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sha256 } from '../../../src/base/json.ts';
import { execution } from '../../../src/build/execute.ts';
import { fetchArchive } from '../../../src/debian/fetch-archive.ts';
import { imageOptions } from '../../../src/kernel/image-options.ts';
import type { Artifact } from '../../../src/plan/types.ts';
import { kernelFromSourceNode } from '../../../src/steps/kernel-build.ts';
import { loadEntries } from '../../../src/steps/tree-file.ts';
import { openStore } from '../../../src/store/store.ts';
import { listStore, pruneStore } from '../../../src/store/upkeep.ts';

/** A source that is built as Linux is, by make with `O=`, in a moment: three objects that depend on an option each. */
const makefile = `
.PHONY: tinyconfig olddefconfig kernelversion prepare bzImage
objects = $(O)/a.o $(O)/b.o $(O)/c.o
tinyconfig:
	printf '%s\\n' 'CONFIG_A=y' '# CONFIG_B is not set' '# CONFIG_C is not set' >$(O)/.config
	for n in $$(seq 20); do echo "CONFIG_OTHER_$$n=y"; done >>$(O)/.config
	for n in ${imageOptions('squashfs').join(' ')}; do echo "CONFIG_$$n=y"; done >>$(O)/.config
olddefconfig:
	awk '{ name = $$0; sub(/^# /, "", name); sub(/[= ].*/, "", name); if (!(name in last)) order[n++] = name; last[name] = $$0 } \\
	  END { for (i = 0; i < n; i++) print last[order[i]] }' $(O)/.config >$(O)/.config.new
	mv $(O)/.config.new $(O)/.config
kernelversion:
	@echo 6.0.0
prepare:
	@mkdir -p $(O)/include/config $(O)/arch/x86/boot
	@echo 6.0.0-small >$(O)/include/config/kernel.release
	@for one in A B C; do grep "CONFIG_$$one[= ]" $(O)/.config >$(O)/$$one.new; \\
	  cmp -s $(O)/$$one.new $(O)/$$one.option || cp $(O)/$$one.new $(O)/$$one.option; done
$(O)/a.o: $(O)/A.option
$(O)/b.o: $(O)/B.option
$(O)/c.o: $(O)/C.option
$(objects):
	@echo '  CC      $@'
	@echo $@ >>"$(WORK)/compiled"
	@[ ! -e "$(WORK)/slow" ] || { printf half >$@; touch "$(WORK)/reached"; kill -9 $$PPID; sleep 5; }
	@cat $< >$@
bzImage: $(objects)
	@{ echo "$$KBUILD_BUILD_TIMESTAMP"; cat $(objects); } >$(O)/arch/x86/boot/bzImage
	@echo kernel/b.ko >$(O)/modules.builtin
`;

const dir = mkdtempSync(join(tmpdir(), 'kernel-build-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const archive = join(dir, 'small.tar.gz');
mkdirSync(join(dir, 'small-6.0'));
writeFileSync(join(dir, 'small-6.0', 'Makefile'), makefile);
execFileSync('tar', ['-czf', archive, '--mtime=@1700000000', '-C', dir, 'small-6.0']);
const source = { kind: 'archive', url: archive, sha256: sha256(readFileSync(archive)) } as const;

async function build(store: string, options: string): Promise<Artifact> {
  const fragment = join(dir, 'mine.config');
  writeFileSync(fragment, options);
  const opened = openStore(join(dir, store));
  const { signal } = new AbortController();
  const make = execution({
    ...{ store: opened, recipe: 'test', signal, monitor: () => undefined },
    fetch: () => Promise.reject(new Error('nothing is fetched')),
    fetchArchive: (one) => fetchArchive(one, { blobPath: opened.blob, tmpDir: opened.tmp, signal }),
  });
  return make(
    kernelFromSourceNode(
      {
        ...{ source, base: 'tinyconfig', suffix: '', toolchain: { kind: 'host', versions: { make: 'one' } } },
        fragments: [{ name: './mine.config', file: fragment, shipped: false }],
      },
      'squashfs',
    ),
  );
}

const kept = (store: string): string => {
  const [only] = readdirSync(join(dir, store, 'kept'));
  return join(dir, store, 'kept', only!);
};
const compiled = (store: string): number =>
  readFileSync(join(kept(store), 'compiled'), 'utf8')
    .trim()
    .split('\n').length;
const image = (artifact: Artifact): string => readFileSync(artifact.file('bzImage'), 'utf8');

test('objects are used again, and the result is that of a clean build', async () => {
  const first = await build('one', 'CONFIG_B=y\n');
  expect(compiled('one')).toBe(3);
  expect(loadEntries(first.file('tree.json')).map(({ path }) => path)).toEqual(
    expect.arrayContaining(['boot/vmlinuz-6.0.0-small', 'usr/lib/modules/6.0.0-small/modules.builtin']),
  );
  // A comment changes no configuration: nothing is compiled.
  const commented = await build('one', '# Why.\nCONFIG_B=y\n');
  expect([commented.id === first.id, image(commented) === image(first), compiled('one')]).toEqual([
    false,
    true,
    3,
  ]);
  // There and back: one object each time.
  const there = await build('one', 'CONFIG_B=y\nCONFIG_C=y\n');
  expect(compiled('one')).toBe(4);
  expect(image(there)).not.toBe(image(first));
  rmSync(join(dir, 'one', 'steps'), { recursive: true });
  const back = await build('one', 'CONFIG_B=y\n');
  expect(compiled('one')).toBe(5);
  const clean = await build('two', 'CONFIG_B=y\n');
  expect([image(back), image(clean)]).toEqual([image(first), image(first)]);
  expect(image(clean)).toContain('2023');
});

test('a kernel that could not start the PE is not compiled', async () => {
  const built = build(
    'five',
    '# CONFIG_SQUASHFS is not set\n# CONFIG_SQUASHFS_ZSTD is not set\nCONFIG_OVERLAY_FS=m\n',
  );
  await expect(built).rejects.toMatchObject({
    diagnostics: [
      {
        code: 'kernel-lacks',
        message:
          'this kernel could not start the PE, whose livefs is squashfs: it lacks SQUASHFS, SQUASHFS_ZSTD',
        expected: 'CONFIG_SQUASHFS=y, CONFIG_SQUASHFS_ZSTD=y',
      },
    ],
  });
  expect(readdirSync(kept('five'))).not.toContain('compiled');
});

test('after a kill, what was half written is made again', async () => {
  const good = await build('three', 'CONFIG_B=y\n');
  writeFileSync(join(kept('three'), 'slow'), '');
  await expect(build('three', '# CONFIG_B is not set\n')).rejects.toThrow();
  expect(readdirSync(kept('three'))).toContain('reached');
  rmSync(join(kept('three'), 'slow'));
  const other = await build('three', '# CONFIG_B is not set\n');
  expect(image(other)).not.toContain('half');
  const clean = await build('four', '# CONFIG_B is not set\n');
  expect(image(other)).toBe(image(clean));
  expect(image(good)).not.toBe(image(other));
});

test('source and objects can be pruned, but not under a build', async () => {
  const store = join(dir, 'two');
  const isKept = (): boolean => listStore(store).some(({ kind, bytes }) => kind === 'kept' && bytes > 0);
  expect(isKept()).toBe(true);
  await pruneStore(store, 0, () => Promise.resolve(true));
  expect(isKept()).toBe(true);
  await pruneStore(store, 0);
  expect(isKept()).toBe(false);
});

test('an archive with other bytes than the recipe says is refused', async () => {
  const signal = new AbortController().signal;
  const options = { blobPath: (sum: string) => join(dir, sum), tmpDir: dir, signal };
  const wrong = { name: 'small.tar.gz', url: `file://${archive}`, sha256: '0'.repeat(64) };
  await expect(fetchArchive(wrong, options)).rejects.toMatchObject({ code: 'wrong-hash' });
  expect(await fetchArchive({ ...wrong, sha256: source.sha256 }, options)).toBe(archive);
});
