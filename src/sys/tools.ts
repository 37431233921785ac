import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';

/** Where an unpacked Debian tree of each architecture keeps its loader and libraries. */
const loaders: Readonly<Record<string, { loader: string; libraries: string }>> = {
  x64: { loader: 'usr/lib64/ld-linux-x86-64.so.2', libraries: 'usr/lib/x86_64-linux-gnu' },
  arm64: { loader: 'usr/lib/ld-linux-aarch64.so.1', libraries: 'usr/lib/aarch64-linux-gnu' },
};

/**
 * The argv that starts a program of an unpacked package tree with the tree's own libraries, so that it runs beside any
 * glibc (or none). `path` is below the tree; a link's name reaches the program as its argv[0].
 */
export function toolArgv(tree: string, path: string, args: readonly string[], argv0 = path): string[] {
  const host = loaders[process.arch];
  if (host === undefined) {
    throw new FailedError('no-tools', `the build tools are not available for this machine (${process.arch})`);
  }
  const program = join(tree, path);
  if (!existsSync(program)) {
    throw new FailedError('no-tool', `the tools tree has no ${path}`, {
      hint: 'run `diskbios cache verify`',
    });
  }
  const name = argv0.slice(argv0.lastIndexOf('/') + 1);
  return [
    join(tree, host.loader),
    '--library-path',
    join(tree, host.libraries),
    '--argv0',
    name,
    program,
    ...args,
  ];
}
