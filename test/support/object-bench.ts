// The objects room on memory peers: real object and multipart stores over MemoryMetadata and MemoryShards.

import { StripeBuffers } from '../../src/objects/stripe-buffers.ts';
import { CommitTurns } from '../../src/objects/commit-turns.ts';
import type { BucketRecord, ObjectRecord } from '../../src/contracts/records.ts';
import { bodyOf, collect, type IncomingBody } from '../../src/core/body.ts';
import { nodeId } from '../../src/core/ids.ts';
import type { ObjectContext } from '../../src/objects/object-context.ts';
import type { GetRequest, PutOutcome } from '../../src/objects/object-store.ts';
import { createObjectStore } from '../../src/objects/stored-objects.ts';
import { createMultipartStore } from '../../src/objects/stored-uploads.ts';
import { systemClock, type Clock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { createErasureCode } from '../../src/shards/reed-solomon.ts';
import { createRing } from '../../src/shards/ring.ts';
import { MemoryMetadata } from './memory-metadata.ts';
import { MemoryShards } from './memory-shards.ts';
import { someBucket } from './metadata-planes.ts';

const LIMIT_BYTES = 100_000_000;

export class ObjectBench {
  readonly metadata = new MemoryMetadata();
  readonly shards = new MemoryShards(3);
  readonly context: ObjectContext;
  readonly objects;
  readonly multipart;
  readonly bucket: BucketRecord;
  readonly signal = new AbortController().signal;
  #requests = 0;

  constructor(clock: Clock = systemClock, bucket = 'photos') {
    const ring = createRing({ epoch: 1, nodes: [1, 2, 3].map((id) => ({ id: nodeId(id), weight: 1 })) });
    this.context = {
      self: nodeId(1),
      coding: { k: 2, m: 1, floor: 2 },
      ring: () => ring,
      turns: new CommitTurns(),
      erasureCode: createErasureCode,
      buffers: new StripeBuffers(),
      shards: this.shards,
      metadata: this.metadata,
      clock,
      random: systemRandom,
      logger: silentLogger,
    };
    this.objects = createObjectStore(this.context);
    this.multipart = createMultipartStore(this.context);
    this.bucket = this.addBucket(bucket);
  }

  addBucket(name: string): BucketRecord {
    const record = someBucket(name);
    this.metadata.revision += 1;
    this.metadata.heldBuckets.set(name, { record, revision: this.metadata.revision });
    return record;
  }

  requestId(): string {
    this.#requests += 1;
    return `request-${this.#requests}`;
  }

  put(key: string, body: string | Uint8Array | IncomingBody, meta = {}): Promise<PutOutcome> {
    const incoming =
      typeof body === 'string' ? bodyOf(Buffer.from(body)) : body instanceof Uint8Array ? bodyOf(body) : body;
    const request = { ...this.at(key), conditions: {}, headers: {}, meta, requestId: this.requestId() };
    return this.objects.put(request, incoming, this.signal);
  }

  at(key: string): { bucket: BucketRecord; key: string } {
    return { bucket: this.bucket, key };
  }

  /** The bytes behind a key; fails when there are none. */
  async read(key: string, options: Partial<GetRequest> = {}): Promise<Buffer> {
    const outcome = await this.objects.get({ ...this.at(key), conditions: {}, ...options });
    if (outcome.kind !== 'found') throw new Error(outcome.kind);
    return collect(outcome.body.bytes, LIMIT_BYTES);
  }

  record(key: string): ObjectRecord | undefined {
    return this.metadata.held.get(`${this.bucket.id}\0${key}`)?.record;
  }
}
