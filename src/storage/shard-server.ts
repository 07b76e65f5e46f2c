// The QUIC face of a node: answers shard protocol v1 from the node's own shards.
//
// Owns: every stream that peers open towards us, from its first byte to its end. Refuses: the engine (stored-shards.ts).
// Invariants:
//   V1. A request is answered exactly once: with its result, with an error reply, or, once bytes of a result have left, by
//       aborting the stream with the reason.
//   V2. A peer that hangs, drips, lies or dies costs one stream for a bounded time; nothing it began becomes visible.
//   V3. A commit happens only after exactly the announced bytes, the record and the end of the request.

import { errorCodeOf, errorOf, messageOf, PredastoreError } from '../core/errors.ts';
import {
  SHARD_COALESCE_BYTES,
  SHARD_DRAIN_BYTES_MAX,
  SHARD_IDLE_TIMEOUT_MS,
  STORAGE_DRAIN_MS,
  STORAGE_IDLE_TIMEOUT_MS,
  STORAGE_READS_MAX,
  STORAGE_UPLOADS_MAX,
} from '../core/limits.ts';
import { Limiter } from '../platform/limiter.ts';
import { supervise } from '../platform/supervise.ts';
import { Exchange } from '../shards/exchange.ts';
import { IdleWatch } from '../shards/idle-watch.ts';
import {
  ABSENT_REPLY,
  decodeHeader,
  decodePreamble,
  decodeRecordLength,
  encodeDescription,
  encodeErrorReply,
  encodeGetReply,
  encodePutReply,
  encodeRemoveReply,
  encodeStatReply,
  OK_REPLY,
  PREAMBLE_BYTES,
  RECORD_LENGTH_BYTES,
  type ShardRequest,
} from '../shards/wire-format.ts';
import { createStorageMetrics, type StorageMetrics } from './storage-metrics.ts';
import { StoredShards } from './stored-shards.ts';
import type { ByteRange } from '../core/body.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { ShardStore } from '../segments/shard-store.ts';
import type { ShardDownload, ShardPut, ShardUpload } from '../shards/shard-client.ts';
import type { ShardPeer } from '../shards/shard-peer.ts';
import type { PeerId, StreamHandler, TransportStream } from '../transport/transport.ts';

export interface ShardServerOptions {
  readonly store: ShardStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Uploads, and other operations, that run at once; as many again wait in line. */
  readonly uploadsMax?: number;
  readonly readsMax?: number;
}

export interface ShardServer {
  /** For `Transport.listen`. */
  readonly onStream: StreamHandler;
  /** The same shards, limits and measurements for callers in this process, without a wire. */
  readonly local: ShardPeer;
  /** Refuses new requests, lets running ones end for a bounded time, aborts the rest. */
  close(): Promise<void>;
}

const CLOSING = new PredastoreError('store-closed', 'the node is shutting down');
/** A stream that ended in both directions is not aborted; the reason is never seen. */
const FINISHED = new PredastoreError('cancelled', 'finished');

class StreamShardServer implements ShardServer {
  readonly local: ShardPeer;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: StorageMetrics;
  readonly #running = new Map<Exchange, Promise<void>>();
  #closing = false;

  constructor(options: ShardServerOptions) {
    const { uploadsMax = STORAGE_UPLOADS_MAX, readsMax = STORAGE_READS_MAX } = options;
    const uploads = new Limiter(uploadsMax, uploadsMax);
    const reads = new Limiter(readsMax, readsMax);
    this.local = new StoredShards({ store: options.store, logger: options.logger, uploads, reads });
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#metrics = createStorageMetrics(options.metrics);
  }

  readonly onStream: StreamHandler = (stream, peer) => {
    if (this.#closing) {
      stream.abort(CLOSING);
      return;
    }
    const watch = this.#watch(stream);
    const exchange = new Exchange(stream, watch);
    const serving = this.#serve(exchange, watch, peer).finally(() => this.#running.delete(exchange));
    this.#running.set(exchange, serving);
    supervise(serving, this.#logger, 'serving a shard request');
  };

  async close(): Promise<void> {
    this.#closing = true;
    const timer = this.#clock.after(STORAGE_DRAIN_MS, () => {
      for (const exchange of this.#running.keys()) exchange.close(CLOSING);
    });
    await Promise.allSettled(this.#running.values());
    timer.cancel();
  }

  #watch(stream: TransportStream): IdleWatch {
    return new IdleWatch({
      clock: this.#clock,
      limitMs: SHARD_IDLE_TIMEOUT_MS,
      onStall: () => stream.abort(new PredastoreError('peer-stalled', 'no progress for too long')),
    });
  }

  async #serve(exchange: Exchange, watch: IdleWatch, peer: PeerId): Promise<void> {
    const startedMs = this.#clock.monotonicMs();
    let operation: ShardRequest['kind'] | 'unknown' = 'unknown';
    try {
      const request = await readRequest(exchange);
      operation = request.kind;
      watch.step(STORAGE_IDLE_TIMEOUT_MS);
      await answer(request, exchange, this.local);
      exchange.close(FINISHED);
      this.#metrics.served(operation, 'ok', this.#clock.monotonicMs() - startedMs);
    } catch (error) {
      this.#metrics.served(operation, errorCodeOf(error), this.#clock.monotonicMs() - startedMs);
      this.#report(error, operation, peer);
      watch.step(SHARD_IDLE_TIMEOUT_MS);
      await refuse(exchange, error);
    }
  }

  #report(error: unknown, operation: string, peer: PeerId): void {
    const fields = { operation, peer, error };
    if (errorCodeOf(error) === 'internal') this.#logger.error('shard request failed', fields);
    else this.#logger.debug('shard request refused', fields);
  }
}

async function readRequest(exchange: Exchange): Promise<ShardRequest> {
  const { operation, headerBytes } = decodePreamble(await exchange.take(PREAMBLE_BYTES));
  return decodeHeader(operation, await exchange.take(headerBytes));
}

async function answer(request: ShardRequest, exchange: Exchange, shards: ShardPeer): Promise<void> {
  if (request.kind === 'put') {
    await receive(request.put, exchange, shards);
    return;
  }
  await exchange.expectEnd();
  switch (request.kind) {
    case 'get':
      return deliver(request.key, request.range, { exchange, shards });
    case 'stat':
      return exchange.finish(encodeStatReply(await shards.stat(request.keys)));
    case 'remove':
      return exchange.finish(encodeRemoveReply(await shards.remove(request.keys)));
    case 'describe': {
      const description = await shards.describe(request.key);
      return exchange.finish(description === undefined ? ABSENT_REPLY : encodeDescription(description));
    }
    case 'ping':
      return exchange.finish(OK_REPLY);
  }
}

async function receive(put: ShardPut, exchange: Exchange, shards: ShardPeer): Promise<void> {
  const upload = await shards.put(put);
  let record: Uint8Array;
  try {
    record = await receiveBody(put.lengthBytes, exchange, upload);
  } catch (error) {
    upload.abort(errorOf(error));
    throw error;
  }
  const { nearFull } = await upload.commit(record);
  await exchange.finish(encodePutReply(nearFull));
}

/** Passes the data on and returns the record, once the request is known to be complete. */
async function receiveBody(
  lengthBytes: number,
  exchange: Exchange,
  upload: ShardUpload,
): Promise<Uint8Array> {
  for (let remaining = lengthBytes; remaining > 0;) {
    const portion = await exchange.portion(remaining);
    await upload.write(portion);
    remaining -= portion.length;
  }
  const recordBytes = decodeRecordLength(await exchange.take(RECORD_LENGTH_BYTES));
  const record = await exchange.take(recordBytes);
  await exchange.expectEnd();
  return record;
}

interface Delivery {
  readonly exchange: Exchange;
  readonly shards: ShardPeer;
}

async function deliver(key: ShardKey, range: ByteRange, { exchange, shards }: Delivery): Promise<void> {
  const outcome = await shards.get(key, range);
  if (outcome.kind === 'absent') return exchange.finish(ABSENT_REPLY);
  const { download } = outcome;
  const rangeBytes = range.end - range.start;
  try {
    if (rangeBytes <= SHARD_COALESCE_BYTES) await deliverSmall(download, exchange);
    else await deliverLarge(download, rangeBytes, exchange);
  } finally {
    download.cancel();
  }
}

/** Head, bytes and end in one write; an error of the disk still finds nothing sent and becomes a reply. */
async function deliverSmall(download: ShardDownload, exchange: Exchange): Promise<void> {
  const parts: Uint8Array[] = [encodeGetReply(download.lengthBytes)];
  for await (const chunk of download.bytes) parts.push(chunk);
  await exchange.finish(Buffer.concat(parts));
}

async function deliverLarge(download: ShardDownload, rangeBytes: number, exchange: Exchange): Promise<void> {
  let remaining = rangeBytes;
  for await (const chunk of download.bytes) {
    if (remaining === rangeBytes) await exchange.send(encodeGetReply(download.lengthBytes));
    remaining -= chunk.length;
    if (remaining > 0) await exchange.send(chunk);
    else await exchange.finish(chunk);
  }
  if (remaining !== 0) throw new PredastoreError('internal', 'the store read another length than asked for');
}

/** Tells the peer why, unless it is too late for words, and bears with what it is still sending for a while. */
async function refuse(exchange: Exchange, error: unknown): Promise<void> {
  const reason = error instanceof PredastoreError ? error : new PredastoreError('internal', messageOf(error));
  try {
    if (!exchange.broken && !exchange.spoken) {
      await exchange.finish(encodeErrorReply(reason.code, reason.message));
      await exchange.drain(SHARD_DRAIN_BYTES_MAX);
    }
  } catch {
    // The peer is gone; the reason for refusing it has been reported.
  } finally {
    exchange.close(reason);
  }
}

/** Creates the storage face of a node over its engine. The caller closes the engine, after this server. */
export function createShardServer(options: ShardServerOptions): ShardServer {
  return new StreamShardServer(options);
}
