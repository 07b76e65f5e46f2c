// One page of versions: a synchronous scan over three ordered tables at once, in UTF-8 byte order of keys, newest version first.
//
// The current record of a key (an object, or a delete marker) comes before its archived versions. Common prefixes are skipped whole,
// as in a listing of objects, so a page costs the page.
//
// Invariants:
//   1. A version that a half-applied batch shows as current and as archived is listed once, as current.
//   2. `isLatest` is the first version that the view has of a key, also where a page begins in the middle of that key.

import { NULL_VERSION, versionIdBytes } from '../core/ids.ts';
import { archivedRow } from './archived-row.ts';
import { GROUP_END } from './listing.ts';
import { decodeSummary, type ObjectSummary } from './record-codec.ts';
import { versionName, type VersionEntry, type VersionPage, type VersionQuery } from './version-table.ts';
import {
  ROW_KEY_BYTES_MAX,
  storedRecord,
  storedRevision,
  unescapeZeros,
  VERSION_TAIL_BYTES,
  versionBounds,
  versionRowKey,
  versionStem,
  viewKey,
} from './view-rows.ts';
import type { Rows, ViewTables } from './view-tables.ts';

const NUL = Buffer.from([0]);
/** A row key, or a bound of them, of any client's text; no row is longer. */
const bounded = (rowKey: Buffer): Buffer => rowKey.subarray(0, ROW_KEY_BYTES_MAX);

interface FoundRow {
  readonly key: Buffer;
  readonly rowKey: Buffer;
  readonly row: Buffer;
}

export function scanVersions(tables: ViewTables, query: VersionQuery): VersionPage {
  if (query.limit <= 0 || Buffer.byteLength(query.prefix) >= ROW_KEY_BYTES_MAX) {
    return { entries: [], truncated: false };
  }
  const scan = new VersionScan(tables, query);
  try {
    return scan.run();
  } finally {
    scan.close();
  }
}

class VersionScan {
  readonly #tables: ViewTables;
  readonly #query: VersionQuery;
  readonly #prefix: Buffer;
  readonly #delimiter: Buffer;
  readonly #entries: VersionEntry[] = [];
  readonly #objects: Cursor;
  readonly #markers: Cursor;
  readonly #archive: Cursor;
  /** The key of the row before this one, and the version that is current there. */
  #key: Buffer | undefined;
  #current = '';

  constructor(tables: ViewTables, query: VersionQuery) {
    const { bucketId } = query;
    this.#tables = tables;
    this.#query = query;
    this.#prefix = Buffer.from(query.prefix);
    this.#delimiter = Buffer.from(query.delimiter);
    const headBytes = viewKey(bucketId, Buffer.alloc(0)).length;
    const keyOf = (rowKey: Buffer): Buffer => rowKey.subarray(headBytes);
    const end = bounded(Buffer.concat([viewKey(bucketId, this.#prefix), GROUP_END]));
    this.#objects = new Cursor(tables.objects, end, keyOf);
    this.#markers = new Cursor(tables.markers, end, keyOf);
    const archiveEnd = bounded(Buffer.concat([versionStem(bucketId, this.#prefix), GROUP_END]));
    const archivedKeyOf = (rowKey: Buffer): Buffer =>
      unescapeZeros(rowKey.subarray(headBytes, -VERSION_TAIL_BYTES));
    this.#archive = new Cursor(tables.versions, archiveEnd, archivedKeyOf);
  }

  run(): VersionPage {
    this.#start();
    for (;;) {
      const found = this.#next();
      if (found === undefined) return { entries: this.#entries, truncated: false };
      const { row, cursor } = found;
      const group = this.#groupOf(row.key);
      if (group === undefined && this.#isRepeated(row, cursor)) {
        cursor.advance();
        continue;
      }
      if (this.#entries.length >= this.#query.limit) return { entries: this.#entries, truncated: true };
      if (group === undefined) {
        this.#add(row, cursor);
        cursor.advance();
      } else {
        this.#entries.push({ kind: 'prefix', prefix: group.toString('utf8') });
        this.#seek(Buffer.concat([group, GROUP_END]));
      }
    }
  }

  close(): void {
    for (const cursor of [this.#objects, this.#markers, this.#archive]) cursor.close();
  }

  /** The first row of all three tables: a current record before the archived ones of its key. */
  #next(): { readonly row: FoundRow; readonly cursor: Cursor } | undefined {
    let first: { readonly row: FoundRow; readonly cursor: Cursor } | undefined;
    for (const cursor of [this.#objects, this.#markers, this.#archive]) {
      const row = cursor.row;
      if (row === undefined) continue;
      if (first === undefined || row.key.compare(first.row.key) < 0) first = { row, cursor };
    }
    return first;
  }

  #add({ key, rowKey, row }: FoundRow, cursor: Cursor): void {
    const record = decodeSummary(storedRecord(row));
    const isLatest = cursor === this.#archive ? this.#isFirstOfKey(key, rowKey) : true;
    this.#remember(key, cursor === this.#archive ? undefined : record);
    const version = { key: key.toString('utf8'), record, revision: storedRevision(row), isLatest };
    this.#entries.push({ kind: 'version', version });
  }

  /** An archived version that is also the current one. */
  #isRepeated({ key, row }: FoundRow, cursor: Cursor): boolean {
    if (cursor !== this.#archive) return false;
    if (this.#key?.equals(key) !== true) this.#remember(key, this.#currentOf(key));
    return this.#current === versionName(decodeSummary(storedRecord(row)));
  }

  /** `current` absent: the key stays what it was, or has no current record. */
  #remember(key: Buffer, current: ObjectSummary | undefined): void {
    if (current === undefined && this.#key?.equals(key) === true) return;
    this.#key = key;
    this.#current = current === undefined ? '' : versionName(current);
  }

  #isFirstOfKey(key: Buffer, rowKey: Buffer): boolean {
    if (this.#current !== '') return false;
    const { versions } = this.#tables;
    const range = versions.getKeys({ ...versionBounds(this.#query.bucketId, key), limit: 1 });
    for (const first of range) return rowKey.equals(first);
    return true;
  }

  #currentOf(key: Buffer): ObjectSummary | undefined {
    const rowKey = viewKey(this.#query.bucketId, key);
    const row = this.#tables.objects.getBinary(rowKey) ?? this.#tables.markers.getBinary(rowKey);
    return row === undefined ? undefined : decodeSummary(storedRecord(row));
  }

  #groupOf(key: Buffer): Buffer | undefined {
    if (this.#delimiter.length === 0) return undefined;
    const at = key.indexOf(this.#delimiter, this.#prefix.length);
    return at < 0 ? undefined : key.subarray(0, at + this.#delimiter.length);
  }

  #start(): void {
    const marker = Buffer.from(this.#query.keyMarker);
    const isBehind = marker.length === 0 || marker.compare(this.#prefix) < 0;
    if (isBehind) this.#seek(this.#prefix);
    else if (this.#groupOf(marker)?.length === marker.length) this.#seek(Buffer.concat([marker, GROUP_END]));
    else if (this.#query.versionMarker === '') this.#seekPast(marker);
    else this.#startWithin(marker);
  }

  /** Goes on with the versions of this very key that are older than the marker. */
  #startWithin(key: Buffer): void {
    const { bucketId, versionMarker } = this.#query;
    const after = this.#idOf(key, versionMarker);
    if (after === 'unknown') {
      this.#seek(key);
      return;
    }
    this.#archive.seek(bounded(Buffer.concat([versionRowKey(bucketId, key, after), NUL])));
    const current = this.#currentOf(key);
    // The current version is older than the marker when those in between have gone.
    const isOlder =
      current !== undefined && versionIdBytes(current.versionId).compare(versionIdBytes(after)) < 0;
    const start = viewKey(bucketId, key);
    const from = bounded(isOlder ? start : Buffer.concat([start, NUL]));
    for (const cursor of [this.#objects, this.#markers]) cursor.seek(from);
  }

  #idOf(key: Buffer, version: string): string | undefined {
    if (version !== NULL_VERSION) return version;
    const current = this.#currentOf(key);
    if (current !== undefined && versionName(current) === NULL_VERSION) return current.versionId;
    const row = archivedRow(this.#tables, { bucketId: this.#query.bucketId, key, version });
    return row === undefined ? 'unknown' : decodeSummary(storedRecord(row)).versionId;
  }

  /** To the first row of a key at or after this. */
  #seek(key: Buffer): void {
    const { bucketId } = this.#query;
    for (const cursor of [this.#objects, this.#markers]) cursor.seek(bounded(viewKey(bucketId, key)));
    this.#archive.seek(bounded(versionStem(bucketId, key)));
  }

  #seekPast(key: Buffer): void {
    const { bucketId } = this.#query;
    const after = bounded(Buffer.concat([viewKey(bucketId, key), NUL]));
    for (const cursor of [this.#objects, this.#markers]) cursor.seek(after);
    this.#archive.seek(bounded(versionBounds(bucketId, key).end));
  }
}

/** A place in one table. */
class Cursor {
  readonly #rows: Rows;
  readonly #end: Buffer;
  readonly #keyOf: (rowKey: Buffer) => Buffer;
  #iterator: Iterator<{ readonly key: Buffer; readonly value: Buffer }> | undefined;
  #ended = false;
  row: FoundRow | undefined;

  constructor(rows: Rows, end: Buffer, keyOf: (rowKey: Buffer) => Buffer) {
    this.#rows = rows;
    this.#end = end;
    this.#keyOf = keyOf;
  }

  /** Goes forward only. */
  seek(start: Buffer): void {
    const isThere = this.row !== undefined && this.row.rowKey.compare(start) >= 0;
    if (isThere || this.#ended) return;
    this.close();
    if (start.compare(this.#end) >= 0) {
      this.#ended = true;
      return;
    }
    this.#iterator = this.#rows.getRange({ start, end: this.#end })[Symbol.iterator]();
    this.advance();
  }

  advance(): void {
    const next = this.#iterator?.next();
    if (next === undefined || next.done === true) {
      this.#ended = true;
      this.#iterator = undefined;
      this.row = undefined;
      return;
    }
    const { key, value } = next.value;
    this.row = { key: this.#keyOf(key), rowKey: key, row: value };
  }

  close(): void {
    this.#iterator?.return?.();
    this.#iterator = undefined;
    this.row = undefined;
  }
}
