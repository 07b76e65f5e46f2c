// What the gateway needs of the NATS client, its only way to the store; and the types of each operation's messages.

import type { ReplyTypes, RequestTypes } from '../contracts/generated/messages.ts';
import type { IncomingBody, OutgoingBody } from '../core/body.ts';
import type { RequestOrigin } from '../core/request-origin.ts';

/** Who asks, and what ties the request to its traces. */
export interface RequestContext {
  readonly requestId: string;
  readonly accountId?: string;
  readonly principalArn?: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** How the request came in, for the conditions of policies. */
  readonly origin?: RequestOrigin;
}

export interface StoreReply<Result> {
  readonly result: Result;
  readonly body?: OutgoingBody;
  /** Extra headers such as `X-Predastore-Pool-Pressure`. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface StoreCallOptions {
  readonly context: RequestContext;
  readonly body?: IncomingBody;
  readonly signal?: AbortSignal;
}

/** The client as the gateway sees it. Failures are thrown S3Errors; replies have been checked against their schema. */
export interface S3Client {
  call(
    operation: string,
    parameters: object,
    options: StoreCallOptions,
  ): Promise<StoreReply<Readonly<Record<string, unknown>>>>;
}

/** The operations that the gateway asks for, by their names on the bus. */
export type StoreOperation = Exclude<keyof RequestTypes, 'AdminStatus'>;
export type StoreRequest<Name extends StoreOperation> = RequestTypes[Name];
export type StoreResult<Name extends StoreOperation> = ReplyTypes[Name];
