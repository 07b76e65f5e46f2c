// Steps of a start that need the cluster: the others may be starting too, and a metadata leader takes seconds to be elected.

import { isPredastoreError, messageOf } from '../core/errors.ts';
import { backoffMs } from '../platform/random.ts';
import type { Runtime } from './node-settings.ts';

/** As long as a NATS cluster that starts together with us may take; past it a supervisor should see the process end. */
const START_PATIENCE_MS = 60_000;
const RETRY_BASE_MS = 100;
const RETRY_MAX_MS = 1_000;

/** Does `work` again while it fails in a way that may pass; `what` names it in the log. */
export async function withStartPatience<T>(
  runtime: Runtime,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, random, log } = runtime;
  const deadlineMs = clock.monotonicMs() + START_PATIENCE_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const mayPass = isPredastoreError(error) && error.retryable;
      if (!mayPass || clock.monotonicMs() > deadlineMs) throw error;
      log.warn(`${what} has to wait for the cluster`, { attempt, reason: messageOf(error) });
      await clock.sleep(backoffMs(random, attempt, RETRY_BASE_MS, RETRY_MAX_MS));
    }
  }
}
