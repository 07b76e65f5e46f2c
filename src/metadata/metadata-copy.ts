// A copy of all metadata in one file, made while the node runs: what lost metadata is restored from (docs/formats.md).
//
// Owns: the bytes of such a file. Refuses: where it lies and how many there are (copy-shelf.ts), what is restored of it (maintenance/).
//
// gzip of frames: kind (1 byte) ‖ length of the subject (2) ‖ length of the payload (4) ‖ subject ‖ payload, lengths big-endian.
//   1 head      payload: JSON { "v": 1, "node", "stream", "applied", "takenMs" }; the first frame, once
//   2 record    subject and payload as the stream had them
//   3 replaced  payload: 16 bytes, a write that no record named any more
//   4 end       payload: JSON { "records", "replaced", "sha256" }: of every byte before this frame; the last frame
//
// Invariants:
//   1. A file that was cut off, changed, or goes on after its end, is refused as a whole: `metadata-corrupt`.
//   2. Memory is one frame and one chunk, whatever the file claims.

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { messageOf, PredastoreError } from '../core/errors.ts';
import { nodeId, writeIdBytes, type NodeId, type WriteId } from '../core/ids.ts';
import { METADATA_RECORD_BYTES_MAX } from '../core/limits.ts';
import type { OpenFile } from '../platform/files.ts';
import { afterTurn } from '../platform/turn.ts';
import { expect, isCount, isFields, isText } from './field-checks.ts';
import type { ViewSnapshot } from './view-snapshot.ts';

export interface CopyHead {
  readonly v: 1;
  /** Which made it. */
  readonly node: NodeId;
  /** When the pictured stream was made. */
  readonly stream: string;
  /** The last change that is in it. */
  readonly applied: number;
  /** Milliseconds since 1970. */
  readonly takenMs: number;
}

export interface CopySummary extends CopyHead {
  readonly records: number;
  readonly replaced: number;
}

export type CopyItem =
  | { readonly kind: 'record'; readonly subject: string; readonly payload: Buffer }
  | { readonly kind: 'replaced'; readonly write: WriteId };

const HEAD = 1;
const RECORD = 2;
const REPLACED = 3;
const END = 4;
const FRAME_BYTES = 7;
const CHUNK_BYTES = 64 * 1024;
/** A key of 1 KiB, every byte encoded in three, and what stands before it. */
const SUBJECT_BYTES_MAX = 4_096;
/** Metadata is text that repeats itself: the fastest level has most of the gain. */
const GZIP_LEVEL = 1;

export interface CopyWork {
  readonly snapshot: ViewSnapshot;
  readonly node: NodeId;
  readonly takenMs: number;
  /** Empty. It is written, not synced. */
  readonly file: OpenFile;
  /** Resolves when it is the turn of these bytes, not compressed yet: they cost processor time. Rejects to end the copy. */
  readonly pace: (bytes: number) => Promise<void>;
}

/** Number of records and bytes written. */
export async function writeCopy(
  work: CopyWork,
): Promise<{ readonly records: number; readonly bytes: number }> {
  const counts = { records: 0, replaced: 0 };
  let bytes = 0;
  await pipeline(
    chunksOf(work, counts),
    createGzip({ level: GZIP_LEVEL }),
    async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) {
        await work.file.pwrite(chunk, bytes);
        bytes += chunk.length;
      }
    },
  );
  return { records: counts.records, bytes };
}

/** Frames in chunks: LMDB is read for a millisecond at a time, and between two of these the event loop has its turn. */
async function* chunksOf(
  { snapshot, node, takenMs, pace }: CopyWork,
  counts: { records: number; replaced: number },
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const { stream, position } = snapshot.state;
  const head: CopyHead = { v: 1, node, stream, applied: position.applied, takenMs };
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for (const bytes of framesOf(snapshot, head, counts)) {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes < CHUNK_BYTES) continue;
    await pace(waitingBytes);
    yield hashed(hash, waiting);
    await nextTurn();
    waiting = [];
    waitingBytes = 0;
  }
  yield hashed(hash, waiting);
  yield frame(END, '', Buffer.from(JSON.stringify({ ...counts, sha256: hash.digest('hex') })));
}

function* framesOf(
  snapshot: ViewSnapshot,
  head: CopyHead,
  counts: { records: number; replaced: number },
): Generator<Buffer> {
  yield frame(HEAD, '', Buffer.from(JSON.stringify(head)));
  for (const write of snapshot.replaced()) {
    counts.replaced += 1;
    yield frame(REPLACED, '', writeIdBytes(write));
  }
  for (const { subject, payload } of snapshot.records()) {
    counts.records += 1;
    yield frame(RECORD, subject, payload);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => afterTurn(resolve));
}

function hashed(hash: Hash, frames: readonly Buffer[]): Buffer {
  const chunk = Buffer.concat(frames);
  hash.update(chunk);
  return chunk;
}

function frame(kind: number, subject: string, payload: Uint8Array): Buffer {
  const name = Buffer.from(subject);
  const bytes = Buffer.allocUnsafe(FRAME_BYTES + name.length + payload.length);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt16BE(name.length, 1);
  bytes.writeUInt32BE(payload.length, 3);
  bytes.set(name, FRAME_BYTES);
  bytes.set(payload, FRAME_BYTES + name.length);
  return bytes;
}

/** Reads all of it, and says what is in it. Throws `metadata-corrupt` for a file that is not whole. */
export async function verifyCopy(path: string): Promise<CopySummary> {
  const items = readCopy(path);
  for (;;) {
    const next = await items.next();
    if (next.done === true) return next.value;
  }
}

/** What is in the copy, in an order in which it can be applied. Only when it has ended is it known to be whole: else it throws. */
export async function* readCopy(path: string): AsyncGenerator<CopyItem, CopySummary> {
  const source = createReadStream(path);
  const plain = createGunzip();
  // An error of the file has to end the reader; that of the reader is heard by the loop.
  source.on('error', (error) => plain.destroy(error));
  source.pipe(plain);
  try {
    return yield* readPlainCopy(plain as AsyncIterable<Buffer>, path);
  } finally {
    source.destroy();
    plain.destroy();
  }
}

/** As `readCopy`, of what was compressed. `name`: for the refusal. */
export async function* readPlainCopy(
  chunks: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<CopyItem, CopySummary> {
  try {
    return yield* itemsOf(chunks);
  } catch (error) {
    throw new PredastoreError('metadata-corrupt', `${name} cannot be used: ${messageOf(error)}`, error);
  }
}

async function* itemsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<CopyItem, CopySummary> {
  const hash = createHash('sha256');
  const counts = { records: 0, replaced: 0 };
  let head: CopyHead | undefined;
  let isEnded = false;
  for await (const { kind, subject, payload, bytes } of frames(chunks)) {
    expect(!isEnded, 'it goes on after its end');
    if (kind === END) {
      checkEnd(payload, { ...counts, sha256: hash.digest('hex') });
      isEnded = true;
      continue;
    }
    hash.update(bytes);
    if (head === undefined) {
      expect(kind === HEAD, 'it has no head');
      head = headOf(payload);
    } else if (kind === RECORD) {
      counts.records += 1;
      yield { kind: 'record', subject, payload };
    } else {
      expect(kind === REPLACED && payload.length === 16, 'a frame of no known kind');
      counts.replaced += 1;
      yield { kind: 'replaced', write: payload.toString('hex') as WriteId };
    }
  }
  expect(head !== undefined && isEnded, 'it was cut off');
  return { ...head, ...counts };
}

interface Frame {
  readonly kind: number;
  readonly subject: string;
  readonly payload: Buffer;
  /** The whole of it. */
  readonly bytes: Buffer;
}

async function* frames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let length = frameBytesOf(rest); length <= rest.length; length = frameBytesOf(rest)) {
      yield frameOf(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  }
  expect(rest.length === 0, 'its last frame was cut off');
}

/** Length of the frame that begins here; infinite while its lengths are not there yet. */
function frameBytesOf(bytes: Buffer): number {
  if (bytes.length < FRAME_BYTES) return Infinity;
  const subjectBytes = bytes.readUInt16BE(1);
  const payloadBytes = bytes.readUInt32BE(3);
  expect(
    subjectBytes <= SUBJECT_BYTES_MAX && payloadBytes <= METADATA_RECORD_BYTES_MAX,
    'a frame is too long',
  );
  return FRAME_BYTES + subjectBytes + payloadBytes;
}

function frameOf(bytes: Buffer): Frame {
  const end = FRAME_BYTES + bytes.readUInt16BE(1);
  const subject = bytes.toString('utf8', FRAME_BYTES, end);
  return { kind: bytes.readUInt8(0), subject, payload: bytes.subarray(end), bytes };
}

function headOf(payload: Buffer): CopyHead {
  const head: unknown = JSON.parse(payload.toString('utf8'));
  expect(isFields(head) && head['v'] === 1, 'it is of another version');
  const { node, stream, applied, takenMs } = head;
  expect(isText(stream) && isCount(applied) && isCount(takenMs) && isCount(node), 'its head');
  return { v: 1, node: nodeId(node), stream, applied, takenMs };
}

function checkEnd(
  payload: Buffer,
  found: { readonly records: number; readonly replaced: number; readonly sha256: string },
): void {
  const said: unknown = JSON.parse(payload.toString('utf8'));
  expect(isFields(said), 'its end');
  const { records, replaced, sha256 } = said;
  expect(
    records === found.records && replaced === found.replaced && sha256 === found.sha256,
    'its bytes were changed',
  );
}
