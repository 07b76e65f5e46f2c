// The bytes of shard protocol v1: headers of requests and replies (docs/shard-protocol.md).
//
// Owns: layout and static bounds, in both directions. Refuses: streams and time (exchange.ts).
// Invariants:
//   W1. Decoding bytes from outside throws `peer-protocol` or succeeds; nothing else, whatever the bytes.
//   W2. Decoding allocates in proportion to bytes received, never to numbers read from them.

import { assert } from '../core/assert.ts';
import { ERROR_CATALOGUE, PredastoreError, type ErrorCode } from '../core/errors.ts';
import {
  SEGMENT_BYTES_MAX,
  SHARDS_MAX,
  SHARD_ERROR_BYTES_MAX,
  SHARD_HEADER_BYTES_MAX,
  SHARD_KEYS_PER_REQUEST_MAX,
  SHARD_RECORD_BYTES_MAX,
} from '../core/limits.ts';
import { parseWriteId } from '../core/ids.ts';
import type { ByteRange } from '../core/body.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { ShardDescription, ShardPut } from './shard-client.ts';

export type ShardRequest =
  | { readonly kind: 'put'; readonly put: ShardPut }
  | { readonly kind: 'get'; readonly key: ShardKey; readonly range: ByteRange }
  | { readonly kind: 'stat' | 'remove'; readonly keys: readonly ShardKey[] }
  | { readonly kind: 'describe'; readonly key: ShardKey }
  | { readonly kind: 'ping' };

export type ShardOperation = ShardRequest['kind'];

const PROTOCOL_VERSION = 1;
/** Version (u8), operation (u8), length of the header (u32). */
export const PREAMBLE_BYTES = 6;

const OPERATIONS = [
  'put',
  'get',
  'stat',
  'remove',
  'ping',
  'describe',
] as const satisfies readonly ShardOperation[];
/** Operation codes on the wire start at 1, so that a stream of zeros is no request. */
const CODE_OF: Readonly<Record<ShardOperation, number>> = {
  put: 1,
  get: 2,
  stat: 3,
  remove: 4,
  ping: 5,
  describe: 6,
};

const WRITE_ID_BYTES = 16;
const KEY_BYTES = WRITE_ID_BYTES + 1;
const HASH_BYTES = 32;
const U64_BYTES = 8;
const PUT_HEADER_BYTES = KEY_BYTES + HASH_BYTES + U64_BYTES;
const GET_HEADER_BYTES = KEY_BYTES + 2 * U64_BYTES;
const COUNT_BYTES = 2;

export const STATUS_OK = 0;
export const STATUS_ABSENT = 1;
export const STATUS_ERROR = 2;
/** Status (u8) and length of the shard (u64). */
export const GET_REPLY_BYTES = 1 + U64_BYTES;
/** Status (u8) and flags (u8). */
export const PUT_REPLY_BYTES = 2;
/** Status (u8) and count (u32). */
export const REMOVE_REPLY_BYTES = 5;
export const RECORD_LENGTH_BYTES = 4;
/** Of the reply to a describe, after its status: length of the shard (u64), object hash, length of the record (u32). */
export const DESCRIPTION_HEAD_BYTES = U64_BYTES + HASH_BYTES + RECORD_LENGTH_BYTES;

const FLAG_NEAR_FULL = 1;

function violation(message: string): PredastoreError {
  return new PredastoreError('peer-protocol', message);
}

// --- Requests ------------------------------------------------------------------------------------------------

/** Preamble and header; what a put carries beyond (data, record) follows on the stream. */
export function encodeRequest(request: ShardRequest): Buffer {
  switch (request.kind) {
    case 'put': {
      const { key, objectHash, lengthBytes } = request.put;
      assert(objectHash.length === HASH_BYTES, 'an object hash is a SHA-256');
      const bytes = startRequest('put', PUT_HEADER_BYTES);
      let at = writeKey(bytes, PREAMBLE_BYTES, key);
      bytes.set(objectHash, at);
      at += HASH_BYTES;
      writeU64(bytes, at, lengthBytes);
      return bytes;
    }
    case 'get': {
      const bytes = startRequest('get', GET_HEADER_BYTES);
      const at = writeKey(bytes, PREAMBLE_BYTES, request.key);
      writeU64(bytes, at, request.range.start);
      writeU64(bytes, at + U64_BYTES, request.range.end);
      return bytes;
    }
    case 'stat':
    case 'remove': {
      assert(request.keys.length <= SHARD_KEYS_PER_REQUEST_MAX, 'longer lists of keys are split');
      const bytes = startRequest(request.kind, COUNT_BYTES + request.keys.length * KEY_BYTES);
      let at = bytes.writeUInt16BE(request.keys.length, PREAMBLE_BYTES);
      for (const key of request.keys) at = writeKey(bytes, at, key);
      return bytes;
    }
    case 'describe': {
      const bytes = startRequest('describe', KEY_BYTES);
      writeKey(bytes, PREAMBLE_BYTES, request.key);
      return bytes;
    }
    case 'ping':
      return startRequest('ping', 0);
  }
}

/** Reads the first six bytes of a stream. */
export function decodePreamble(bytes: Uint8Array): {
  readonly operation: ShardOperation;
  readonly headerBytes: number;
} {
  const view = bufferOf(bytes);
  const version = view.readUInt8(0);
  if (version !== PROTOCOL_VERSION) throw violation(`version ${version} of the shard protocol is not known`);
  const code = view.readUInt8(1);
  const operation = OPERATIONS[code - 1];
  if (operation === undefined) throw violation(`operation ${code} is not known`);
  const headerBytes = view.readUInt32BE(2);
  if (headerBytes > SHARD_HEADER_BYTES_MAX) throw violation(`a header of ${headerBytes} bytes is too large`);
  return { operation, headerBytes };
}

export function decodeHeader(operation: ShardOperation, bytes: Uint8Array): ShardRequest {
  const header = bufferOf(bytes);
  switch (operation) {
    case 'put':
      return { kind: 'put', put: decodePut(header) };
    case 'get':
      return decodeGet(header);
    case 'stat':
    case 'remove':
      return { kind: operation, keys: decodeKeys(header) };
    case 'describe':
      expectLength(header, KEY_BYTES);
      return { kind: 'describe', key: readKey(header, 0) };
    case 'ping':
      expectLength(header, 0);
      return { kind: 'ping' };
  }
}

function decodePut(header: Buffer): ShardPut {
  expectLength(header, PUT_HEADER_BYTES);
  const key = readKey(header, 0);
  // Copied: the header is a view of a network buffer, and the engine may keep the hash as long as the upload runs.
  const objectHash = Buffer.from(header.subarray(KEY_BYTES, KEY_BYTES + HASH_BYTES));
  const lengthBytes = readU64(header, KEY_BYTES + HASH_BYTES);
  if (lengthBytes > SEGMENT_BYTES_MAX) throw violation('a shard is larger than a segment');
  return { key, objectHash, lengthBytes };
}

function decodeGet(header: Buffer): ShardRequest {
  expectLength(header, GET_HEADER_BYTES);
  const start = readU64(header, KEY_BYTES);
  const end = readU64(header, KEY_BYTES + U64_BYTES);
  if (start > end) throw violation('a range ends before it starts');
  return { kind: 'get', key: readKey(header, 0), range: { start, end } };
}

function decodeKeys(header: Buffer): ShardKey[] {
  if (header.length < COUNT_BYTES) throw violation('a list of keys has no count');
  const count = header.readUInt16BE(0);
  if (count > SHARD_KEYS_PER_REQUEST_MAX) throw violation(`${count} keys are too many`);
  expectLength(header, COUNT_BYTES + count * KEY_BYTES);
  return Array.from({ length: count }, (_key, i) => readKey(header, COUNT_BYTES + i * KEY_BYTES));
}

/** Length and bytes of the record that closes a put. */
export function encodeRecord(record: Uint8Array): Buffer {
  assert(record.length <= SHARD_RECORD_BYTES_MAX, 'an object record is too large to travel with a shard');
  const bytes = Buffer.allocUnsafe(RECORD_LENGTH_BYTES + record.length);
  bytes.set(record, bytes.writeUInt32BE(record.length, 0));
  return bytes;
}

export function decodeRecordLength(bytes: Uint8Array): number {
  const length = bufferOf(bytes).readUInt32BE(0);
  if (length > SHARD_RECORD_BYTES_MAX) throw violation(`a record of ${length} bytes is too large`);
  return length;
}

// --- Replies -------------------------------------------------------------------------------------------------

export const OK_REPLY: Uint8Array = Uint8Array.of(STATUS_OK);
export const ABSENT_REPLY: Uint8Array = Uint8Array.of(STATUS_ABSENT);

export function encodePutReply(nearFull: boolean): Uint8Array {
  return Uint8Array.of(STATUS_OK, nearFull ? FLAG_NEAR_FULL : 0);
}

/** `flags` is the byte behind the status. Unknown flags are left for later versions. */
export function decodePutFlags(flags: number): { readonly nearFull: boolean } {
  return { nearFull: (flags & FLAG_NEAR_FULL) !== 0 };
}

/** The head of a get's reply; the bytes of the range follow. */
export function encodeGetReply(shardBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(GET_REPLY_BYTES);
  bytes[0] = STATUS_OK;
  writeU64(bytes, 1, shardBytes);
  return bytes;
}

/** `bytes` is what follows the status: length of the whole shard. */
export function decodeShardLength(bytes: Uint8Array): number {
  return readU64(bufferOf(bytes), 0);
}

/** One byte per key asked for, 1 where the shard is held. */
export function encodeStatReply(held: readonly boolean[]): Uint8Array {
  return Uint8Array.of(STATUS_OK, ...held.map(Number));
}

export function decodeHeld(bytes: Uint8Array): boolean[] {
  return Array.from(bytes, (byte) => {
    if (byte > 1) throw violation('a stat is answered with neither yes nor no');
    return byte === 1;
  });
}

export function encodeRemoveReply(count: number): Buffer {
  const bytes = Buffer.alloc(REMOVE_REPLY_BYTES);
  bytes[0] = STATUS_OK;
  bytes.writeUInt32BE(count, 1);
  return bytes;
}

export function decodeCount(bytes: Uint8Array): number {
  return bufferOf(bytes).readUInt32BE(0);
}

/** Status, length of the shard, object hash, length of the record, the record. */
export function encodeDescription({ lengthBytes, objectHash, record }: ShardDescription): Buffer {
  assert(objectHash.length === HASH_BYTES, 'an object hash is a SHA-256');
  const bytes = Buffer.allocUnsafe(1 + DESCRIPTION_HEAD_BYTES + record.length);
  bytes[0] = STATUS_OK;
  writeU64(bytes, 1, lengthBytes);
  bytes.set(objectHash, 1 + U64_BYTES);
  bytes.writeUInt32BE(record.length, 1 + U64_BYTES + HASH_BYTES);
  bytes.set(record, 1 + DESCRIPTION_HEAD_BYTES);
  return bytes;
}

/** `bytes` is what follows the status, up to the record. */
export function decodeDescriptionHead(bytes: Uint8Array): {
  readonly lengthBytes: number;
  readonly objectHash: Buffer;
  readonly recordBytes: number;
} {
  const head = bufferOf(bytes);
  const lengthBytes = readU64(head, 0);
  if (lengthBytes > SEGMENT_BYTES_MAX) throw violation('a shard is larger than a segment');
  return {
    lengthBytes,
    // Copied: the head is a view of a network buffer.
    objectHash: Buffer.from(head.subarray(U64_BYTES, U64_BYTES + HASH_BYTES)),
    recordBytes: decodeRecordLength(head.subarray(U64_BYTES + HASH_BYTES)),
  };
}

/** Status, length of the code (u8), the code, length of the message (u16), the message. */
export function encodeErrorReply(code: ErrorCode, message: string): Buffer {
  const name = Buffer.from(code, 'latin1');
  const text = Buffer.from(message, 'utf8').subarray(0, SHARD_ERROR_BYTES_MAX);
  const bytes = Buffer.allocUnsafe(2 + name.length + 2 + text.length);
  let at = bytes.writeUInt8(STATUS_ERROR, 0);
  at = bytes.writeUInt8(name.length, at);
  bytes.set(name, at);
  at = bytes.writeUInt16BE(text.length, at + name.length);
  bytes.set(text, at);
  return bytes;
}

/** The code of an error reply; one that this version does not know is `internal`. */
export function decodeErrorCode(bytes: Uint8Array): ErrorCode {
  const name = bufferOf(bytes).toString('latin1');
  return Object.hasOwn(ERROR_CATALOGUE, name) ? (name as ErrorCode) : 'internal';
}

/** The length of an error's message, from its two bytes. */
export function decodeMessageLength(bytes: Uint8Array): number {
  const length = bufferOf(bytes).readUInt16BE(0);
  if (length > SHARD_ERROR_BYTES_MAX) throw violation('an error message is too long');
  return length;
}

// --- Pieces --------------------------------------------------------------------------------------------------

function startRequest(operation: ShardOperation, headerBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(PREAMBLE_BYTES + headerBytes);
  bytes[0] = PROTOCOL_VERSION;
  bytes[1] = CODE_OF[operation];
  bytes.writeUInt32BE(headerBytes, 2);
  return bytes;
}

function writeKey(bytes: Buffer, at: number, key: ShardKey): number {
  bytes.write(key.writeId, at, WRITE_ID_BYTES, 'hex');
  return bytes.writeUInt8(key.index, at + WRITE_ID_BYTES);
}

function readKey(bytes: Buffer, at: number): ShardKey {
  const index = bytes.readUInt8(at + WRITE_ID_BYTES);
  if (index >= SHARDS_MAX) throw violation(`shard index ${index} is too large`);
  return { writeId: parseWriteId(bytes.toString('hex', at, at + WRITE_ID_BYTES)), index };
}

function writeU64(bytes: Buffer, at: number, value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, 'a length or offset is a whole number');
  bytes.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  bytes.writeUInt32BE(value % 2 ** 32, at + 4);
}

function readU64(bytes: Buffer, at: number): number {
  const value = bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  if (!Number.isSafeInteger(value)) throw violation('a length or offset is beyond 2^53');
  return value;
}

function expectLength(header: Buffer, length: number): void {
  if (header.length !== length) throw violation(`a header has ${header.length} bytes instead of ${length}`);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
