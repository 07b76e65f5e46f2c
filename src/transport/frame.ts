// The frames of a lane: how DATA, WINDOW, FIN and ABORT look on the wire (docs/transport-wire.md).
//
// Owns: the layout and the static bounds. Refuses: anything with a memory of earlier frames (lane.ts).

import { TRANSPORT_ABORT_BYTES_MAX } from '../core/limits.ts';
import { errorCodeOf, messageOf, PredastoreError, ERROR_CATALOGUE, type ErrorCode } from '../core/errors.ts';

/** First bytes of either end on every lane: protocol and version. */
export const PREFACE = 'predastore-shard/1\n';
/** What an acceptor says instead of its preface to somebody who is no member. */
export const REFUSAL = 'predastore-shard/1 refused\n';
/** A preface is a line of printable ASCII of at most this length, newline included. */
export const PREFACE_BYTES_MAX = 32;

/** Type (u8) and value (u32, big-endian). */
export const FRAME_HEADER_BYTES = 5;

export const DATA = 0;
export const WINDOW = 1;
export const FIN = 2;
export const ABORT = 3;

/** Ordinal of the stream on its lane (u32), then the length of the error code (u8), the code and the message. */
const ABORT_FIXED_BYTES = 5;

/** Largest payload of an ABORT frame. */
export const ABORT_PAYLOAD_BYTES_MAX = ABORT_FIXED_BYTES + TRANSPORT_ABORT_BYTES_MAX;

/** Why a stream was given up, as the other end put it. */
export interface AbortReason {
  readonly ordinal: number;
  readonly code: string;
  readonly message: string;
}

/** Writes a header into `target` and returns the offset behind it. */
export function putHeader(target: Buffer, offset: number, type: number, value: number): number {
  target[offset] = type;
  return target.writeUInt32BE(value, offset + 1);
}

/** A whole frame without payload. */
export function controlFrame(type: typeof WINDOW | typeof FIN, value: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  putHeader(frame, 0, type, value);
  return frame;
}

/** A whole ABORT frame; the message is cut where it would exceed its bound. */
export function abortFrame(ordinal: number, reason: Error): Buffer {
  const code = Buffer.from(errorCodeOf(reason), 'latin1');
  const message = truncateUtf8(messageOf(reason), TRANSPORT_ABORT_BYTES_MAX - code.length);
  const payloadBytes = ABORT_FIXED_BYTES + code.length + message.length;
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payloadBytes);
  let offset = putHeader(frame, 0, ABORT, payloadBytes);
  offset = frame.writeUInt32BE(ordinal, offset);
  offset = frame.writeUInt8(code.length, offset);
  frame.set(code, offset);
  frame.set(message, offset + code.length);
  return frame;
}

/** Reads the payload of an ABORT frame; throws `peer-protocol` when it is malformed. */
export function parseAbort(payload: Buffer): AbortReason {
  const codeEnd = ABORT_FIXED_BYTES + (payload[4] ?? 0);
  if (payload.length < ABORT_FIXED_BYTES || payload.length < codeEnd) {
    throw new PredastoreError('peer-protocol', 'malformed ABORT frame');
  }
  return {
    ordinal: payload.readUInt32BE(0),
    code: payload.toString('latin1', ABORT_FIXED_BYTES, codeEnd),
    message: payload.toString('utf8', codeEnd),
  };
}

/** What the other end's ABORT looks like to whoever uses the stream here; the cause carries their own code. */
export function abortedByPeer(reason: AbortReason): PredastoreError {
  const cause = isErrorCode(reason.code) ? new PredastoreError(reason.code, reason.message) : undefined;
  return new PredastoreError('stream-aborted', reason.message, cause);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}

/** At most `limitBytes` of UTF-8, never half a character. */
function truncateUtf8(text: string, limitBytes: number): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limitBytes) return bytes;
  let end = limitBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
