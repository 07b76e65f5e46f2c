// Buckets over the metadata plane.
//
// Deleting is exact against concurrent PUTs through the total order of one stream: docs/ARCHITECTURE.md, "Deleting a bucket".

import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { BUCKETS_PER_ACCOUNT_MAX } from '../core/limits.ts';
import type { BucketRecord } from '../contracts/records.ts';
import { reviseBucket } from './revise-bucket.ts';
import type { MetadataStore, Versioned } from '../metadata/metadata-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type {
  BucketPage,
  BucketStore,
  CreateBucketOutcome,
  CreateBucketRequest,
  ListBucketsRequest,
  RemoveBucketOutcome,
} from './bucket-store.ts';

export interface BucketContext {
  readonly metadata: MetadataStore;
  readonly clock: Clock;
  readonly random: Random;
}

const CREATE_TRIES_MAX = 5;
/** Open uploads that are read at once while a bucket goes. */
const UPLOADS_PAGE = 1000;

export function createBucketStore(context: BucketContext): BucketStore {
  const { buckets } = context.metadata;
  const recordOf = async (
    lookup: Promise<Versioned<BucketRecord> | undefined>,
  ): Promise<BucketRecord | undefined> => (await lookup)?.record;
  return {
    resolve: (name) => recordOf(buckets.lookup(name)),
    head: (name) => recordOf(buckets.get(name)),
    create: (request) => createBucket(context, request, { public: false, declared: false }),
    remove: (name) => removeBucket(context, name),
    revise: (bucket, revision) => reviseBucket(context, bucket, revision),
    list: (request) => listBuckets(context, request),
    declare: async ({ public: isPublic, ...request }) => {
      const outcome = await createBucket(context, request, { public: isPublic, declared: true });
      if (outcome.kind === 'too-many')
        throw new PredastoreError('invalid-config', 'too many buckets are declared');
      return outcome.record;
    },
  };
}

async function createBucket(
  context: BucketContext,
  request: CreateBucketRequest,
  kind: { readonly public: boolean; readonly declared: boolean },
): Promise<CreateBucketOutcome> {
  const { buckets } = context.metadata;
  if (!kind.declared && (await ownedBy(context, request.account)).length >= BUCKETS_PER_ACCOUNT_MAX) {
    return { kind: 'too-many' };
  }
  const record: BucketRecord = {
    v: 1,
    id: context.random.bytes(8).toString('hex'),
    name: request.name,
    account: request.account,
    region: request.region,
    created: new Date(context.clock.nowMs()).toISOString(),
    state: 'active',
    ...kind,
    ...(request.versioning && { versioning: request.versioning }),
    ...(request.settings === undefined ? {} : { settings: request.settings }),
  };
  for (let attempt = 0; attempt < CREATE_TRIES_MAX; attempt += 1) {
    const existing = await buckets.get(request.name);
    if (existing !== undefined) return { kind: 'exists', record: existing.record };
    const outcome = await buckets.put(record, 'absent');
    if (outcome.kind === 'committed') return { kind: 'created', record };
  }
  throw new PredastoreError('metadata-unavailable', 'the bucket keeps changing');
}

async function removeBucket(context: BucketContext, name: string): Promise<RemoveBucketOutcome> {
  const { buckets } = context.metadata;
  const current = await buckets.get(name);
  if (current === undefined) return { kind: 'absent' };
  if (current.record.declared) return { kind: 'declared' };
  const closing = await buckets.put({ ...current.record, state: 'deleting' }, { revision: current.revision });
  if (closing.kind === 'conflict') return { kind: 'conflict' };
  const isEmpty = await emptied(context, current.record.id).catch(async (error: unknown) => {
    await reopen(context, current.record, closing.revision);
    throw error;
  });
  if (!isEmpty) {
    await reopen(context, current.record, closing.revision);
    return { kind: 'not-empty' };
  }
  const removal = await buckets.remove(name, { revision: closing.revision });
  return { kind: removal.kind === 'committed' ? 'removed' : 'conflict' };
}

/**
 * Whether there is no version of any object and no delete marker. Uploads that are open then are ended, as AWS does: nobody could
 * complete them. One that is completed meanwhile takes the closing mark back, as every commit does.
 */
async function emptied(context: BucketContext, bucketId: string): Promise<boolean> {
  // The barrier of this list is later than the closing mark, so it holds every commit that came before the mark.
  if (await holdsVersions(context, bucketId)) return false;
  await endUploads(context, bucketId);
  return true;
}

async function holdsVersions({ metadata }: BucketContext, bucketId: string): Promise<boolean> {
  const first = { bucketId, prefix: '', delimiter: '', limit: 1, keyMarker: '', versionMarker: '' };
  return (await metadata.versions.list(first)).entries.length > 0;
}

/** What is opened after the closing mark finds it and goes by itself. */
async function endUploads({ metadata: { uploads } }: BucketContext, bucketId: string): Promise<void> {
  let keyMarker = '';
  let uploadIdMarker = '';
  for (;;) {
    const query = { bucketId, prefix: '', delimiter: '', limit: UPLOADS_PAGE, keyMarker, uploadIdMarker };
    const { entries, truncated } = await uploads.list(query);
    for (const entry of entries) {
      assert(entry.kind === 'upload', 'uploads that are listed without a delimiter are not rolled up');
      const { key, id } = entry.upload.record;
      await uploads.remove({ bucketId, key, uploadId: id }, { revision: entry.upload.revision });
      keyMarker = key;
      uploadIdMarker = id;
    }
    if (!truncated) return;
  }
}

/** Takes the closing mark back. A crash in between leaves it; the next PUT or DeleteBucket mends it. */
async function reopen(context: BucketContext, record: BucketRecord, revision: number): Promise<void> {
  await context.metadata.buckets.put({ ...record, state: 'active' }, { revision });
}

async function ownedBy(context: BucketContext, account: string): Promise<BucketRecord[]> {
  const all = await context.metadata.buckets.list();
  return all.map(({ record }) => record).filter((record) => record.account === account && !record.declared);
}

async function listBuckets(context: BucketContext, request: ListBucketsRequest): Promise<BucketPage> {
  const owned = await ownedBy(context, request.account);
  const matching = owned.filter(({ name }) => name.startsWith(request.prefix) && name > request.after);
  return { records: matching.slice(0, request.limit), truncated: matching.length > request.limit };
}
