// Waiting for what a cluster does in its own time.

import { systemClock } from '../../src/platform/clock.ts';

const LOOK_AGAIN_MS = 100;

/** Resolves when `condition` holds; a look that fails counts as "not yet". Rejects after `limitMs`. */
export async function until(condition: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}
