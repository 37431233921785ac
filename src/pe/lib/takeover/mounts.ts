/** What a root needs to be one of its own that the kernel provides; `run`: it has a folder `/run`. */
export const kernelFolders = ['proc', 'sys', 'dev'] as const;

/** A table for `mount -a -T`: the kernel's file systems in a root whose folders for them are there. */
export function kernelMounts(root: string, { run }: { readonly run: boolean }): string {
  const lines = [
    `proc ${root}/proc proc nosuid,nodev,noexec`,
    `sysfs ${root}/sys sysfs nosuid,nodev,noexec`,
    `devtmpfs ${root}/dev devtmpfs mode=0755,nosuid`,
    `devpts ${root}/dev/pts devpts mode=0620,gid=5,ptmxmode=0666,nosuid,noexec`,
    `tmpfs ${root}/dev/shm tmpfs mode=1777,nosuid,nodev`,
    ...(run ? [`tmpfs ${root}/run tmpfs mode=0755,nosuid,nodev`] : []),
  ];
  return lines.map((line) => `${line} 0 0\n`).join('');
}

/** Libraries that a dynamic loader (glibc's or musl's) said, when asked for a list, it does not find. */
export function missingLibraries(said: string): string[] {
  const names = [
    ...said.matchAll(/^\s*(\S+) => not found$/gm),
    ...said.matchAll(/^.*: ([^\s:]+): cannot open shared object file/gm),
    ...said.matchAll(/^Error loading shared library ([^\s:]+):/gm),
  ].map((match) => match[1] ?? '');
  return [...new Set(names)];
}

/** Loaders that can list what a program needs without running it. */
export const canList = (interpreter: string): boolean => /\/ld-(linux|musl)[^/]*$/.test(interpreter);
