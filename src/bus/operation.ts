// One `s3.*` operation on the bus, as both ends see it: the envelope of docs/nats-api.md without its encoding.

import type { IncomingBody, OutgoingBody } from '../core/body.ts';
import type { RequestOrigin } from '../core/request-origin.ts';

/** Who asks, as carried by X-Account-ID and X-Principal-ARN; and what ties a request to its traces and retries. */
export interface CallContext {
  readonly requestId: string;
  readonly accountId?: string;
  readonly principalArn?: string;
  readonly idempotencyKey?: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly origin?: RequestOrigin;
}

/** What a handler is given: parameters already validated against the operation's schema, nulls removed. */
export interface OperationCall {
  readonly operation: string;
  readonly context: CallContext;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Present for operations that take a body. */
  readonly body?: IncomingBody;
  /** Fires when the caller is known to be gone. */
  readonly signal: AbortSignal;
}

/** What a handler returns; failures are thrown S3Errors (anything else becomes InternalError or ServiceUnavailable). */
export interface OperationReply {
  readonly result: Readonly<Record<string, unknown>>;
  readonly body?: OutgoingBody;
  /** Extra reply headers, e.g. `X-Spx-Degraded-Write`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type OperationHandler = (call: OperationCall) => Promise<OperationReply>;
