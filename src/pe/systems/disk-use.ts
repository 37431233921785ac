import { busybox, execute } from '../host/run.ts';

/** Bytes that folders take of their disk, templates and other file systems apart; those that cannot be read are left out. */
export async function diskUses(folders: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (folders.length === 0) return new Map();
  const { stdout } = await execute([busybox, 'du', '-skx', ...folders]);
  const lines = stdout.split('\n').map((line) => /^(\d+)\t(.*)$/.exec(line));
  return new Map(
    lines.flatMap((found) => (found === null ? [] : [[found[2] ?? '', Number(found[1]) * 1024]])),
  );
}
