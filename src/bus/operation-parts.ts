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
import type { TicketDesk } from './ticket-desk.ts';

export interface ServedOperation {
  readonly description: OperationDescription;
  readonly handler: OperationHandler;
  /** What is wrong with the parameters, naming the field; undefined when nothing is. */
  readonly validate: (parameters: unknown) => string | undefined;
}

const OPERATORS = 's3.admin.';

/** Where an operation has to stand in line. */
export function placesFor(
  { places }: Pick<ServerParts, 'places'>,
  { description }: ServedOperation,
): Limiter {
  return description.subject.startsWith(OPERATORS) ? places.operators : places.users;
}

/** What exchanges share. */
export interface ServerParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Places for requests of users, and others for those of operators: these are answered however many of those wait. */
  readonly places: { readonly users: Limiter; readonly operators: Limiter };
  readonly bulk: LazyBulkLink;
  readonly localBodies: LocalBodies | undefined;
  /** Absent: no body goes past NATS. */
  readonly tickets: TicketDesk | undefined;
  /** Absent: callers are who their headers say. */
  readonly callers: CallerCheck | undefined;
  maxPayloadBytes(): number;
  newRequestId(): string;
  /** Publishes on the control connection; a reply that cannot be sent is logged, not thrown. */
  publish(subject: string, payload: Uint8Array | string, headers: MsgHdrs): void;
}
