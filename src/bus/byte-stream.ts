// The body stream: how bytes that do not fit a message travel over core NATS. docs/nats-api.md has it for other people.
//
// A stream has a sender and a receiver. The receiver listens on the *data subject*, the sender on subjects below its
// *ack base*:
//
//   to the data subject     a chunk       payload = bytes, no headers, reply = `<ack>.<n>`, n = 1, 2, 3 …
//                           ping          header `S3-Stream: ping`,  reply = `<ack>.p`
//                           end           header `S3-Stream: end`,   payload = EndRecord, reply = `<ack>.f`
//                           abort         header `S3-Stream: abort`, payload = {"Code","Message"}
//   to the ack base         `.0`          start (replies only): reply = data subject, payload = StartRecord or empty
//                           `.<n>`        empty: chunks up to n are consumed, the window moves
//                           `.p`          answer to ping: n in decimal
//                           `.f`          the last word: the operation's reply (requests), or empty (replies)
//                           `.x`          abort, payload = {"Code","Message"}
//                           `.q`          are you there? reply = data subject; silence means yes, NATS's own 503 means no
//
// Core NATS delivers at most once and in order per connection, so a number that is not the next one is a loss and ends
// the stream; nothing is sent again. Memory is bounded by window × chunk at either end. Acks follow consumption, so
// back-pressure reaches from the last reader to the first writer.

import type { Msg } from '@nats-io/transport-node';

import { STREAM_CHUNK_BYTES_MAX, STREAM_WINDOW_CHUNKS } from '../core/limits.ts';
import type { PredastoreError } from '../core/errors.ts';
import type { ChunkPiece } from './chunk-filter.ts';

/** A stream as its link sees it. */
export interface LinkedStream {
  /** A message without headers on the data subject, or a piece of one. */
  onPiece(piece: ChunkPiece): void;
  /** `tail` is what follows the stream's own subject: undefined on the data subject, else `3`, `p`, `f`, … */
  onMessage(msg: Msg, tail: string | undefined): void;
  /** Comes by about twice a second. */
  onTick(nowMs: number): void;
  /** The connection is lost: chunks may be lost. */
  onLost(error: PredastoreError): void;
}

/** Sizes of a stream: the smaller wish of both ends. */
export interface StreamShape {
  readonly chunkBytes: number;
  readonly windowChunks: number;
}

export interface EndRecord {
  readonly chunks: number;
  readonly bytes: number;
  readonly claims?: readonly unknown[];
}

/** Room for subject and control line beside the chunk. */
const CHUNK_OVERHEAD_BYTES = 4 * 1024;
const CHUNK_BYTES_MIN = 1024;
/** NATS's status for "nobody listens there". */
const NO_RESPONDERS = 503;
/** How long silence lasts before an end asks whether the other is there. */
export const PROBE_AFTER_MS = 1_000;
/** An abort may be under way when we learn that the other end is gone: it has the better explanation. */
export const GONE_GRACE_MS = 20;

/** The largest shape this connection can carry. */
export function shapeFor(maxPayloadBytes: number): StreamShape {
  return {
    chunkBytes: Math.min(STREAM_CHUNK_BYTES_MAX, maxPayloadBytes - CHUNK_OVERHEAD_BYTES),
    windowChunks: STREAM_WINDOW_CHUNKS,
  };
}

/** Our shape, lowered to what the other end asks for; wishes that make no sense are ignored. */
export function agreeShape(ours: StreamShape, chunk: unknown, window: unknown): StreamShape {
  return {
    chunkBytes: wish(chunk, CHUNK_BYTES_MIN, ours.chunkBytes),
    windowChunks: wish(window, 1, ours.windowChunks),
  };
}

function wish(value: unknown, least: number, most: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least
    ? Math.min(value, most)
    : most;
}

export function isNoResponders(msg: Msg): boolean {
  return msg.data.length === 0 && msg.headers?.code === NO_RESPONDERS;
}

/**
 * Whether a peer may have us publish to `subject`. We publish with our own permissions, so a caller must not be able to
 * aim a reply at JetStream's API (`$JS.API.STREAM.DELETE.…`), at a system subject or at an operation of ours.
 */
export function isReplySubject(subject: string | undefined): subject is string {
  if (subject === undefined || subject === '' || subject.length > SUBJECT_CHARS_MAX) return false;
  if (subject.startsWith('$') || !SUBJECT_PATTERN.test(subject)) return false;
  return !subject.startsWith('s3.') || subject.startsWith('s3.io.');
}

/** Subjects go into NATS's control line of 4096 bytes, two of them with sizes. */
const SUBJECT_CHARS_MAX = 512;
const SUBJECT_PATTERN = /^[^\s.*>]+(\.[^\s.*>]+)*$/;
