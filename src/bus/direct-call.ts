// An operation called inside the process that serves it: same checks, same counters, no message.
//
// Owns: what a request over the bus would have gone through on its way to the handler. Refuses: envelopes and streams; a
// body is the caller's own stream, a result is the handler's own object.
//   D1. The limiter, the validators and the counters are those of the server: a direct call is refused where a message is.
//   D2. Every failure is an S3Error; the body of a refused call is left to its owner.

import { PredastoreError } from '../core/errors.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { withoutNulls } from '../contracts/validators.ts';
import type { OperationName } from '../contracts/operations.ts';
import type { IncomingBody, OutgoingBody } from '../core/body.ts';
import type { Limiter } from '../platform/limiter.ts';
import type { CallContext, OperationReply } from './operation.ts';
import type { ServedOperation } from './operation-parts.ts';

export interface DirectOptions {
  readonly context: CallContext;
  readonly body?: IncomingBody;
  readonly signal?: AbortSignal;
}

export interface DirectReply {
  readonly result: Readonly<Record<string, unknown>>;
  readonly body?: OutgoingBody;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a client of the same process asks before it sends a message. */
export interface DirectCalls {
  /** Undefined: nobody listens here, ask over the bus. */
  direct(name: OperationName, parameters: object, options: DirectOptions): Promise<DirectReply> | undefined;
}

/** Operations whose round trip through the NATS server is a good part of what the caller waits for. */
const OF_OBJECTS: ReadonlySet<OperationName> = new Set<OperationName>([
  'GetObject',
  'HeadObject',
  'PutObject',
  'UploadPart',
]);

/** Reads and writes of objects directly, everything else as messages. */
export function directObjects(calls: DirectCalls): DirectCalls {
  return {
    direct: (name, parameters, options) =>
      OF_OBJECTS.has(name) ? calls.direct(name, parameters, options) : undefined,
  };
}

const NEVER = new AbortController().signal;

export async function callDirectly(
  limiter: Limiter,
  operation: ServedOperation,
  parameters: object,
  options: DirectOptions,
): Promise<DirectReply> {
  const { context, body, signal = NEVER } = options;
  const release = await limiter.acquire();
  try {
    const checked = withoutNulls(parameters as Record<string, unknown>);
    const problem = operation.validate(checked);
    if (problem !== undefined) throw new S3Error('ValidationError', problem);
    if (signal.aborted) throw new PredastoreError('cancelled', 'the caller gave up');
    const name = operation.description.name;
    const reply = await operation.handler({
      operation: name,
      context,
      parameters: checked,
      ...(body === undefined ? {} : { body }),
      signal,
    });
    return directReply(reply, context);
  } catch (error) {
    throw s3ErrorOf(error);
  } finally {
    release();
  }
}

function directReply({ result, body, headers = {} }: OperationReply, context: CallContext): DirectReply {
  const lower: Record<string, string> = { 'x-amz-request-id': context.requestId };
  for (const name in headers) lower[name.toLowerCase()] = headers[name] ?? '';
  return { result, headers: lower, ...(body === undefined ? {} : { body }) };
}
