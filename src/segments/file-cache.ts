// Files open for reading, a bounded number of them: the least recently used one that nobody reads is closed first.

import { messageOf } from '../core/errors.ts';
import type { Files, OpenFile } from '../platform/files.ts';
import type { Logger } from '../platform/log.ts';

interface Entry {
  readonly file: Promise<OpenFile>;
  users: number;
}

export class FileCache {
  readonly #files: Files;
  readonly #filesMax: number;
  readonly #logger: Logger;
  /** In order of use, the oldest first. */
  readonly #entries = new Map<string, Entry>();
  /** Files that left the cache and are still being closed. */
  readonly #closing = new Set<Promise<void>>();

  /** Keeps at most `filesMax` files open, more only while more are being read. */
  constructor(files: Files, filesMax: number, logger: Logger) {
    this.#files = files;
    this.#filesMax = filesMax;
    this.#logger = logger;
  }

  /** Opens `path` or shares it; every `acquire` that resolved is paid back with one `release`. */
  async acquire(path: string): Promise<OpenFile> {
    const known = this.#entries.get(path);
    const entry = known ?? { file: this.#files.open(path, 'read'), users: 0 };
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.users += 1;
    try {
      const file = await entry.file;
      if (known === undefined) this.#trim();
      return file;
    } catch (error) {
      entry.users -= 1;
      if (this.#entries.get(path) === entry) this.#entries.delete(path);
      throw error;
    }
  }

  release(path: string): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) entry.users -= 1;
  }

  /** Forgets and closes a file that nobody reads any more. */
  async drop(path: string): Promise<void> {
    const entry = this.#entries.get(path);
    this.#entries.delete(path);
    if (entry !== undefined) await this.#close(entry);
  }

  /** Closes everything, after the reads that are running. */
  async close(): Promise<void> {
    const paths = [...this.#entries.keys()];
    await Promise.all(paths.map((path) => this.drop(path)));
    await Promise.all(this.#closing);
  }

  /** Whoever opened one file too many neither waits for the closing of another nor fails with it. */
  #trim(): void {
    for (const [path, entry] of this.#entries) {
      if (this.#entries.size <= this.#filesMax) return;
      if (entry.users > 0) continue;
      this.#entries.delete(path);
      const done = this.#close(entry).finally(() => this.#closing.delete(done));
      this.#closing.add(done);
    }
  }

  /** Never rejects: of a file that was only read, nothing is lost by a close that fails. */
  async #close({ file }: Entry): Promise<void> {
    try {
      await (await file).close();
    } catch (error) {
      this.#logger.warn('a file was not closed', { reason: messageOf(error) });
    }
  }
}
