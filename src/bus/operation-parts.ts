// What the server of operations and its exchanges share.

import type { MsgHdrs } from '@nats-io/transport-node';

import type { OperationDescription } from '../contracts/operations.ts';
import type { Clock } from '../platform/clock.ts';
import type { Limiter } from '../platform/limiter.ts';
import type { Logger } from '../platform/log.ts';
import type { LazyBulkLink } from './bulk-link.ts';
import type { CallerCheck } from './caller-check.ts';
import type { LocalBodies } from './local-bodies.ts';
import type { OperationHandler } from './operation.ts';

export interface ServedOperation {
  readonly description: OperationDescription;
  readonly handler: OperationHandler;
  /** What is wrong with the parameters, naming the field; undefined when nothing is. */
  readonly validate: (parameters: unknown) => string | undefined;
}

/** What exchanges share. */
export interface ServerParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limiter: Limiter;
  readonly bulk: LazyBulkLink;
  readonly localBodies: LocalBodies | undefined;
  /** Absent: callers are who their headers say. */
  readonly callers: CallerCheck | undefined;
  maxPayloadBytes(): number;
  newRequestId(): string;
  /** Publishes on the control connection; a reply that cannot be sent is logged, not thrown. */
  publish(subject: string, payload: Uint8Array | string, headers: MsgHdrs): void;
}
