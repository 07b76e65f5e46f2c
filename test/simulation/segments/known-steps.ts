// Histories that are always the same: for faults that visit every call of one.

import type { Deed, Step } from './history.ts';

const together = (...deeds: Deed[]): Step[] => deeds.map((deed, at) => ({ deed, barrier: at === 0 }));

/** Everything a store is asked for, with writers, readers and deletes that overlap. */
export const FAULT_HISTORY: readonly Step[] = [
  ...together(
    { do: 'store', key: 0, length: 9000, portion: 4000 },
    { do: 'store', key: 1, length: 16_384, portion: 8192 },
    { do: 'store', key: 2, length: 0, portion: 1 },
  ),
  ...together(
    { do: 'store', key: 3, length: 20_000, portion: 20_000 },
    { do: 'abort', key: 4, length: 10_000, part: 0.9 },
    { do: 'read', key: 1, start: 8000, bytes: 500 },
  ),
  ...together({ do: 'leave', key: 5, length: 9000, part: 1 }, { do: 'hold', key: 1 }),
  ...together({ do: 'replace', key: 0, by: 6, length: 8193 }, { do: 'race', key: 7, length: 100 }),
  ...together({ do: 'delete', keys: [1, 2] }, { do: 'store', key: 4, length: 24_576, portion: 9999 }),
  ...together({ do: 'compact' }, { do: 'read', key: 3, start: 0, bytes: 30_000 }),
  ...together({ do: 'reopen' }),
  ...together({ do: 'store', key: 8, length: 70_000, portion: 50_000 }, { do: 'delete', keys: [4] }),
  ...together({ do: 'repair', key: 3 }, { do: 'verify', key: 6 }),
  ...together({ do: 'compact' }),
  ...together({ do: 'store', key: 9, length: 70, portion: 70 }, { do: 'delete', keys: [8, 7] }),
];
