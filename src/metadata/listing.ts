// One page of a listing: a synchronous range scan over the view, in UTF-8 byte order.
//
// Keys that share a common prefix are rolled up by seeking past the whole group, so a page costs the page, also over a
// directory of a million children. Nothing here awaits: the page is one snapshot and no LMDB cursor outlives it.
//
// What `after` means, as AWS does it:
//   - a common prefix of this very query ("photos/", as a page ends with it): the whole group is behind us;
//   - anything else is a key: entries are made of keys strictly after it, so with after "photos/b" the group "photos/" is
//     listed (again) if and only if it has a key after "photos/b".

import type { ListEntry, ListPage, ListQuery } from './metadata-store.ts';
import { decodeSummary } from './record-codec.ts';
import { ROW_KEY_BYTES_MAX, storedRecord, storedRevision, viewKey } from './view-rows.ts';
import type { Rows } from './view-tables.ts';

/** Above every UTF-8 byte, and so above every key of a group. */
export const GROUP_END = Buffer.from([0xff]);
const NUL = Buffer.from([0]);

/** A name of a row key: bytes in front of it (bucket id and separator) and behind it belong to something else. */
export interface RowNames {
  /** Row key where the rows of names that begin with this text begin. */
  readonly stemOf: (text: string) => Buffer;
  readonly nameOf: (rowKey: Buffer) => string;
  /** Bytes behind the name. */
  readonly tailBytes: number;
  /** What follows `stemOf(after)` in the first row key that comes after it. */
  readonly afterTail: Buffer;
}

export interface Scan<E> extends RowNames {
  readonly rows: Rows;
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  /** Entries and common prefixes together. */
  readonly limit: number;
  readonly entryOf: (rowKey: Buffer, row: Buffer) => E;
}

export interface PrefixEntry {
  readonly kind: 'prefix';
  readonly prefix: string;
}

export interface ScannedPage<E> {
  readonly entries: readonly (E | PrefixEntry)[];
  /** There is at least one more entry after the last one. */
  readonly truncated: boolean;
}

export function scanObjects(rows: Rows, query: ListQuery): ListPage {
  const stemOf = (text: string): Buffer => viewKey(query.bucketId, Buffer.from(text));
  const headBytes = stemOf('').length;
  const nameOf = (rowKey: Buffer): string => rowKey.toString('utf8', headBytes);
  const entryOf = (rowKey: Buffer, row: Buffer): ListEntry => ({
    kind: 'object',
    object: {
      key: nameOf(rowKey),
      record: decodeSummary(storedRecord(row)),
      revision: storedRevision(row),
    },
  });
  return scanPage<ListEntry>({ ...query, rows, stemOf, nameOf, tailBytes: 0, afterTail: NUL, entryOf });
}

export function scanPage<E>(scan: Scan<E>): ScannedPage<E> {
  if (scan.limit <= 0) return { entries: [], truncated: false };
  return new PageScan(scan).run();
}

class PageScan<E> {
  readonly #options: Scan<E>;
  /** Bytes in front of what may hold the delimiter: everything up to the end of the prefix. */
  readonly #stem: Buffer;
  readonly #delimiter: Buffer;
  readonly #entries: (E | PrefixEntry)[] = [];

  constructor(options: Scan<E>) {
    this.#options = options;
    this.#stem = options.stemOf(options.prefix);
    // As it lies in a row key, without what lies in front.
    this.#delimiter = options.stemOf(options.delimiter).subarray(options.stemOf('').length);
  }

  run(): ScannedPage<E> {
    // A prefix may be any text too; no row is as long as this.
    if (this.#stem.length >= ROW_KEY_BYTES_MAX) return { entries: [], truncated: false };
    const end = Buffer.concat([this.#stem, GROUP_END]);
    let from: Buffer | undefined = this.#start();
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
    const { rows, limit, tailBytes, nameOf, entryOf } = this.#options;
    // A marker may be any text; what LMDB would not take lies behind every row that begins like it.
    const start = from.subarray(0, ROW_KEY_BYTES_MAX);
    for (const { key, value } of rows.getRange({ start, end })) {
      if (this.#entries.length >= limit) return 'full';
      const group = this.#groupOf(key, key.length - tailBytes);
      if (group !== undefined) {
        // A name is cut from a whole row key; what stands for the tail here does not matter.
        this.#entries.push({
          kind: 'prefix',
          prefix: nameOf(Buffer.concat([group, Buffer.alloc(tailBytes)])),
        });
        return Buffer.concat([group, GROUP_END]);
      }
      this.#entries.push(entryOf(key, value));
    }
    return undefined;
  }

  /** The row key up to and including the first delimiter after the prefix; the name ends at `nameEnd`. */
  #groupOf(key: Buffer, nameEnd: number): Buffer | undefined {
    if (this.#delimiter.length === 0) return undefined;
    const at = key.subarray(0, nameEnd).indexOf(this.#delimiter, this.#stem.length);
    return at < 0 ? undefined : key.subarray(0, at + this.#delimiter.length);
  }

  #start(): Buffer {
    const { after: text, stemOf, afterTail } = this.#options;
    if (text === '') return this.#stem;
    const after = stemOf(text);
    // A bound of a shorter or smaller key than the prefix leaves the whole prefix ahead.
    if (Buffer.compare(after, this.#stem) < 0) return this.#stem;
    const isGroup =
      startsWith(after, this.#stem) && this.#groupOf(after, after.length)?.length === after.length;
    return Buffer.concat([after, isGroup ? GROUP_END : afterTail]);
  }
}

function startsWith(bytes: Buffer, stem: Buffer): boolean {
  return bytes.length >= stem.length && bytes.compare(stem, 0, stem.length, 0, stem.length) === 0;
}
