// The LMDB environment of the view and its tables.

import { open, type Database, type RootDatabase } from 'lmdb';
import { VIEW_PAGE_BYTES } from './view-file.ts';

const DATABASES_MAX = 32;

export type Rows = Database<Buffer, Buffer>;

const TABLES = [
  'objects',
  'markers',
  'versions',
  'nullVersions',
  'uploads',
  'openUploads',
  'parts',
  'buckets',
  'nodes',
  'references',
  'holders',
  'reclaim',
  'tombstones',
  'state',
] as const;

export type ViewTables = Readonly<Record<(typeof TABLES)[number], Rows>> & {
  readonly root: RootDatabase<Buffer, Buffer>;
};

export function openTables(path: string): ViewTables {
  const root = open<Buffer, Buffer>({
    path,
    pageSize: VIEW_PAGE_BYTES,
    maxDbs: DATABASES_MAX,
    encoding: 'binary',
    keyEncoding: 'binary',
    // One sync per transaction, and its error reaches us; overlapping syncs drop the error of the last step.
    overlappingSync: false,
    // As in segments/lmdb-tables.ts: the promise of such a batch cannot be heard, and a failed commit would end the process.
    eventTurnBatching: false,
  });
  const table = (name: string): Rows =>
    root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
  const tables = Object.fromEntries(TABLES.map((name) => [name, table(name)])) as Record<
    (typeof TABLES)[number],
    Rows
  >;
  return { root, ...tables };
}

export function entryCount(rows: Rows): number {
  return (rows.getStats() as { entryCount: number }).entryCount;
}
