// The parts of QuickJS 2025-04's own modules that the PE uses. Failing os.* calls return a negative errno.
declare module 'std' {
  export interface StdFile {
    readAsString(): string;
    puts(text: string): void;
    flush(): void;
    close(): number;
  }
  export function open(path: string, flags: string): StdFile | null;
  export function exit(code: number): never;
  export const out: StdFile;
  export const err: StdFile;
}

declare module 'os' {
  export interface ExecOptions {
    readonly block?: boolean;
    readonly usePath?: boolean;
    readonly cwd?: string;
    readonly stdin?: number;
    readonly stdout?: number;
    readonly stderr?: number;
    readonly env?: Readonly<Record<string, string>>;
  }
  export interface Stat {
    readonly mode: number;
    readonly size: number;
    /** Milliseconds since 1970. */
    readonly mtime: number;
  }
  export interface Timer {
    readonly brand: 'timer';
  }
  export const O_RDONLY: number;
  export const O_WRONLY: number;
  export const O_RDWR: number;
  export const O_CREAT: number;
  export const O_TRUNC: number;
  export const O_APPEND: number;
  export const WNOHANG: number;
  export const SIGCHLD: number;
  export const SIGPIPE: number;
  export function open(path: string, flags: number, mode?: number): number;
  export function close(fd: number): number;
  export function read(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function write(fd: number, buffer: ArrayBuffer, offset: number, length: number): number;
  export function pipe(): [number, number] | null;
  export function setReadHandler(fd: number, handler: (() => void) | null): void;
  export function setWriteHandler(fd: number, handler: (() => void) | null): void;
  export function setTimeout(run: () => void, milliseconds: number): Timer;
  export function clearTimeout(timer: Timer): void;
  export function signal(number: number, handler: (() => void) | null | undefined): void;
  export function kill(pid: number, signal: number): number;
  export function getpid(): number;
  export function exec(args: readonly string[], options?: ExecOptions): number;
  export function waitpid(pid: number, options: number): [number, number];
  export function readdir(path: string): [string[], number];
  export function stat(path: string): [Stat | null, number];
  export function mkdir(path: string, mode?: number): number;
  export function rename(from: string, to: string): number;
  export function remove(path: string): number;
  export function sleep(milliseconds: number): void;
  /** Milliseconds of a clock that is never set. */
  export function now(): number;
}

declare const scriptArgs: readonly string[];
