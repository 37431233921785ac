import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { folderPaths, parseFolderFacts, rootShareTag } from '../../base/folder-medium.ts';
import { netbootPaths } from '../../base/netboot.ts';
import type { SharedFolder } from '../../boot/share.ts';
import type { DirectKernel } from '../../boot/spec.ts';
import type { RunWish } from './flags.ts';

type FolderWish = Pick<RunWish, 'as'> & Partial<Pick<RunWish, 'network'>>;

/** A folder that `diskbios build --medium netboot` made: QEMU's own network serves it. */
export interface NetbootFolder {
  readonly netboot: string;
}

/** How a folder that `diskbios build --medium folder` made is started. */
export interface RunFolder {
  readonly kernel: DirectKernel;
  readonly share: SharedFolder;
}

function netbootFolder(path: string, wish: FolderWish): NetbootFolder {
  const wrong =
    wish.as !== undefined
      ? `--as ${wish.as} has`
      : wish.network === 'none'
        ? '--network none has'
        : undefined;
  if (wrong === undefined) return { netboot: path };
  throw new UserError({
    code: 'bad-option',
    message: `${wrong} no effect: the folder is started from over the network`,
    expected: 'neither --as nor --network none with such a folder',
  });
}

/** An image as it is, or a folder as it is started. Throws `UserError` for any other folder. */
export function imageOrFolder(path: string, wish: FolderWish): string | RunFolder | NetbootFolder {
  if (!statSync(path).isDirectory()) return path;
  if (existsSync(join(path, netbootPaths.facts))) return netbootFolder(path, wish);
  const at = (name: string): string => join(path, name);
  const facts = existsSync(at(folderPaths.facts))
    ? parseFolderFacts(readFileSync(at(folderPaths.facts), 'utf8'))
    : undefined;
  const lacking = [folderPaths.kernel, folderPaths.initrd, folderPaths.root].find(
    (name) => !existsSync(at(name)),
  );
  if (facts === undefined || lacking !== undefined) {
    throw new UserError({
      code: 'not-a-folder-medium',
      message: `${path} is no folder that can be started: it has no ${facts === undefined ? folderPaths.facts : lacking}`,
      expected: 'a folder that `diskbios build RECIPE --medium folder` or `--medium netboot` made',
    });
  }
  if (wish.as !== undefined) {
    throw new UserError({
      code: 'bad-option',
      message: `--as ${wish.as} has no effect: a folder is attached to no bus`,
      expected: '--as with an image only',
    });
  }
  return {
    kernel: {
      file: at(folderPaths.kernel),
      initrd: at(folderPaths.initrd),
      cmdline: facts.cmdline.join(' '),
    },
    share: { tag: rootShareTag, dir: at(folderPaths.root) },
  };
}
