// Makes an operation answer a repetition of a request, known by its idempotency key, without doing it twice.
//
// Owns: what counts as the same request (account, caller, operation, key; then parameters and body), and which answers are
// remembered: successes. A request that failed has changed nothing or may safely be judged anew, so its key is free again.
// Requests without a key pass through untouched.

import { createHash } from 'node:crypto';
import type { CallContext, OperationCall, OperationHandler, OperationReply } from '../../bus/operation.ts';
import { operations, type OperationName } from '../../contracts/operations.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { IDEMPOTENCY_KEY_CHARS_MAX } from '../../core/limits.ts';
import type { AnswerBook } from './answer-book.ts';
import type { DoneRecord } from './answer-record.ts';
import type { Claim } from './claim.ts';
import { hashedBody, sha256Of } from './hashed-body.ts';

/** The same table, where every operation that changes something remembers its answers in `book`. */
export function withIdempotency<Table extends Readonly<Record<OperationName, OperationHandler>>>(
  table: Table,
  book: AnswerBook,
): Table {
  const wrapped = Object.entries(table).map(([name, handler]) => {
    const { readOnly } = operations[name as OperationName];
    return [name, readOnly ? handler : idempotent(handler, book)];
  });
  return Object.fromEntries(wrapped) as Table;
}

function idempotent(handler: OperationHandler, book: AnswerBook): OperationHandler {
  return async (call) => {
    const { idempotencyKey } = call.context;
    if (idempotencyKey === undefined) return handler(call);
    requireUsable(call.context, idempotencyKey);
    const standing = await book.enter(scopeOf(call, idempotencyKey), printOf(call));
    return standing.kind === 'done' ? replay(standing.record, call) : perform(handler, call, standing.claim);
  };
}

function requireUsable({ accountId }: CallContext, key: string): void {
  if (key.length > IDEMPOTENCY_KEY_CHARS_MAX) {
    const words = `Spinifex-Idempotency-Key has more than ${IDEMPOTENCY_KEY_CHARS_MAX} characters`;
    throw new S3Error('ValidationError', words);
  }
  if (accountId === undefined)
    throw new S3Error('ValidationError', 'Spinifex-Idempotency-Key needs an account');
}

async function perform(
  handler: OperationHandler,
  call: OperationCall,
  claim: Claim,
): Promise<OperationReply> {
  const hashed = call.body === undefined ? undefined : hashedBody(call.body);
  let reply: OperationReply;
  try {
    reply = await handler(hashed === undefined ? call : withBody(call, hashed.body));
  } catch (error) {
    await claim.release();
    throw error;
  }
  await claim.settle(answerOf(reply), hashed?.sha256());
  return reply;
}

/** The call as it is, its lazily made signal included, with another body. */
function withBody(call: OperationCall, body: NonNullable<OperationCall['body']>): OperationCall {
  const { operation, context, parameters } = call;
  return {
    operation,
    context,
    parameters,
    body,
    get signal() {
      return call.signal;
    },
  };
}

function answerOf({ result, headers }: OperationReply): Pick<OperationReply, 'result' | 'headers'> {
  return headers === undefined ? { result } : { result, headers };
}

async function replay(record: DoneRecord, call: OperationCall): Promise<OperationReply> {
  if (record.bodySha256 !== undefined && call.body !== undefined) {
    if ((await sha256Of(call.body)) !== record.bodySha256) throw new S3Error('IdempotentParameterMismatch');
  }
  if (record.answer !== undefined) return record.answer;
  throw new S3Error(
    'InvalidRequest',
    'The request was done before; its answer was too large to be remembered.',
  );
}

/** Under which the answer is kept: fixed length, safe in a subject, and no caller can reach another's. */
function scopeOf({ operation, context }: OperationCall, key: string): string {
  const parts = [context.accountId, context.principalArn ?? '', operation, key];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Parameters in canonical order, and the length of the body. */
function printOf({ parameters, body }: OperationCall): string {
  const text = JSON.stringify([canonical(parameters), body?.lengthBytes ?? 0]);
  return createHash('sha256').update(text).digest('base64');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([name, member]) => [name, canonical(member)]);
}
