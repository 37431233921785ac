import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError, UserError } from '../base/errors.ts';
import { indexTar } from '../formats/tar-index.ts';
import { type Entry, Tree } from '../formats/tree.ts';
import { bzImageHead, kernelVersion } from '../kernel/bzimage.ts';
import { stepNode } from '../plan/node.ts';
import { overlayFrom, sourceFile } from '../plan/source.ts';
import type { SourceFile, StepContext, StepKind, StepNode } from '../plan/types.ts';
import type { KernelOrigin } from '../recipe/types.ts';
import { fileReader, readAtOf } from './read-file.ts';
import { decompress } from './templates/decompress.ts';
import { saveTree } from './tree-file.ts';

const kernelKey = 'kernel';
const archiveKey = 'modules';
const folderKey = 'modules-folder';
const at = ['kernel', 'modules', 'from'];

/** Paths in archives and folders of modules: `lib/modules/…`, with or without `usr/` and a leading `./`. */
const modulePath = /^(?:\.\/)?(?:usr\/)?lib\/modules\/(([^/]+)(?:\/.*)?)$/;

/**
 * Takes over a kernel that was built elsewhere, with its modules if there are any: the artifact looks like that of a package
 * with a kernel. Modules of another version than the kernel are refused.
 */
const kernelFileStep: StepKind = {
  name: 'kernel-file',
  version: 1,
  async run(context, json) {
    const { name } = json as { name: string };
    const kernel = context.files[kernelKey];
    if (kernel === undefined) throw new Error('there is no kernel file');
    const version = kernelVersion(readFileSync(kernel.path).subarray(0, bzImageHead));
    if (version === undefined)
      throw new UserError({
        code: 'no-kernel',
        message: `${kernel.path} is no kernel for a PC`,
        expected: 'a bzImage',
        recipePath: ['kernel', 'file'],
      });
    const image = join(context.out, 'bzImage');
    copyFileSync(kernel.path, image);
    const tree = new Tree();
    const common = { mode: 0o644, uid: 0, gid: 0, mtime: 0, origin: 'kernel' };
    tree.add({
      ...common,
      ...{ type: 'file', path: `boot/vmlinuz-${version}`, size: statSync(image).size },
      content: { file: image, offset: 0 },
    });
    const modules = [...(await archived(context, name)), ...inFolder(context)].filter(({ path }) =>
      /^[^/]+\/(modules\.|kernel\/|extra\/|updates\/)/.test(path),
    );
    const versions = [...new Set(modules.map(({ path }) => path.split('/', 1)[0] ?? ''))];
    const hasModules = context.files[archiveKey] !== undefined || folderFiles(context).length > 0;
    if (hasModules && !versions.includes(version))
      throw new UserError({
        code: 'wrong-modules',
        message:
          versions.length === 0
            ? `${name} holds no modules below lib/modules/${version}`
            : `${name} holds modules for ${versions.join(', ')}, and the kernel is ${version}`,
        expected: `lib/modules/${version}`,
        recipePath: at,
      });
    for (const entry of modules) {
      if (entry.type !== 'file' || !entry.path.startsWith(`${version}/`)) continue;
      tree.add({ ...entry, ...common, type: 'file', path: `usr/lib/modules/${entry.path}` });
    }
    saveTree(join(context.out, 'tree.json'), tree.list());
  },
};

/** The modules of an archive, by their paths below lib/modules. */
async function archived(context: StepContext, name: string): Promise<Entry[]> {
  const archive = context.files[archiveKey];
  if (archive === undefined) return [];
  const tar = join(context.out, 'modules.tar');
  try {
    await decompress(context, archive.path, tar, name);
    using reader = fileReader();
    return below(indexTar({ file: tar, read: readAtOf(tar, reader), origin: name, asWritten: true }));
  } catch (error) {
    if (!(error instanceof FailedError) || !error.code.startsWith('bad-')) throw error;
    throw new UserError({ code: error.code, message: error.message, recipePath: at });
  }
}

function below(entries: readonly Entry[]): Entry[] {
  return entries.flatMap((entry) => {
    const path = modulePath.exec(entry.path)?.[1];
    return path === undefined ? [] : [{ ...entry, path }];
  });
}

const folderFiles = (context: StepContext): [string, SourceFile][] =>
  Object.entries(context.files).filter(([key]) => key.startsWith(`${folderKey}/`));

/** The modules of a folder, by their paths below lib/modules; they are copied, for the folder may change. */
function inFolder(context: StepContext): Entry[] {
  return folderFiles(context).flatMap(([key, { path: from }], n): Entry[] => {
    const path = modulePath.exec(key.slice(folderKey.length + 1))?.[1];
    if (path === undefined) return [];
    const file = join(context.out, `module-${n}`);
    copyFileSync(from, file);
    const { size } = statSync(file);
    return [
      {
        path,
        type: 'file',
        size,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: 0,
        origin: 'kernel',
        content: { file, offset: 0 },
      },
    ];
  });
}

export function kernelFileNode(
  { file, modules }: Extract<KernelOrigin, { kind: 'file' }>,
  tools: StepNode,
): StepNode {
  const files: Record<string, SourceFile> = { [kernelKey]: sourceFile(file) };
  if (modules !== undefined) {
    if (statSync(modules).isDirectory())
      Object.assign(files, overlayFrom(modules, '', 'kernel modules', folderKey).files);
    else files[archiveKey] = sourceFile(modules);
  }
  return stepNode(kernelFileStep, {
    title: 'take over the kernel',
    options: { name: modules?.slice(modules.lastIndexOf('/') + 1) ?? '' },
    files,
    tools,
  });
}
