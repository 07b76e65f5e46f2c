// Changing the record of a bucket: its settings, and whatever else of it may change.
//
// Invariants:
//   1. A change is made from the record it replaces (compare-and-set), so that of concurrent changes none is lost.
//   2. Identity (id, name, account, creation) never changes here.
//   3. A change takes the mark of a deletion back, as a PUT does: either the change stands or the deletion does.

import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { BUCKET_SETTINGS_BYTES_MAX, METADATA_PATIENCE_MS } from '../core/limits.ts';
import type { BucketRecord } from '../contracts/records.ts';
import type { MetadataStore } from '../metadata/metadata-store.ts';
import type { ReviseOutcome, Revision } from './bucket-store.ts';

/** Each lost race means that another change got through; ten settings changed at once all get theirs. */
const TRIES_MAX = 32;

export async function reviseBucket(
  { metadata }: { readonly metadata: MetadataStore },
  bucket: Pick<BucketRecord, 'id' | 'name'>,
  revision: Revision,
): Promise<ReviseOutcome> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const current = await metadata.buckets.get(bucket.name);
    if (current?.record.id !== bucket.id) return { kind: 'absent' };
    const revised = revision(current.record);
    if (revised === undefined) return { kind: 'refused' };
    const record = withoutEmptySettings({ ...revised, state: 'active' });
    assert(
      record.id === bucket.id && record.name === bucket.name && record.account === current.record.account,
      'a revision keeps the identity of its bucket',
    );
    if (settingsBytes(record) > BUCKET_SETTINGS_BYTES_MAX) return { kind: 'too-large' };
    const outcome = await metadata.buckets.put(record, { revision: current.revision });
    if (outcome.kind === 'conflict') continue;
    if (await metadata.reached(outcome.revision, METADATA_PATIENCE_MS)) return { kind: 'revised', record };
    throw new PredastoreError(
      'metadata-unavailable',
      'the bucket was changed, but this node does not see it yet',
    );
  }
  return { kind: 'conflict' };
}

/** Nothing configured is no field, as in the record of a bucket that never was. */
function withoutEmptySettings(record: BucketRecord): BucketRecord {
  const { settings, ...rest } = record;
  const configured = Object.entries(settings ?? {}).filter(([, value]) => value !== undefined);
  return configured.length === 0 ? rest : { ...rest, settings: Object.fromEntries(configured) };
}

function settingsBytes({ settings }: BucketRecord): number {
  return settings === undefined ? 0 : Buffer.byteLength(JSON.stringify(settings));
}
