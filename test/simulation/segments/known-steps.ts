// Histories that are always the same: for faults that visit every call of one.

import type { CrashScript } from './crash-run.ts';
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

/** Segments in which long shards lie beside short ones: windows of one are on the disk when the commit of another syncs. */
export const WIDE_SEGMENT_BYTES_MAX = 4_000_000;
export const WIDE_FAULT_HISTORY: readonly Step[] = [
  ...together(
    { do: 'store', key: 0, length: 900_000, portion: 270_000 },
    { do: 'store', key: 1, length: 100, portion: 100 },
    { do: 'store', key: 2, length: 600_000, portion: 600_000 },
    { do: 'store', key: 3, length: 8192, portion: 8192 },
  ),
  ...together({ do: 'store', key: 4, length: 300_000, portion: 300_000 }, { do: 'delete', keys: [1] }),
];

/** Keys that random histories use. */
export const KEYS = 8;

/** A store with full segments, three shards in each: what the deeds of a beginning cannot bring about by themselves. */
export const FULL_SEGMENTS: readonly Step[] = Array.from({ length: KEYS - 1 }, (_, key) => ({
  deed: { do: 'store', key, length: 16_000, portion: 20_000 },
  barrier: false,
}));

/** Run before all random histories: each brings about what chance brings about once in hundreds. */
export const CRASH_SCRIPTS: readonly CrashScript[] = [
  // An aborted writer with others behind it, whose place is too small for the next one; shards of several windows.
  scriptOf(
    ...together({ do: 'store', key: 6, length: 100, portion: 100 }),
    ...together(
      { do: 'abort', key: 1, length: 9000, part: 0.9 },
      { do: 'store', key: 0, length: 16_384, portion: 16_384 },
    ),
    ...together({ do: 'store', key: 2, length: 24_576, portion: 24_576 }),
    ...together({ do: 'verify', key: 0 }, { do: 'store', key: 3, length: 33 * 8192, portion: 300_000 }),
  ),
  // Writers that were aborted, in more segments than are ever active.
  scriptOf(...[1, 2, 3, 4].flatMap((key) => together({ do: 'leave', key, length: 40_000, part: 1 }))),
  // Compaction beside deletes of what it moves, and a reader of a shard that goes.
  scriptOf(
    ...FULL_SEGMENTS,
    ...together({ do: 'delete', keys: [0, 1, 3, 4] }, { do: 'hold', key: 6 }),
    ...together({ do: 'compact' }, { do: 'delete', keys: [2] }, { do: 'delete', keys: [6] }),
    ...together({ do: 'leave', key: 7, length: 9000, part: 1 }, { do: 'delete', keys: [5] }),
    ...together({ do: 'race', key: 1, length: 20_000 }),
    ...together({ do: 'compact' }),
  ),
];

function scriptOf(...steps: Step[]): CrashScript {
  const part = { steps, compactsByItself: false, endsEmpty: true, eventsMax: Infinity };
  return { seed: 1, parts: [part, { ...part, steps: [] }] };
}
