// Tries a commit again that lost a race.

import { PredastoreError } from '../core/errors.ts';
import { unconditional } from './conditions.ts';
import { backoffMs } from '../platform/random.ts';
import type { ObjectContext } from './object-context.ts';
import type { Conditions } from './object-store.ts';

/** How often a conditional commit is decided anew when others keep changing the object. */
export const COMMIT_TRIES_MAX = 5;
/** How often one is that nothing but a race stands in the way of: as many writers of one key may come at once. */
const UNCONDITIONAL_TRIES_MAX = 64;
const RETRY_BASE_MS = 2;
const RETRY_MAX_MS = 100;

/**
 * Tries until something else than a lost race comes out: a few times for a conditional commit (`raced`: neither met nor refuted),
 * many times, ever more slowly, for one that only races.
 */
export async function persistently<T extends { readonly kind: string }>(
  context: ObjectContext,
  conditions: Conditions,
  attempt: () => Promise<T | { readonly kind: 'raced' }>,
): Promise<T | { readonly kind: 'conflict' }> {
  const isConditional = !unconditional(conditions);
  const triesMax = isConditional ? COMMIT_TRIES_MAX : UNCONDITIONAL_TRIES_MAX;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const ending = await attempt();
    if (ending.kind !== 'raced') return ending as T;
    await context.clock.sleep(backoffMs(context.random, tries, RETRY_BASE_MS, RETRY_MAX_MS));
  }
  if (isConditional) return { kind: 'conflict' };
  throw new PredastoreError('metadata-unavailable', 'others keep changing the object');
}
