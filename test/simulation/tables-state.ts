// The rows of simulated index tables. A state is never changed: a transaction makes the next one.

import { crc32 } from 'node:zlib';

export const TABLE_NAMES = ['shards', 'segments', 'about'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** Keys are latin1 text, whose order is the order of their bytes. */
export type Rows = ReadonlyMap<string, Buffer>;
export type TablesState = Readonly<Record<TableName, Rows>>;

export function emptyTables(): TablesState {
  return { shards: new Map(), segments: new Map(), about: new Map() };
}

const fingerprints = new WeakMap<TablesState, string>();

/** Equal for equal rows; a state costs once. */
export function fingerprintOf(state: TablesState): string {
  const known = fingerprints.get(state);
  if (known !== undefined) return known;
  const rows = TABLE_NAMES.map((name) =>
    [...state[name]]
      .map(([key, value]) => `${key}=${crc32(value)}`)
      .sort()
      .join(),
  );
  const fingerprint = rows.join('/');
  fingerprints.set(state, fingerprint);
  return fingerprint;
}
