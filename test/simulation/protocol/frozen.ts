// Histories in which a process is frozen for longer than its shards are kept for it: what both the proof and its canaries run.

import type { Plant, WorldOptions } from './world-options.ts';

export const FROZEN = {
  misfortunes: ['freeze'],
  operations: 150,
  clients: 8,
  keys: 3,
} as const satisfies Partial<WorldOptions>;

/** Shards that nobody names go within half a minute. */
export const EARLY_COLLECTION: Plant = {
  maintenance: (plan) => ({ ...plan, orphans: { enabled: true, graceMs: 10_000, intervalMs: 5_000 } }),
};
