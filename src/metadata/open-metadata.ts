// Opens the metadata plane of a node: checks the server, makes or verifies the streams, opens the view, starts its feed.

import type { BusConnection } from '../bus/connection.ts';
import {
  requireSuitableServer,
  StreamAdmin,
  type StreamSettings,
  type StreamState,
} from '../bus/stream-admin.ts';
import { StreamClient } from '../bus/stream-client.ts';
import { StreamTail } from '../bus/stream-tail.ts';
import { WorkQueue } from '../bus/work-queue.ts';
import { messageOf, PredastoreError, wrapError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import { METADATA_CONSUMERS_MAX, METADATA_HISTORY, METADATA_RECORD_BYTES_MAX } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { noMetrics, type Metrics } from '../platform/metrics.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import { Barrier } from './barrier.ts';
import { MetadataLog } from './metadata-log.ts';
import type { Durability, MetadataPlane } from './metadata-store.ts';
import { ReadLease } from './read-lease.ts';
import { RepairJournal, repairStreamSettings } from './repair-journal.ts';
import { StreamMetadata } from './stream-metadata.ts';
import {
  follow,
  isBeingRestored,
  restore,
  type Standing,
  type SuccessionParts,
} from './stream-succession.ts';
import { StreamTrust } from './stream-trust.ts';
import {
  barrierSubject,
  METADATA_STREAM,
  METADATA_SUBJECTS,
  REPAIR_STREAM,
  repairSubject,
} from './subjects.ts';
import { View } from './view.ts';

/** Copies of the stream: three survive the loss of one server, and more only make writes slower. */
const REPLICAS_MAX = 3;
/** Longer than any operation goes on trying (METADATA_PATIENCE_MS); the server keeps the ids of this long in memory. */
const DUPLICATE_WINDOW_MS = 30_000;
/** A NATS cluster that starts together with us elects its leaders within this. */
const START_PATIENCE_MS = 60_000;
const START_RETRY_MAX_MS = 1_000;
/** An empty stream in the place of the one we know may be about to be filled; past this it is a loss. */
const EMPTY_STREAM_MS = 3_000;
const UNLIMITED = -1;

export interface MetadataOptions {
  readonly connection: BusConnection;
  /** This node. */
  readonly self: NodeId;
  /** Number of NATS servers with JetStream; the streams get min(3, servers) replicas. */
  readonly servers: number;
  /** Directory of the view; belongs to this process alone. */
  readonly directory: string;
  /** How it is known that the server syncs every write. */
  readonly durability: Durability;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly startPatienceMs?: number;
  /** Makes the lost stream anew from this node's view. An operator says so, once. Default false. */
  readonly restores?: boolean;
  /** This node has shards. Then a cluster without metadata is one that lost it, and none is begun anew. Default false. */
  readonly holdsShards?: boolean;
}

/**
 * Resolves when the plane answers. The view may still be catching up: listings wait for it by themselves.
 * Rejects with `server-unsuitable` when the server or an existing stream would break a promise; a fenced plane opens.
 */
export async function openMetadata(options: MetadataOptions): Promise<MetadataPlane> {
  const { connection, logger, clock, random, metrics, directory } = options;
  requireSuitableServer(connection);
  reportDurability(options);
  const admin = await StreamAdmin.open(connection);
  const view = await View.open({ directory, clock, logger });
  try {
    await succeed(options, admin, view);
    await prepareStreams(options, admin, view);
  } catch (error) {
    await view.close();
    throw error;
  }
  const trust = new StreamTrust(view, logger, metrics);
  const client = new StreamClient(connection, METADATA_STREAM);
  const replicated = options.servers > 1;
  const lease: ReadLease = new ReadLease({ clock, replicated, prove: () => barrier.pass() });
  const log = new MetadataLog({ client, trust, lease, clock, random, logger, metrics });
  const barrier = new Barrier(() => log.mark(barrierSubject(options.self)));
  const journal = new RepairJournal({
    client: new StreamClient(connection, REPAIR_STREAM),
    queue: new WorkQueue({
      connection,
      admin,
      stream: REPAIR_STREAM,
      subject: repairSubject(options.self),
      name: `repair-${options.self}`,
    }),
    clock,
    random,
    logger,
  });
  const plane = new StreamMetadata({ ...options, view, trust, log, barrier, journal, admin });
  plane.follow(
    new StreamTail({
      ...options,
      admin,
      stream: METADATA_STREAM,
      filter: METADATA_SUBJECTS,
      name: `view-${options.self}`,
      start: view.position,
      follower: plane,
    }),
  );
  return plane;
}

function streamSettings(replicas: number): StreamSettings {
  return {
    name: METADATA_STREAM,
    subjects: [METADATA_SUBJECTS],
    replicas,
    purpose: 'key-value',
    history: METADATA_HISTORY,
    // Headers count; the largest record has 64 KiB of room.
    messageBytesMax: METADATA_RECORD_BYTES_MAX + 64 * 1024,
    duplicateWindowMs: DUPLICATE_WINDOW_MS,
    consumersMax: METADATA_CONSUMERS_MAX,
    bytesMax: UNLIMITED,
  };
}

/**
 * Makes the streams where this cluster is new. A view that knows a stream proves that it is not: then a missing stream is
 * a loss, and making an empty one would hide it.
 */
async function prepareStreams(options: MetadataOptions, admin: StreamAdmin, view: View): Promise<void> {
  if (view.fence !== '') return;
  const replicas = Math.min(REPLICAS_MAX, options.servers);
  await patiently(options, async () => {
    if (view.stream === '') await admin.ensure(streamSettings(replicas));
    else if ((await admin.verify(streamSettings(replicas))) === undefined) throw missingStream();
    await admin.ensure(repairStreamSettings(replicas));
  });
}

/** Where the stream that the view pictures was lost: restores it, or waits for the node that does, and follows the new one. */
async function succeed(options: MetadataOptions, admin: StreamAdmin, view: View): Promise<void> {
  const { clock, logger, connection } = options;
  const settings = streamSettings(Math.min(REPLICAS_MAX, options.servers));
  const client = new StreamClient(connection, METADATA_STREAM);
  const log = new MetadataLog({ ...options, client, trust: UNJUDGED, lease: NO_LEASE, metrics: noMetrics });
  const parts = { log, view, logger };
  try {
    // Whoever restores has just made it, perhaps: its first record will say so.
    const emptyUntilMs = clock.monotonicMs() + EMPTY_STREAM_MS;
    for (;;) {
      const standing = await patiently<Standing>(options, async () => {
        const state = await admin.verify(settings);
        const seen = await judge(options, parts, state);
        if (seen !== 'lost') return seen;
        if (options.restores === true) {
          await restore(parts, state ?? (await admin.ensure(settings)));
          return 'followed';
        }
        return state?.messages === 0 && clock.monotonicMs() < emptyUntilMs ? 'underway' : 'unrelated';
      });
      if (standing !== 'underway') return;
      logger.warn('the metadata stream is being restored: waiting for that');
      await clock.sleep(START_RETRY_MAX_MS);
    }
  } finally {
    log.close();
  }
}

async function judge(
  options: MetadataOptions,
  parts: SuccessionParts,
  state: StreamState | undefined,
): Promise<Standing | 'lost'> {
  const { view } = parts;
  if (view.stream === '') return begin(options, parts, state);
  if (state === undefined && options.restores !== true) throw missingStream();
  const seen = await follow(parts, state);
  const isLost = state?.created !== view.stream || view.fence !== '';
  if (seen === 'followed' || !isLost) return seen;
  // A restoration that was interrupted is gone on with by the node that began it.
  return seen === 'underway' && options.restores !== true ? seen : 'lost';
}

/** What a node without a view may do: follow what is there, or begin where nothing was; never see a loss as a beginning. */
async function begin(
  { holdsShards }: MetadataOptions,
  parts: SuccessionParts,
  state: StreamState | undefined,
): Promise<Standing> {
  if (holdsShards === true && (state === undefined || state.messages === 0)) throw lostMetadata();
  return state !== undefined && (await isBeingRestored(parts)) ? 'underway' : 'unrelated';
}

function lostMetadata(): PredastoreError {
  return new PredastoreError(
    'metadata-unavailable',
    `this node holds shards, and the cluster has no metadata and this node no view of it: restore it (docs/metadata.md, "When JetStream is lost"), or remove the data directory of every node to begin anew`,
  );
}

/** A stream that is being restored has sequences of its own, and nothing is read from it that a lease would have to prove. */
const UNJUDGED = {
  applied: 0,
  check: () => Promise.resolve(),
  pictures: () => false,
  refuseFenced: () => undefined,
};
const NO_LEASE = { ready: () => Promise.resolve(), holds: false, proven: () => undefined };

function missingStream(): PredastoreError {
  return new PredastoreError(
    'metadata-unavailable',
    `the stream ${METADATA_STREAM} is missing, though this node has followed it before: restore it (docs/metadata.md, "When JetStream is lost"), or remove the data directory of every node to begin anew`,
  );
}

async function patiently<T>(options: MetadataOptions, work: () => Promise<T>): Promise<T> {
  const { clock, random, logger } = options;
  const deadlineMs = clock.monotonicMs() + (options.startPatienceMs ?? START_PATIENCE_MS);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const wrapped = wrapError('metadata-unavailable', 'JetStream is not ready', error);
      if (!wrapped.retryable || clock.monotonicMs() > deadlineMs) throw wrapped;
      logger.warn('waiting for JetStream', { attempt, reason: messageOf(error) });
      await clock.sleep(backoffMs(random, attempt, 100, START_RETRY_MAX_MS));
    }
  }
}

function reportDurability(options: MetadataOptions): void {
  if (options.durability !== 'unsafe') return;
  options.logger.error(
    'metadata is UNSAFE: nobody vouches for "sync_interval: always" of the NATS servers; a power failure can lose acknowledged writes',
  );
}
