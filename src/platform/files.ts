// Files as a dependency: the few operations a durable store needs, so that a test can cut the power or fail the disk.
//
// Every operation is positional, so that nothing depends on the state of a descriptor. Errors are Node's own
// (`code: 'ENOSPC'`); the room above gives them a meaning.

import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';

export interface SpaceStat {
  readonly totalBytes: number;
  /** What an unprivileged process may still write. */
  readonly availableBytes: number;
}

export interface OpenFile {
  /** Writes all of `bytes` at `position`. The bytes must not change before it resolves. */
  pwrite(bytes: Uint8Array, position: number): Promise<void>;
  /** Fills `into` from `position`; resolves with the bytes read, fewer only at the end of the file. */
  pread(into: Uint8Array, position: number): Promise<number>;
  /** Like `pread`, on this thread: for small reads that are expected in the page cache. */
  preadSync(into: Uint8Array, position: number): number;
  /** Makes written data, and what is needed to find it again, survive power loss. */
  datasync(): Promise<void>;
  sizeBytes(): Promise<number>;
  /** Waits for running operations; further ones are refused. Closing twice is harmless. */
  close(): Promise<void>;
}

/** `read`: an existing file, to read. `create`: a file that must not exist yet, to read and write. */
export type OpenMode = 'read' | 'create';

export interface Files {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Names in a directory, in no order. */
  readdir(path: string): Promise<readonly string[]>;
  /** Creates a directory and its parents; harmless when it exists. */
  mkdir(path: string): Promise<void>;
  /** Makes creations, renames and removals inside a directory survive power loss. */
  syncDirectory(path: string): Promise<void>;
  statfs(path: string): Promise<SpaceStat>;
  /** Tells this file or directory from any other on this machine, and from copies of it. */
  identityOf(path: string): Promise<string>;
}

/** Only the owner reads a store: it holds other people's data, sealed or not. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/**
 * A descriptor with a count of running operations. Raw descriptors cost a third of a FileHandle per call, but a number
 * that is closed while in use may name another file a moment later; `close` therefore waits.
 */
class NodeFile implements OpenFile {
  readonly #descriptor: number;
  #running = 0;
  #closing: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async pwrite(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const count = await this.#run<number>((callback) =>
        fs.write(this.#descriptor, rest, 0, rest.length, position + done, callback),
      );
      if (count === 0) throw shortWrite();
      done += count;
    }
  }

  async pread(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const from = done;
      const count = await this.#run<number>((callback) =>
        fs.read(this.#descriptor, into, from, into.length - from, position + from, callback),
      );
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  preadSync(into: Uint8Array, position: number): number {
    if (this.#closing !== undefined) throw closedFile();
    let done = 0;
    while (done < into.length) {
      const count = fs.readSync(this.#descriptor, into, done, into.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  async datasync(): Promise<void> {
    await this.#run<undefined>((callback) =>
      fs.fdatasync(this.#descriptor, (error) => callback(error, undefined)),
    );
  }

  async sizeBytes(): Promise<number> {
    const stat = await this.#run<fs.Stats>((callback) => fs.fstat(this.#descriptor, callback));
    return stat.size;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeWhenIdle();
    return this.#closing;
  }

  async #closeWhenIdle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    await new Promise<void>((resolve, reject) =>
      fs.close(this.#descriptor, (error) => (isFailure(error) ? reject(error) : resolve())),
    );
  }

  #run<T>(start: (callback: (error: NodeJS.ErrnoException | null, value: T) => void) => void): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(closedFile());
    this.#running += 1;
    return new Promise<T>((resolve, reject) => {
      start((error, value) => {
        this.#running -= 1;
        if (this.#running === 0) this.#onIdle?.();
        if (isFailure(error)) reject(error);
        else resolve(value);
      });
    });
  }
}

/** Node passes `null` or `undefined` for success, whatever its types say. */
function isFailure(error: Error | null | undefined): error is Error {
  return error !== null && error !== undefined;
}

function closedFile(): Error {
  return Object.assign(new Error('the file is closed'), { code: 'EBADF' });
}

function shortWrite(): Error {
  return Object.assign(new Error('the disk took no more bytes'), { code: 'ENOSPC' });
}

async function openNode(path: string, mode: OpenMode): Promise<OpenFile> {
  const descriptor = await new Promise<number>((resolve, reject) =>
    fs.open(path, mode === 'read' ? 'r' : 'wx+', FILE_MODE, (error, value) =>
      isFailure(error) ? reject(error) : resolve(value),
    ),
  );
  return new NodeFile(descriptor);
}

export const systemFiles: Files = {
  open: openNode,
  rename: (from, to) => promises.rename(from, to),
  unlink: (path) => promises.unlink(path),
  readdir: (path) => promises.readdir(path),
  mkdir: async (path) => {
    await promises.mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  },
  syncDirectory: async (path) => {
    const handle = await promises.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  statfs: async (path) => {
    const stat = await promises.statfs(path);
    return { totalBytes: stat.blocks * stat.bsize, availableBytes: stat.bavail * stat.bsize };
  },
  identityOf: async (path) => {
    const { dev, ino } = await promises.stat(path, { bigint: true });
    return `${dev}:${ino}`;
  },
};
