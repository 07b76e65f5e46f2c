// Promises that nobody awaits get a supervisor: a failure is logged, never swallowed, never an unhandled rejection.

import type { Logger } from './log.ts';

/** Watches work that runs beside its starter; `what` names it in the log when it fails. */
export function supervise(work: Promise<unknown>, logger: Logger, what: string): void {
  work.catch((error: unknown) => logger.error(`${what} failed`, { error }));
}

/** Lets go of a promise whose failure is already reported elsewhere, or cannot matter; `_why` says which. */
export function settled(work: Promise<unknown>, _why: string): void {
  work.then(
    () => undefined,
    () => undefined,
  );
}
