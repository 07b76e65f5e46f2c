// Every limit of the store that a peer, a client or a file could otherwise push, each with its reason.
// Relations between limits are asserted at the end, when this module is loaded.

import { assert } from './assert.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

// --- Erasure coding and layout -------------------------------------------------------------------------------
/** Plain bytes in one sealed fragment (the seed's format). */
export const FRAGMENT_BODY_BYTES = 8 * KIB;
/** Bytes of one cell of a stripe: a whole number of fragments, small enough that a (4,2) stripe fits the L2 cache. */
export const CELL_BYTES = 64 * KIB;
/** K + M. Thirty-two failure domains are more than any site of our users has. */
export const SHARDS_MAX = 32;

// --- S3 ------------------------------------------------------------------------------------------------------
/** AWS: "The name for a key is a sequence of Unicode characters whose UTF-8 encoding is at most 1,024 bytes long". */
export const OBJECT_KEY_BYTES_MAX = 1024;
/** AWS: user metadata of one object, names and values together. */
export const USER_METADATA_BYTES_MAX = 2 * KIB;
/** AWS: largest single PUT is 5 GiB. Spinifex uploads model weights in one PUT that may be larger, so ours is 5 TiB. */
export const OBJECT_BYTES_MAX = 5 * 1024 * GIB;
/** AWS: largest page of a listing. */
export const LIST_KEYS_MAX = 1000;
/** AWS: buckets of an account (soft limit there; hard here so that ListBuckets stays one reply). */
export const BUCKETS_PER_ACCOUNT_MAX = 10_000;
/** Largest XML or JSON document a client may send (DeleteObjects with 1000 keys of 1 KiB, escaped, fits). */
export const DOCUMENT_BYTES_MAX = 4 * MIB;

// --- Bodies over NATS ----------------------------------------------------------------------------------------
/** Largest body carried inside a NATS message. */
export const INLINE_BODY_BYTES_MAX = 512 * KIB;
/** Largest chunk of a body stream over NATS; the server's max_payload may lower it. */
export const STREAM_CHUNK_BYTES_MAX = 512 * KIB;
/** Chunks in flight on one body stream: 4 MiB, far below the server's 64 MiB of pending bytes per connection. */
export const STREAM_WINDOW_CHUNKS = 8;
/** Body streams on one connection: 8 × 4 MiB = 32 MiB, half of what makes the server cut a slow consumer off. */
export const STREAMS_PER_CONNECTION_MAX = 8;

// --- Transport between nodes ---------------------------------------------------------------------------------
/** Unread bytes one end may have outstanding on a stream: a GET reads K streams and stays under 16 MiB up to K = 7. */
export const TRANSPORT_CREDIT_BYTES = 2 * MIB;
/** Largest frame; a longer length on the wire is a protocol error. */
export const TRANSPORT_FRAME_BYTES_MAX = 256 * KIB;
/** Streams one peer may have open towards us. */
export const TRANSPORT_STREAMS_MAX = 1000;
/** Largest header of a shard operation. */
export const SHARD_HEADER_BYTES_MAX = 64 * KIB;
/** Largest sealed object record that travels with a shard. */
export const SHARD_RECORD_BYTES_MAX = 16 * KIB;

// --- Time: bounds go by progress, never by the size of a body -------------------------------------------------
/** A client that sends nothing of its body for this long is dropped. */
export const BODY_IDLE_TIMEOUT_MS = 30_000;
/** A node that moves no byte of a shard for this long is given up for this operation. */
export const SHARD_IDLE_TIMEOUT_MS = 10_000;
/** Opening a connection or stream to a node. */
export const PEER_OPEN_TIMEOUT_MS = 3_000;
/** One metadata request; above the usual leader election (about 5 s) callers retry. */
export const METADATA_REQUEST_TIMEOUT_MS = 2_000;
/** How long an operation goes on retrying metadata before it answers 503. */
export const METADATA_PATIENCE_MS = 8_000;

/** A shard that makes a read wait this long is replaced by another one while there is one to take its place. */
export const SHARD_READ_STALL_MS = 1_000;
/** A shard that holds a write up this long, in the middle or at its commit, is left to repair once the floor is safe. */
export const SHARD_WRITE_STALL_MS = 3_000;
/** Cells queued for one shard of a PUT before the body is paused: 8 × 64 KiB × (K + M) per request. */
export const LANE_CELLS_MAX = 8;

// --- Disk ----------------------------------------------------------------------------------------------------
/** A segment file rolls before it grows past this. */
export const SEGMENT_BYTES_MAX = 4 * GIB;

assert(CELL_BYTES % FRAGMENT_BODY_BYTES === 0, 'a cell is a whole number of fragments');
assert(
  STREAMS_PER_CONNECTION_MAX * STREAM_WINDOW_CHUNKS * STREAM_CHUNK_BYTES_MAX <= 32 * MIB,
  'all windows of a connection together stay at half of the max_pending of a NATS server',
);
assert(SHARD_RECORD_BYTES_MAX < TRANSPORT_FRAME_BYTES_MAX, 'an object record fits one frame');
