import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { findProgram, run } from '../sys/run.ts';

/** A device or a file that is open for writing. */
export interface Target {
  readonly path: string;
  readonly kind: 'device' | 'file';
  /** Bytes that it has room for. */
  readonly bytes: number;
  /** All of it reads as zeros: what is zero need not be written. */
  readonly blank: boolean;
  /** Writes all of the buffer. */
  write(bytes: Buffer, at: number): Promise<void>;
  /** Fills the buffer; fewer only at the end. */
  read(into: Buffer, at: number): Promise<number>;
  /** What was written is on the medium, not in its or our memory, when this is done. */
  sync(): Promise<void>;
  /** What is read from now on comes from the medium. `false`: that cannot be had here. */
  forget(): Promise<boolean>;
  close(): Promise<void>;
}

/** Sectors have at most so many bytes. */
const aligned = 4096;

/**
 * Wraps an open file or device. Past the kernel's memory where that goes, so that neither progress nor checks are deceived.
 * @param plain a handle without O_DIRECT; it is closed with the target
 */
export async function openTarget(
  plain: FileHandle,
  of: Pick<Target, 'path' | 'kind' | 'bytes' | 'blank'>,
): Promise<Target> {
  let direct = await openDirect(of.path);
  const opened = direct === undefined ? [plain] : [direct, plain];
  let unsynced = 0;
  const transfer = async (how: 'read' | 'write', bytes: Buffer, at: number): Promise<number> => {
    for (let done = 0; done < bytes.length; ) {
      const [length, from] = [bytes.length - done, at + done];
      const handle = direct !== undefined && length % aligned === 0 && from % aligned === 0 ? direct : plain;
      try {
        const count =
          how === 'read'
            ? (await handle.read(bytes, done, length, from)).bytesRead
            : (await handle.write(bytes, done, length, from)).bytesWritten;
        if (count === 0) return done;
        done += count;
      } catch (error) {
        // File systems may take O_DIRECT when a file is opened and not afterwards.
        if (handle === plain || (error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
        direct = undefined;
      }
    }
    return bytes.length;
  };
  return {
    ...of,
    async write(bytes, at) {
      const done = await transfer('write', bytes, at);
      if (done < bytes.length)
        throw Object.assign(new Error(`nothing more can be written`), { code: 'ENOSPC' });
      if (direct !== undefined) return;
      // Without this all would wait for the last moment, and progress would tell of memory only.
      unsynced += bytes.length;
      if (unsynced < 64 * 1024 * 1024) return;
      unsynced = 0;
      await plain.datasync();
    },
    read: (into, at) => transfer('read', into, at),
    sync: () => plain.sync(),
    forget: async () => direct !== undefined || dropCache(of.path),
    async close() {
      for (const handle of opened) await handle.close();
    },
  };
}

async function openDirect(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDWR | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}

/** posix_fadvise(POSIX_FADV_DONTNEED), for which Node has no call: GNU dd makes it. */
async function dropCache(path: string): Promise<boolean> {
  const dd = findProgram('dd');
  if (dd === undefined) return false;
  try {
    await run([dd, `if=${path}`, 'iflag=nocache', 'count=0']);
    return true;
  } catch {
    return false;
  }
}
