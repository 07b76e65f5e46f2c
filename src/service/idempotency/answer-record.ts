// What is remembered of a request with an idempotency key, as it lies in the stream. Version 1.
//
// Anything that does not read as a record is `unreadable`: the key is then refused, never treated as fresh.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { IDEMPOTENCY_ANSWER_BYTES_MAX, RESULT_BYTES_MAX } from '../../core/limits.ts';

const VERSION = 1;
/** Below this a JSON document is kept as it is. */
const COMPRESS_BYTES = 4 * 1024;

/** A reply without a body: nothing that changes the store returns one. */
export interface Answer {
  readonly result: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody is at work on it. */
export interface ClaimRecord {
  readonly state: 'claimed';
  /** Random; names one attempt. */
  readonly claim: string;
  readonly node: number;
  /** Print of the parameters. */
  readonly print: string;
}

/** It was done. */
export interface DoneRecord {
  readonly state: 'done';
  readonly print: string;
  /** SHA-256 of the request's body in base64, when it had one. */
  readonly bodySha256?: string;
  /** Undefined: it was too large to be kept. */
  readonly answer?: Answer;
}

export type IdempotencyRecord = ClaimRecord | DoneRecord;

export function encodeClaim(record: ClaimRecord): Buffer {
  return Buffer.from(JSON.stringify({ v: VERSION, ...record }));
}

export function encodeDone({ print, bodySha256, answer }: DoneRecord): Buffer {
  const head = { v: VERSION, state: 'done', print, ...(bodySha256 === undefined ? {} : { bodySha256 }) };
  const text = JSON.stringify(answer);
  if (text.length <= COMPRESS_BYTES) return Buffer.from(JSON.stringify({ ...head, answer }));
  const packed = deflateRawSync(text);
  const isKept = packed.length <= IDEMPOTENCY_ANSWER_BYTES_MAX;
  return Buffer.from(JSON.stringify({ ...head, ...(isKept ? { packed: packed.toString('base64') } : {}) }));
}

export function decodeRecord(bytes: Uint8Array): IdempotencyRecord | 'unreadable' {
  try {
    const record = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>;
    if (record['v'] !== VERSION || typeof record['print'] !== 'string') return 'unreadable';
    return record['state'] === 'claimed' ? readClaim(record) : readDone(record);
  } catch {
    return 'unreadable'; // somebody else's bytes, or damage: the caller refuses the key
  }
}

function readClaim({ print, claim, node }: Record<string, unknown>): ClaimRecord | 'unreadable' {
  if (typeof claim !== 'string' || typeof node !== 'number') return 'unreadable';
  return { state: 'claimed', claim, node, print: String(print) };
}

function readDone(record: Record<string, unknown>): DoneRecord | 'unreadable' {
  if (record['state'] !== 'done') return 'unreadable';
  const { bodySha256, packed } = record;
  const plain = record['answer'] as Answer | undefined;
  const answer = typeof packed === 'string' ? unpack(packed) : plain;
  return {
    state: 'done',
    print: String(record['print']),
    ...(typeof bodySha256 === 'string' ? { bodySha256 } : {}),
    ...(answer === undefined ? {} : { answer }),
  };
}

function unpack(packed: string): Answer {
  const text = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: RESULT_BYTES_MAX });
  return JSON.parse(text.toString('utf8')) as Answer;
}
