// Files open for reading, a bounded number of them: the least recently used one that nobody reads is closed first.

import type { Files, OpenFile } from '../platform/files.ts';

interface Entry {
  readonly file: Promise<OpenFile>;
  users: number;
}

export class FileCache {
  readonly #files: Files;
  readonly #filesMax: number;
  /** In order of use, the oldest first. */
  readonly #entries = new Map<string, Entry>();

  /** Keeps at most `filesMax` files open, more only while more are being read. */
  constructor(files: Files, filesMax: number) {
    this.#files = files;
    this.#filesMax = filesMax;
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
      if (known === undefined) await this.#trim();
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
    if (entry !== undefined) await (await entry.file).close();
  }

  /** Closes everything, after the reads that are running. */
  async close(): Promise<void> {
    const paths = [...this.#entries.keys()];
    await Promise.all(paths.map((path) => this.drop(path)));
  }

  async #trim(): Promise<void> {
    for (const [path, entry] of this.#entries) {
      if (this.#entries.size <= this.#filesMax) return;
      if (entry.users === 0) await this.drop(path);
    }
  }
}
