// Every number that was ever sealed with, read from the bytes on their way to the disk: a number that comes again with other bytes is
// a nonce used twice, and two sealed texts under one nonce give away their difference.
//
// Numbers count per store id. The same number with the same bytes is a copy (compaction moves fragments verbatim).

import { FILE_HEADER_BYTES, FRAGMENT_BYTES } from '../../../src/segments/extent.ts';
import type { Written } from '../files.ts';

const ROW_STEP_BYTES = 64;
const ROW_MAGIC = 0x5052;
const TAG_BYTES = 16;

export class NonceLedger {
  readonly #parent: NonceLedger | undefined;
  /** Number, with the store it counts in → tag: seals of different texts do not share one. */
  readonly #seen = new Map<string, string>();
  /** Store id by segment or sidecar path. */
  readonly #stores = new Map<string, string>();
  highest = 0;

  /** Numbers that are new here. */
  get count(): number {
    return this.#seen.size;
  }

  /** A ledger on top of `parent` knows what that one knows, and keeps what is new to itself. */
  constructor(parent?: NonceLedger) {
    this.#parent = parent;
  }

  readonly note = ({ path, bytes, position }: Written): void => {
    const isSegment = path.endsWith('.seg');
    if (!isSegment && !path.endsWith('.idx')) return;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (position === 0) this.#stores.set(path, buffer.toString('hex', 16, 32));
    else if (isSegment) this.#noteFragments(path, buffer, position);
    else this.#noteRows(path, buffer);
  };

  #noteFragments(path: string, bytes: Buffer, position: number): void {
    if ((position - FILE_HEADER_BYTES) % FRAGMENT_BYTES !== 0) throw new Error('a write between fragments');
    for (let at = 0; at < bytes.length; at += FRAGMENT_BYTES) {
      const tag = bytes.toString('latin1', at + FRAGMENT_BYTES - TAG_BYTES, at + FRAGMENT_BYTES);
      this.#add(path, Number(bytes.readBigUInt64BE(at)), tag);
    }
  }

  #noteRows(path: string, bytes: Buffer): void {
    for (let at = 0; at + ROW_STEP_BYTES <= bytes.length;) {
      if (bytes.readUInt16BE(at) !== ROW_MAGIC) throw new Error('a sidecar write that is no row');
      const sealedBytes = 32 + bytes.readUInt32BE(at + 4) + TAG_BYTES;
      const tag = bytes.toString('latin1', at + sealedBytes - TAG_BYTES, at + sealedBytes);
      this.#add(path, Number(bytes.readBigUInt64BE(at + 8)), tag);
      at += Math.ceil(sealedBytes / ROW_STEP_BYTES) * ROW_STEP_BYTES;
    }
  }

  #add(path: string, number: number, tag: string): void {
    const name = `${this.#storeOf(path)}:${number}`;
    const known = this.#find(name);
    if (known !== undefined && known !== tag) throw new Error(`number ${number} was sealed with twice`);
    this.#seen.set(name, tag);
    this.highest = Math.max(this.highest, number);
  }

  #storeOf(path: string): string {
    return this.#stores.get(path) ?? (this.#parent === undefined ? 'unknown' : this.#parent.#storeOf(path));
  }

  #find(name: string): string | undefined {
    return this.#seen.get(name) ?? (this.#parent === undefined ? undefined : this.#parent.#find(name));
  }
}
