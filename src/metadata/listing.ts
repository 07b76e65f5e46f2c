// One page of a listing: a synchronous range scan over the view, in UTF-8 byte order.
//
// Keys that share a common prefix are rolled up by seeking past the whole group, so a page costs the page, also over a
// directory of a million children. Nothing here awaits: the page is one snapshot and no LMDB cursor outlives it.
//
// What `after` means, as AWS does it:
//   - a common prefix of this very query ("photos/", as a page ends with it): the whole group is behind us;
//   - anything else is a key: entries are made of keys strictly after it, so with after "photos/b" the group "photos/" is
//     listed (again) if and only if it has a key after "photos/b".

import type { Database } from 'lmdb';
import type { ListEntry, ListPage, ListQuery } from './metadata-store.ts';
import { decodeObject } from './record-codec.ts';
import { storedRecord, storedRevision, viewKey } from './view-rows.ts';

export type ObjectRows = Database<Buffer, Buffer>;

/** Above every UTF-8 byte, and so above every key of a group. */
const GROUP_END = Buffer.from([0xff]);
const NUL = Buffer.from([0]);

export function scanPage(rows: ObjectRows, query: ListQuery): ListPage {
  if (query.limit <= 0) return { entries: [], truncated: false };
  return new PageScan(rows, query).run();
}

class PageScan {
  readonly #rows: ObjectRows;
  readonly #limit: number;
  /** Bytes of the bucket id and separator before every key. */
  readonly #head: number;
  /** Bytes of head and prefix: where the search for the delimiter begins. */
  readonly #stem: Buffer;
  readonly #delimiter: Buffer;
  readonly #start: Buffer;
  readonly #entries: ListEntry[] = [];

  constructor(rows: ObjectRows, query: ListQuery) {
    this.#rows = rows;
    this.#limit = query.limit;
    this.#stem = viewKey(query.bucketId, Buffer.from(query.prefix));
    this.#head = this.#stem.length - Buffer.byteLength(query.prefix);
    this.#delimiter = Buffer.from(query.delimiter);
    this.#start = this.#startAfter(query);
  }

  run(): ListPage {
    const end = Buffer.concat([this.#stem, GROUP_END]);
    let from: Buffer | undefined = this.#start;
    while (from !== undefined) {
      if (Buffer.compare(from, end) >= 0) return { entries: this.#entries, truncated: false };
      const stop = this.#scan(from, end);
      if (stop === 'full') return { entries: this.#entries, truncated: true };
      from = stop;
    }
    return { entries: this.#entries, truncated: false };
  }

  /** Collects until the page is full, the range ends (`undefined`), or a group is to be skipped (where to go on). */
  #scan(from: Buffer, end: Buffer): Buffer | 'full' | undefined {
    for (const { key, value } of this.#rows.getRange({ start: from, end })) {
      if (this.#entries.length >= this.#limit) return 'full';
      const group = this.#groupOf(key);
      if (group !== undefined) {
        this.#entries.push({ kind: 'prefix', prefix: this.#text(group) });
        return Buffer.concat([group, GROUP_END]);
      }
      const object = {
        key: this.#text(key),
        record: decodeObject(storedRecord(value)),
        revision: storedRevision(value),
      };
      this.#entries.push({ kind: 'object', object });
    }
    return undefined;
  }

  /** The row key up to and including the first delimiter after the prefix. */
  #groupOf(key: Buffer): Buffer | undefined {
    if (this.#delimiter.length === 0) return undefined;
    const at = key.indexOf(this.#delimiter, this.#stem.length);
    return at < 0 ? undefined : key.subarray(0, at + this.#delimiter.length);
  }

  #startAfter(query: ListQuery): Buffer {
    if (query.after === '') return this.#stem;
    const after = viewKey(query.bucketId, Buffer.from(query.after));
    // A bound of a shorter or smaller key than the prefix leaves the whole prefix ahead.
    if (Buffer.compare(after, this.#stem) < 0) return this.#stem;
    const isGroup = startsWith(after, this.#stem) && this.#groupOf(after)?.length === after.length;
    return Buffer.concat([after, isGroup ? GROUP_END : NUL]);
  }

  #text(rowKey: Buffer): string {
    return rowKey.toString('utf8', this.#head);
  }
}

function startsWith(bytes: Buffer, stem: Buffer): boolean {
  return bytes.length >= stem.length && bytes.compare(stem, 0, stem.length, 0, stem.length) === 0;
}
