// Where the view keeps an archived version.

import { NULL_VERSION } from '../core/ids.ts';
import { versionRowKey, viewKey } from './view-rows.ts';
import type { ViewTables } from './view-tables.ts';

export interface ArchivedName {
  readonly bucketId: string;
  readonly key: Buffer;
  /** An id or `null`. */
  readonly version: string;
}

/** The row of an archived version; `undefined` when the view has none. */
export function archivedRow(
  tables: ViewTables,
  { bucketId, key, version }: ArchivedName,
): Buffer | undefined {
  const rowKey =
    version === NULL_VERSION
      ? tables.nullVersions.getBinary(viewKey(bucketId, key))
      : versionRowKey(bucketId, key, version);
  return rowKey && tables.versions.getBinary(rowKey);
}
