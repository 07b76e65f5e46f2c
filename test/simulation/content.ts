// Bytes of a simulated file, in pages that copies share until one of them writes: a page never changes.

import { crc32 } from 'node:zlib';

const PAGE_BYTES = 4096;
const EMPTY_PAGE = Buffer.alloc(PAGE_BYTES);
const checksums = new WeakMap<Buffer, number>();

function checksumOf(page: Buffer): number {
  const known = checksums.get(page);
  if (known !== undefined) return known;
  const checksum = crc32(page);
  checksums.set(page, checksum);
  return checksum;
}

export class Content {
  #pages: Buffer[] = [];
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  copy(): Content {
    const copy = new Content();
    copy.#pages = [...this.#pages];
    copy.#sizeBytes = this.#sizeBytes;
    return copy;
  }

  write(bytes: Uint8Array, position: number): void {
    let done = 0;
    while (done < bytes.length) {
      const at = position + done;
      const page = Math.floor(at / PAGE_BYTES);
      const within = at % PAGE_BYTES;
      const count = Math.min(PAGE_BYTES - within, bytes.length - done);
      const target =
        count === PAGE_BYTES ? Buffer.allocUnsafe(PAGE_BYTES) : Buffer.from(this.#pages[page] ?? EMPTY_PAGE);
      target.set(bytes.subarray(done, done + count), within);
      while (this.#pages.length < page) this.#pages.push(EMPTY_PAGE);
      this.#pages[page] = target;
      done += count;
    }
    this.#sizeBytes = Math.max(this.#sizeBytes, position + bytes.length);
  }

  /** Grows by zeros, or cuts off. */
  resize(sizeBytes: number): void {
    if (sizeBytes < this.#sizeBytes) {
      this.#pages.length = Math.ceil(sizeBytes / PAGE_BYTES);
      const within = sizeBytes % PAGE_BYTES;
      const last = this.#pages.at(-1);
      if (within > 0 && last !== undefined)
        this.#pages[this.#pages.length - 1] = Buffer.from(last).fill(0, within);
    } else while (this.#pages.length < Math.ceil(sizeBytes / PAGE_BYTES)) this.#pages.push(EMPTY_PAGE);
    this.#sizeBytes = sizeBytes;
  }

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.#sizeBytes - position));
    let done = 0;
    while (done < count) {
      const at = position + done;
      const within = at % PAGE_BYTES;
      const part = Math.min(PAGE_BYTES - within, count - done);
      const page = this.#pages[Math.floor(at / PAGE_BYTES)] ?? EMPTY_PAGE;
      into.set(page.subarray(within, within + part), done);
      done += part;
    }
    return count;
  }

  /** Equal for equal contents; a page costs once. */
  fingerprint(): string {
    return `${this.#sizeBytes}:${this.#pages.map(checksumOf).join()}`;
  }

  bytes(): Buffer {
    const bytes = Buffer.alloc(this.#sizeBytes);
    this.read(bytes, 0);
    return bytes;
  }
}
