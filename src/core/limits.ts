// Every limit of the store that a peer, a client or a file could otherwise push, each with its reason.
// Relations between limits are asserted at the end, when this module is loaded.

import { assert } from './assert.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

// --- Erasure coding and layout -------------------------------------------------------------------------------
/** Plain bytes in one sealed fragment (docs/formats.md). */
export const FRAGMENT_BODY_BYTES = 8 * KIB;
/** Bytes of one cell of a stripe: a whole number of fragments, small enough that a (4,2) stripe fits the L2 cache. */
export const CELL_BYTES = 64 * KIB;
/** K + M. Thirty-two failure domains are more than any site of our users has. */
export const SHARDS_MAX = 32;
/** Virtual nodes of a node of weight 1: keeps the share of every node within 30 % of its due (asserted for 3, 5 and 12 nodes). */
export const RING_POINTS_PER_NODE = 128;
/** Largest weight on the ring: bounds its memory at 8192 points per node. */
export const RING_WEIGHT_MAX = 64;

// --- S3 ------------------------------------------------------------------------------------------------------
/** AWS: "The name for a key is a sequence of Unicode characters whose UTF-8 encoding is at most 1,024 bytes long". */
export const OBJECT_KEY_BYTES_MAX = 1024;
/** AWS: user metadata of one object, names and values together. */
export const USER_METADATA_BYTES_MAX = 2 * KIB;
/** AWS: largest single PUT is 5 GiB. Spinifex uploads model weights in one PUT that may be larger, so ours is 5 TiB. */
export const OBJECT_BYTES_MAX = 5 * 1024 * GIB;
/** AWS: largest page of a listing. */
export const LIST_KEYS_MAX = 1000;
/** AWS: buckets of an account (soft limit there; hard here, which bounds what ListBuckets walks through). */
export const BUCKETS_PER_ACCOUNT_MAX = 10_000;
/** Largest page of ListBuckets: about 200 bytes each stay below the 1 MiB of a NATS message. */
export const BUCKETS_PER_PAGE_MAX = 4000;
/** Largest page for accounts with unlimited listing: some 30 MB of JSON, what one node may spend on one reply. */
export const LIST_KEYS_UNLIMITED_MAX = 100_000;
/** A page of a listing ends when its JSON would outgrow this: the reply fits a NATS message of 1 MiB. */
export const LIST_PAGE_BYTES_MAX = 768 * KIB;
/** Keys of one DeleteObjects, as AWS has it. */
export const DELETIONS_PER_REQUEST_MAX = 1000;
/** Keys of one DeleteObjects worked on at once: hides latency without starving other requests. */
export const DELETIONS_AT_ONCE_MAX = 16;
/** AWS: part numbers of an upload, and therefore its parts. */
export const MULTIPART_PARTS_MAX = 10_000;
/** AWS: every part but the last one has at least this. */
export const PART_BYTES_MIN = 5 * MIB;
/** AWS: largest part. */
export const PART_BYTES_MAX = 5 * GIB;
/** AWS: largest page of ListParts and of the parts in GetObjectAttributes. */
export const LIST_PARTS_MAX = 1000;
/** AWS: largest page of ListMultipartUploads. */
export const LIST_UPLOADS_MAX = 1000;
/** Largest XML or JSON document a client may send (DeleteObjects with 1000 keys of 1 KiB, escaped, fits). */
export const DOCUMENT_BYTES_MAX = 4 * MIB;

/** AWS: the website configuration of a bucket. */
export const WEBSITE_DOCUMENT_BYTES_MAX = 128 * KIB;

/** AWS: CORS rules of a bucket. */
export const CORS_RULES_MAX = 100;
/** AWS: default retention of a bucket with object lock. */
export const RETENTION_DAYS_MAX = 36_500;
export const RETENTION_YEARS_MAX = 100;
/** AWS: lifecycle rules of a bucket. */
export const LIFECYCLE_RULES_MAX = 1000;
/** AWS: tags of an object and of a bucket, and their texts in UTF-16 units. */
export const OBJECT_TAGS_MAX = 10;
export const BUCKET_TAGS_MAX = 50;
export const TAG_KEY_CHARACTERS_MAX = 128;
export const TAG_VALUE_CHARACTERS_MAX = 256;
/** AWS: the id of a rule in a configuration. */
export const RULE_ID_CHARACTERS_MAX = 255;
/** AWS: redirects of a website configuration. */
export const WEBSITE_ROUTING_RULES_MAX = 50;
/** AWS: destinations of a notification configuration. Every write compares its event with all of them. */
export const NOTIFICATIONS_MAX = 100;
/** AWS: a bucket policy is at most 20 KB. */
export const BUCKET_POLICY_BYTES_MAX = 20 * KIB;
/** All settings of one bucket as JSON: the record stays below METADATA_RECORD_BYTES_MAX. Every node holds them in memory. */
export const BUCKET_SETTINGS_BYTES_MAX = 512 * KIB;

// --- Access --------------------------------------------------------------------------------------------------
/** Statements of one policy: what 20 KiB can hold in practice, so that a decision stays within microseconds. */
export const POLICY_STATEMENTS_MAX = 256;
/** Actions, resources, principals or values of one list in a policy. */
export const POLICY_VALUES_MAX = 512;
/** AWS: "An ACL can have up to 100 grants". */
export const ACL_GRANTS_MAX = 100;
/** One record of an IAM bucket: a role with its inline policies (AWS: 10 240 characters) and trust policy fits many times. */
export const IAM_RECORD_BYTES_MAX = 256 * KIB;
/** Policies, groups or inline documents of one principal. AWS allows 20, 10 and as many as fit 10 KiB. */
export const IAM_LIST_MAX = 256;
/** Records remembered of each IAM bucket: some KiB each, so that a process holds at most some tens of MiB. */
export const IAM_CACHE_RECORDS_MAX = 10_000;

// --- HTTP ----------------------------------------------------------------------------------------------------
/** All headers of one request, as at AWS. */
export const HTTP_HEADER_BYTES_MAX = 8 * KIB;
/** The same and the request line, whose query may be a presigned one: more than this is not even parsed. */
export const HTTP_HEAD_BYTES_MAX = 16 * KIB;
/** One chunk header of an aws-chunked body: a size, a signature and little else. */
export const CHUNK_HEADER_BYTES_MAX = KIB;
/** A chunk past the declared length is read up to this size, to tell whether its own size is wrong or what was declared. */
export const CHUNK_SURPLUS_BYTES_MAX = 16 * KIB;
/** All trailers of an aws-chunked body: a checksum and a signature. */
export const TRAILER_BYTES_MAX = 4 * KIB;
/** An unread body up to this is taken off the wire after an error, so that the connection can serve on. */
export const UNREAD_BODY_KEEP_ALIVE_BYTES_MAX = 256 * KIB;
/** How much of a longer one is read before the connection is cut: many clients read the answer only after sending. */
export const UNREAD_BODY_LINGER_BYTES_MAX = 16 * MIB;
/** AWS: everything that a form for a browser upload has before its file. */
export const FORM_FIELDS_BYTES_MAX = 20 * KIB;
/** A browser upload whose rest is no longer than this is held in memory, so that its form may end in any way. */
export const FORM_FILE_BUFFER_BYTES_MAX = MIB;
/** A request body waits in memory up to this before its socket is told to pause. */
export const REQUEST_BUFFER_BYTES_MAX = 256 * KIB;

// --- Bodies over NATS ----------------------------------------------------------------------------------------
/** Largest body carried inside a NATS message. */
export const INLINE_BODY_BYTES_MAX = 512 * KIB;
/**
 * Largest chunk of a body stream over NATS; the server's max_payload may lower it. The client library gathers a message
 * by growing a buffer: one of 128 KiB costs the receiver less than one of 512 KiB, and holds small messages up for less.
 */
export const STREAM_CHUNK_BYTES_MAX = 128 * KIB;
/** Chunks in flight on one body stream: 4 MiB, far below the server's 64 MiB of pending bytes per connection. */
export const STREAM_WINDOW_CHUNKS = 32;
/** Body streams on one connection: 8 × 4 MiB = 32 MiB, half of what makes the server cut a slow consumer off. */
export const STREAMS_PER_CONNECTION_MAX = 8;

/** Tickets for bodies past NATS that are good at once; each keeps an offered body. Without one a body goes over NATS. */
export const TICKETS_MAX = 256;
/** The same of one guest: the streams that it may have each way, twice. */
export const TICKETS_PER_GUEST_MAX = 4 * STREAMS_PER_CONNECTION_MAX;
/** Streams of guests that have not presented their ticket yet; the next one is aborted. */
export const TICKETS_PRESENTED_MAX = 64;
/** The same of one guest: it presents one for each place it may have, and cannot take the others'. */
export const TICKETS_PRESENTED_PER_GUEST_MAX = 2 * STREAMS_PER_CONNECTION_MAX;
/** QUIC connections of guests; the oldest one goes for the next one. */
export const GUEST_CONNECTIONS_MAX = 128;

/** Streams waiting for one of those places, per direction; the next one is answered SlowDown. */
export const STREAMS_WAITING_MAX = 256;
/** Operations of one node that run at once; each may hold a stripe or a window of memory. */
export const OPERATIONS_RUNNING_MAX = 256;
/** Operations of one node waiting for a place; the next one is answered SlowDown. */
export const OPERATIONS_WAITING_MAX = 2048;
/** How long one waits: longer, and its caller, who gives up after 30 to 60 s, would be served when nobody listens any more. */
export const OPERATION_WAIT_MAX_MS = 10_000;
/** The same for requests of operators, who are few; some of these look at every record. */
export const ADMIN_OPERATIONS_RUNNING_MAX = 8;
export const ADMIN_OPERATIONS_WAITING_MAX = 64;
/** Calls of one client without an answer yet. */
export const CALLS_PENDING_MAX = 16_384;
/** Bodies offered inside the process and not yet fetched. */
export const LOCAL_OFFERS_MAX = 4096;
/** Largest result document; a listing of 1000 keys of 1 KiB, escaped, is 7 MiB. */
export const RESULT_BYTES_MAX = 32 * MIB;
/** One header of a request (request id, ARN, trace state). */
export const REQUEST_HEADER_BYTES_MAX = 2 * KIB;

// --- Idempotency keys ----------------------------------------------------------------------------------------
/** Longest `Spinifex-Idempotency-Key`; the SDKs' invocation ids have 36 characters. */
export const IDEMPOTENCY_KEY_CHARS_MAX = 255;
/** How long an answer is remembered: far longer than any SDK goes on retrying, short enough to bound the stream. */
export const IDEMPOTENCY_WINDOW_MS = 60 * 60 * 1000;
/** All remembered answers, which JetStream reserves on disk; a full stream refuses new keys (SlowDown), never forgets early. */
export const IDEMPOTENCY_BYTES_MAX = 256 * MIB;
export const IDEMPOTENCY_RECORDS_MAX = 500_000;
/** Largest answer that is kept, compressed: a DeleteObjects of 1000 keys of 1 KiB that look like noise has more. */
export const IDEMPOTENCY_ANSWER_BYTES_MAX = 512 * KIB;
/** A node at work on a request with a key says so this often … */
export const IDEMPOTENCY_RENEW_MS = 2_000;
/** … and after this long without it a repetition takes the request over: its node is dead or cut off. */
export const IDEMPOTENCY_LEASE_MS = 10_000;
/** How long a repetition waits for the first request to end; longer than the lease, so that it can take over. */
export const IDEMPOTENCY_WAIT_MS = 20_000;
/** Repetitions of one node that wait; the next one is told to come back. */
export const IDEMPOTENCY_WAITERS_MAX = 64;

// --- Events --------------------------------------------------------------------------------------------------
/** How long events wait for their readers. */
export const EVENTS_AGE_MAX_MS = 7 * 24 * 60 * 60 * 1000;
/** The stream of events, which JetStream reserves on disk; a full one forgets its oldest. */
export const EVENTS_BYTES_MAX = 256 * MIB;

// --- Transport between nodes ---------------------------------------------------------------------------------
/** Unread bytes one end may have outstanding on a stream: a GET reads K streams and stays under 16 MiB up to K = 7. */
export const TRANSPORT_CREDIT_BYTES = 2 * MIB;
/** Largest frame; a longer length on the wire is a protocol error. */
export const TRANSPORT_FRAME_BYTES_MAX = 256 * KIB;
/** Streams one peer may have open towards us. */
export const TRANSPORT_STREAMS_MAX = 1000;
/** Longest explanation that travels with an aborted stream. */
export const TRANSPORT_ABORT_BYTES_MAX = KIB;
/**
 * QUIC connections that one peer may have to us: it needs one, and a few more while a cut link makes it dial anew before the old ones are
 * given up. The oldest goes for the next one.
 */
export const TRANSPORT_CONNECTIONS_PER_PEER_MAX = 8;
/** TLS sockets to one peer; further streams wait in line. A socket costs about 50 KiB at either end. */
export const TRANSPORT_SOCKETS_MAX = 256;
/** Idle lanes (QUIC streams, TLS sockets) kept for reuse on one connection; what a burst needed beyond is given back. */
export const TRANSPORT_IDLE_LANES_MAX = 64;
/** Callers that may wait for a lane of one connection. */
export const TRANSPORT_LANE_LINE_MAX = 4096;
/** How long an aborted stream may take to be acknowledged by the other end before its lane is torn down. */
export const TRANSPORT_ABORT_LINGER_MS = 5_000;
/** Refusals being explained to strangers at once; beyond that they are cut off without a word. */
export const TRANSPORT_REFUSALS_MAX = 32;
/** Largest header of a shard operation. */
export const SHARD_HEADER_BYTES_MAX = 64 * KIB;
/** Largest sealed object record that travels with a shard. */
export const SHARD_RECORD_BYTES_MAX = 16 * KIB;
/** Shard keys in one stat or remove request; the client splits longer lists. 17 bytes each stay within the header. */
export const SHARD_KEYS_PER_REQUEST_MAX = 2048;
/** Longest explanation in an error reply. */
export const SHARD_ERROR_BYTES_MAX = KIB;
/** Shard bytes up to which a whole request or reply leaves in one write: a copy of one cell in place of a second frame. */
export const SHARD_COALESCE_BYTES = 64 * KIB;
/** Operations we have running towards one node: leaves room for probes below TRANSPORT_STREAMS_MAX. */
export const SHARD_OPERATIONS_PER_NODE_MAX = TRANSPORT_STREAMS_MAX - 100;
/** Bytes of a refused request that the server still reads, so that its explanation arrives; then it aborts. */
export const SHARD_DRAIN_BYTES_MAX = 2 * TRANSPORT_CREDIT_BYTES;
/** Uploads a storage node serves at once; each holds a stream and one chunk. As many again wait in line. */
export const STORAGE_UPLOADS_MAX = 1024;
/** Reads, stats and deletes a storage node serves at once; apart from uploads, so that slow senders cannot starve them. */
export const STORAGE_READS_MAX = 1024;

// --- Time: bounds go by progress, never by the size of a body -------------------------------------------------
/** A client that sends nothing of its body for this long is dropped. */
export const BODY_IDLE_TIMEOUT_MS = 30_000;
/** A body stream whose far end takes no chunk for this long is given up, even while it says that it lives. */
export const STREAM_PROGRESS_TIMEOUT_MS = 300_000;
/** A body stream whose far end is silent for this long is given up. */
export const STREAM_SILENCE_TIMEOUT_MS = 30_000;
/** A ticket that is not presented for this long is void: the time of a dial, and some. */
export const TICKET_LIFE_MS = 30_000;
/** A guest that opened a stream presents its ticket within this. */
export const TICKET_PRESENT_MS = 5_000;
/** How long a client tries to reach a node past NATS before the body goes over NATS … */
export const TICKET_DIAL_MS = 1_500;
/** … and how long it does not try again there: a blocked port costs one pause, not one per body. */
export const TICKET_DETOUR_MS = 60_000;
/** A node working on a call says so this often, to callers that ask for it. */
export const CALL_ALIVE_INTERVAL_MS = 2_000;
/** A caller that hears nothing of its call for this long gives it up: five signs of life missed. */
export const CALL_SILENCE_TIMEOUT_MS = 10_000;
/** A body offered inside the process and not fetched for this long is let go. */
export const LOCAL_OFFER_TIMEOUT_MS = 30_000;
/** A node that moves no byte of a shard for this long is given up for this operation. */
export const SHARD_IDLE_TIMEOUT_MS = 10_000;
/** Shard bytes that have to move within SHARD_IDLE_TIMEOUT_MS of waiting: a peer that drips is as useless as one that hangs. */
export const SHARD_PROGRESS_BYTES = 16 * KIB;
/**
 * How long a storage node waits for such progress of a body: the slowest honest client of a gateway is dropped by the
 * gateway (BODY_IDLE_TIMEOUT_MS) before storage drops the gateway, also while K cells of a stripe fill up.
 */
export const STORAGE_IDLE_TIMEOUT_MS = 4 * BODY_IDLE_TIMEOUT_MS;
/** How long a storage node lets running requests end when it shuts down. */
export const STORAGE_DRAIN_MS = 5_000;
/** Probes of a node that is down: the first after this long … */
export const PEER_PROBE_MS = 1_000;
/** … then ever rarer, up to this. */
export const PEER_PROBE_MAX_MS = 5_000;
/** Opening a connection or stream to a node. */
export const PEER_OPEN_TIMEOUT_MS = 3_000;
/** One metadata request; above the usual leader election (about 5 s) callers retry. */
export const METADATA_REQUEST_TIMEOUT_MS = 2_000;
/**
 * How long the stream leader is believed after a quorum stored something of ours: a second less than the four that a NATS server waits
 * before it stands for election, for clocks that run apart.
 */
export const METADATA_LEASE_MS = 3_000;
/** How long an operation goes on retrying metadata before it answers 503. */
export const METADATA_PATIENCE_MS = 8_000;
/** Shortest grace before the shards of a replaced blob may go. */
export const RECLAIM_GRACE_MIN_MS = 10_000;
/** Shortest grace before a shard that no record names may go: far above the time between the last shard and its commit. */
export const ORPHAN_GRACE_MIN_MS = 10_000;
/**
 * A commit that references blobs of another record (a copy, a completion) begins within this of reading that record; later
 * than that it reads again. With the patience of the commit itself the blobs are referenced anew before any grace is over.
 */
export const REFERENCE_COMMIT_LIMIT_MS = 1_500;

/**
 * GETs of a process that open shards before the leader has answered. One at a time a 4 KiB GET waits 15 % less for it; at 16 at
 * once the same process answered 15 % fewer (decision 0007).
 */
export const EARLY_READS_MAX = 4;
/** A shard that makes a read wait this long is replaced by another one while there is one to take its place. */
export const SHARD_READ_STALL_MS = 1_000;
/** A shard that holds a write up this long, in the middle or at its commit, is left to repair once the floor is safe. */
export const SHARD_WRITE_STALL_MS = 3_000;
/** Cells queued for one shard of a PUT before the body is paused: 8 × 64 KiB × (K + M) per request. */
export const LANE_CELLS_MAX = 8;

// --- Metadata ------------------------------------------------------------------------------------------------
/** Largest record: below the 1 MiB max_payload of a default NATS server, with room for headers. */
export const METADATA_RECORD_BYTES_MAX = 768 * KIB;
/** Blobs and parts of one record, unpacked: 10 000 of each with a SHA-256 are 1 MB, with no two placed alike 3 MB. */
export const METADATA_PACK_BYTES_MAX = 8 * MIB;
/** Messages kept of one key: a view that lags by fewer never sees a gap. */
export const METADATA_HISTORY = 8;
/** Consumers of the metadata stream: one per node, and the ones that a crash left behind for half a minute. */
export const METADATA_CONSUMERS_MAX = 10_000;
/** Messages and bytes of one pull of the view's tail; two pulls may be outstanding. */
export const TAIL_PULL_MESSAGES = 4_096;
export const TAIL_PULL_BYTES = 8 * MIB;
/** Messages applied in one transaction of the view: about 10 ms of the event loop. */
export const TAIL_BATCH_MESSAGES = 1_024;
/** How long the stream keeps the trace of a deletion: a node that is away for less resumes its view, for more rebuilds it. */
export const TOMBSTONE_AGE_MS = 24 * 60 * 60 * 1000;
/** A view that lacks more messages than this is not waited for by a read: it asks the leader for its record. */
export const VIEW_LAG_MAX = 64;
/** How long a read waits for what the view lacks, about two round trips; then it asks the leader for its record. */
export const VIEW_LAG_MAX_MS = 10;
/** Callers that may wait for the view at once; the next one is refused. */
export const VIEW_WAITERS_MAX = 100_000;
/** What the repair journal may grow to; past it a degraded write is still on record in `missing`. */
export const REPAIR_JOURNAL_BYTES_MAX = GIB;

// --- Disk ----------------------------------------------------------------------------------------------------
/** A segment file rolls before it grows past this. */
export const SEGMENT_BYTES_MAX = 4 * GIB;
/** A shard writer that takes no byte for this long was forgotten by its owner: its extent is given back. */
export const WRITER_IDLE_TIMEOUT_MS = 15 * 60_000;
/** Threads that seal for one store: more than cores only costs (decision 0008). */
export const SEAL_WORKERS_MAX = 16;
/** Shards in one page of a store's listing: about 30 ms of one thread. */
export const LIST_SHARDS_MAX = 10_000;

assert(CELL_BYTES % FRAGMENT_BODY_BYTES === 0, 'a cell is a whole number of fragments');
assert(
  STREAMS_PER_CONNECTION_MAX * STREAM_WINDOW_CHUNKS * STREAM_CHUNK_BYTES_MAX <= 32 * MIB,
  'all windows of a connection together stay at half of the max_pending of a NATS server',
);
assert(
  REFERENCE_COMMIT_LIMIT_MS + METADATA_PATIENCE_MS < RECLAIM_GRACE_MIN_MS,
  'a blob is referenced by its copy before it can be reclaimed',
);
assert(
  BUCKET_SETTINGS_BYTES_MAX + 64 * KIB < METADATA_RECORD_BYTES_MAX,
  'a bucket with the largest settings is one record',
);
assert(
  IDEMPOTENCY_LEASE_MS > IDEMPOTENCY_RENEW_MS + METADATA_PATIENCE_MS - METADATA_REQUEST_TIMEOUT_MS,
  'a claim that is renewed with some patience is not taken over',
);
assert(
  IDEMPOTENCY_WAIT_MS > IDEMPOTENCY_LEASE_MS + IDEMPOTENCY_RENEW_MS,
  'a repetition waits long enough to take over',
);
assert(TAIL_PULL_BYTES > METADATA_RECORD_BYTES_MAX, 'one pull of the tail can carry the largest record');
assert(SHARD_RECORD_BYTES_MAX < TRANSPORT_FRAME_BYTES_MAX, 'an object record fits one frame');
assert(
  SHARD_OPERATIONS_PER_NODE_MAX < TRANSPORT_STREAMS_MAX,
  'probes get through when operations are at their limit',
);
assert(
  WRITER_IDLE_TIMEOUT_MS > 2 * STORAGE_IDLE_TIMEOUT_MS,
  'the owner of a writer gives a slow sender up before the store gives up the owner',
);
assert(
  STORAGE_IDLE_TIMEOUT_MS > BODY_IDLE_TIMEOUT_MS,
  'gateways drop slow clients before storage drops gateways',
);
