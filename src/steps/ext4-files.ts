import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import type { StepContext } from '../plan/types.ts';
import { parents } from './fat-image.ts';

/** What the PE remembers is for root alone. */
const isPrivate = (folder: string): boolean => folder.endsWith('/.pe');

/**
 * Copies files into an ext4 file system inside an image, owned by root, at the step's time.
 * @param files places on disk by absolute paths in the file system
 */
export async function writeExt4Files(
  context: StepContext,
  image: string,
  offset: number,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const folders = [...new Set(Object.keys(files).flatMap(parents))].sort();
  const words = (path: string): string => {
    if (/["\n]/.test(path)) throw new Error(`debugfs takes no such path: ${path}`);
    return `"${path}"`;
  };
  const requests = [
    ...folders.map((folder) => `mkdir ${words(folder)}`),
    ...Object.entries(files).flatMap(([path, source]) => {
      const at = path.lastIndexOf('/');
      return [`cd ${words(path.slice(0, at) || '/')}`, `write ${words(source)} ${words(path.slice(at + 1))}`];
    }),
    // Whatever a file's mode is in the store.
    ...Object.keys(files).map((path) => `set_inode_field ${words(path)} mode 0100644`),
    ...folders.filter(isPrivate).map((folder) => `set_inode_field ${words(folder)} mode 040700`),
  ];
  const script = join(context.scratch, 'debugfs');
  writeFileSync(script, `${requests.join('\n')}\n`);
  const { stderr } = await context.run(
    context.tool('usr/sbin/debugfs', '-w', '-f', script, `${image}?offset=${offset}`),
  );
  // Its exit code says nothing; its first line is its version.
  const said = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('debugfs '));
  if (said.length > 0)
    throw new FailedError('ext4', `the data file system could not be filled: ${said.slice(0, 3).join('; ')}`);
}
