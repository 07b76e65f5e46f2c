// What a store of shards cannot be faster than: the same bytes sealed in the same fragments, written to one file with plain writes, and
// made durable by shared fdatasyncs. No index, no sidecar, no names.

import { createCipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

const BODY = 8192;
const FRAGMENT = 32 + BODY + 16;

export class PlainAppender {
  readonly #file: FileHandle;
  readonly #key: KeyObject = createSecretKey(randomBytes(32));
  readonly #context = Buffer.alloc(84);
  #end = 0;
  #number = 0;
  #waiting: (() => void)[] = [];
  #syncing = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<PlainAppender> {
    return new PlainAppender(await open(path, 'wx+'));
  }

  async put(body: Buffer): Promise<void> {
    const fragments = Math.ceil(body.length / BODY);
    const offset = this.#end;
    this.#end += fragments * FRAGMENT;
    for (let first = 0; first < fragments; first += 32) {
      const count = Math.min(32, fragments - first);
      const window = Buffer.allocUnsafe(count * FRAGMENT);
      for (let at = 0; at < count; at += 1) this.#seal(body, first + at, window, at * FRAGMENT);
      await this.#file.write(window, 0, window.length, offset + first * FRAGMENT);
    }
    await this.#durable();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #seal(body: Buffer, ordinal: number, target: Buffer, offset: number): void {
    const nonce = Buffer.alloc(12);
    this.#number += 1;
    nonce.writeUInt32BE(this.#number, 4);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(this.#context);
    let plain = body.subarray(ordinal * BODY, (ordinal + 1) * BODY);
    if (plain.length < BODY) plain = Buffer.concat([plain, Buffer.alloc(BODY - plain.length)]);
    cipher.update(plain).copy(target, offset + 32);
    cipher.final();
    cipher.getAuthTag().copy(target, offset + 32 + BODY);
  }

  /** Everything written before the call is durable; callers share. */
  async #durable(): Promise<void> {
    const done = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.#syncing) {
      this.#syncing = true;
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        await this.#file.datasync();
        for (const resolve of batch) resolve();
      }
      this.#syncing = false;
    }
    await done;
  }
}
