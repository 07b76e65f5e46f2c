// The rows of simulated index tables. A state is never changed: a transaction makes the next one.

export const TABLE_NAMES = ['shards', 'segments', 'about'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** Keys are latin1 text, whose order is the order of their bytes. */
export type Rows = ReadonlyMap<string, Buffer>;
export type TablesState = Readonly<Record<TableName, Rows>>;

export function emptyTables(): TablesState {
  return { shards: new Map(), segments: new Map(), about: new Map() };
}
