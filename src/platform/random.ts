// Chance as a dependency, so that a run can be replayed from its seed.

import { randomBytes } from 'node:crypto';

export interface Random {
  /** Cryptographically strong bytes. */
  bytes(count: number): Buffer;
  /** A number in [0, 1), for jitter and sampling. */
  fraction(): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
};

/** Full jitter: a delay between zero and the exponential bound for this attempt (0, 1, 2 …). */
export function backoffMs(random: Random, attempt: number, baseMs: number, maxMs: number): number {
  return Math.floor(random.fraction() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20)));
}
