// The rows of the metadata view: a real LMDB in which one row of one table is whatever the input says, given to everything that reads
// rows. (Pages of LMDB carry no checksums: a disk that rots shows up as rows like these.)

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseWriteId } from '../../../src/core/ids.ts';
import { BlobNaming } from '../../../src/metadata/blob-naming.ts';
import { hasUnreadable, readReference } from '../../../src/metadata/blob-references.ts';
import { scanObjects } from '../../../src/metadata/listing.ts';
import { ReclaimQueue } from '../../../src/metadata/reclaim-queue.ts';
import { queueKey, queueRow } from '../../../src/metadata/reclaim-row.ts';
import { TombstoneRows } from '../../../src/metadata/tombstone-rows.ts';
import { scanParts, scanUploads } from '../../../src/metadata/upload-listing.ts';
import { scanVersions } from '../../../src/metadata/version-listing.ts';
import { recordsOf } from '../../../src/metadata/view-records.ts';
import { partRowKey, stored, uploadRowKey, versionRowKey, viewKey } from '../../../src/metadata/view-rows.ts';
import { openTables, type ViewTables } from '../../../src/metadata/view-tables.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { isRefusal, type FuzzTarget } from './target.ts';
import { blob, bucket, member, object, part, ring, upload } from './record-samples.ts';

const TABLES = [
  'objects',
  'markers',
  'versions',
  'uploads',
  'parts',
  'buckets',
  'nodes',
  'references',
  'holders',
  'reclaim',
  'tombstones',
] as const;
type Table = (typeof TABLES)[number];

const LIMIT = 100;
const BUCKET = 'b1';
const UPLOAD = '0'.repeat(32);
/** LMDB takes keys of 1 to 1978 bytes. */
const KEY_BYTES_MAX = 1_900;

/** An input: the table, the length of the row key (2 bytes), the row key, the row. */
function rowInput(table: Table, rowKey: Buffer, row: Buffer): Buffer {
  const head = Buffer.from([TABLES.indexOf(table), rowKey.length >> 8, rowKey.length & 0xff]);
  return Buffer.concat([head, rowKey, row]);
}

let view: { readonly tables: ViewTables; readonly directory: string } | undefined;

/** Opened when the first input comes; `closeView` removes it. */
function openOnce(): ViewTables {
  if (view === undefined) {
    const directory = mkdtempSync(join(tmpdir(), 'fuzz-view-'));
    view = { directory, tables: openTables(join(directory, 'view.mdb')) };
  }
  return view.tables;
}

export async function closeView(): Promise<void> {
  if (view === undefined) return;
  const { tables, directory } = view;
  view = undefined;
  await tables.root.close();
  rmSync(directory, { recursive: true, force: true });
}

const query = { bucketId: BUCKET, prefix: '', limit: LIMIT };
const markers = { keyMarker: '', versionMarker: '', uploadIdMarker: '' };

/** Everything that reads rows. */
function readersOf(all: ViewTables): readonly (() => unknown)[] {
  const listings = ['', '/'].flatMap((delimiter) => [
    () => scanObjects(all.objects, { ...query, delimiter, after: '' }),
    () => scanVersions(all, { ...query, ...markers, delimiter }),
    () => scanUploads(all.uploads, { ...query, ...markers, delimiter }),
  ]);
  return [
    ...listings,
    () => scanParts(all.parts, { bucketId: BUCKET, key: 'k', uploadId: UPLOAD }, 0, LIMIT),
    () => [...recordsOf(all)],
    () => new BlobNaming(all, silentLogger).after('', LIMIT),
    () => new BlobNaming(all, silentLogger).of(blob.write),
    () => readReference(all.references, blob.write),
    () => hasUnreadable(all.references),
    () => new ReclaimQueue(all, silentLogger).ripe(Number.MAX_SAFE_INTEGER, LIMIT),
    () => new TombstoneRows(all.tombstones).seenBefore(Number.MAX_SAFE_INTEGER, LIMIT),
  ];
}

function readWith(input: Buffer): void {
  const table = TABLES[(input[0] ?? 0) % TABLES.length]!;
  const keyBytes = Math.min(KEY_BYTES_MAX, Math.max(1, input.length > 2 ? input.readUInt16BE(1) : 1));
  const rowKey = Buffer.concat([input.subarray(3, 3 + keyBytes), Buffer.alloc(input.length > 3 ? 0 : 1)]);
  const row = input.subarray(3 + keyBytes);
  const all = openOnce();
  all[table].putSync(rowKey, row);
  all.root.resetReadTxn();
  let refusal: Error | undefined;
  try {
    for (const read of readersOf(all)) {
      try {
        read();
      } catch (error) {
        if (!(error instanceof Error) || !isRefusal(error)) throw error;
        refusal = error;
      }
    }
  } finally {
    all[table].removeSync(rowKey);
  }
  if (refusal !== undefined) throw refusal;
}

const text = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const key = Buffer.from('a/k');
const writeKey = Buffer.from(parseWriteId(blob.write), 'hex');

export const VIEW_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'view-rows',
    seeds: [
      rowInput('objects', viewKey(BUCKET, key), stored(7, text(object))),
      rowInput(
        'markers',
        viewKey(BUCKET, key),
        stored(7, text({ ...object, size: 0, blobs: [], marker: true })),
      ),
      rowInput('versions', versionRowKey(BUCKET, key, undefined), stored(7, text(object))),
      rowInput('uploads', uploadRowKey(BUCKET, key, UPLOAD), stored(7, text(upload))),
      rowInput('parts', partRowKey(BUCKET, UPLOAD, 3), stored(7, text(part))),
      rowInput('buckets', Buffer.from('bucket'), stored(7, text(bucket))),
      rowInput('nodes', Buffer.from('1'), stored(7, text(member))),
      rowInput('nodes', Buffer.from('ring'), stored(7, text(ring))),
      rowInput('references', writeKey, Buffer.from([0, 0, 0, 1])),
      rowInput('holders', Buffer.concat([writeKey, Buffer.alloc(16, 5)]), Buffer.from('$KV.s3.o.b1.a.k')),
      rowInput('reclaim', queueKey(1_000, 7, 0), queueRow(blob)),
      rowInput(
        'tombstones',
        Buffer.alloc(8, 1),
        Buffer.concat([Buffer.alloc(8, 1), Buffer.from('$KV.s3.o.b1.a')]),
      ),
    ],
    parse: readWith,
  },
];
