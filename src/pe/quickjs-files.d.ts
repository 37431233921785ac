// More of QuickJS 2025-04's own modules: files, terminals and the environment, for src/pe/host/.
declare module 'std' {
  export const SEEK_SET: number;
  export function strerror(errno: number): string;
  export function getenv(name: string): string | undefined;
  export function getenviron(): Record<string, string>;
}

declare module 'os' {
  export interface Stat {
    readonly dev: number;
    readonly ino: number;
    readonly uid: number;
    readonly gid: number;
    readonly rdev: number;
    /** Blocks of 512 bytes that it takes. */
    readonly blocks: number;
  }
  export const O_EXCL: number;
  export const SIGINT: number;
  export const S_IFMT: number;
  export const S_IFREG: number;
  export const S_IFDIR: number;
  export const S_IFLNK: number;
  export const S_IFBLK: number;
  export const S_IFCHR: number;
  export const S_IFIFO: number;
  export function lstat(path: string): [Stat | null, number];
  export function symlink(target: string, path: string): number;
  export function readlink(path: string): [string, number];
  export function getcwd(): [string, number];
  export function realpath(path: string): [string, number];
  export function seek(fd: number, offset: number, whence: number): number;
  export function isatty(fd: number): boolean;
  export function ttyGetWinSize(fd: number): [number, number] | null;
}
