import { beforeEach, describe, expect, test } from '@jest/globals';

import { createBucketStore } from '../../../src/buckets/stored-buckets.ts';
import type { BucketStore, Revision } from '../../../src/buckets/bucket-store.ts';
import type { BucketRecord } from '../../../src/contracts/records.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { MemoryMetadata } from '../../support/memory-metadata.ts';

let metadata: MemoryMetadata;
let buckets: BucketStore;
let bucket: BucketRecord;

beforeEach(async () => {
  metadata = new MemoryMetadata();
  buckets = createBucketStore({ metadata, clock: systemClock, random: systemRandom });
  const outcome = await buckets.create({ name: 'photos', account: '000000000001', region: 'r' });
  if (outcome.kind !== 'created') throw new Error('not created');
  bucket = outcome.record;
});

const tagged =
  (value: string): Revision =>
  (current) => ({ ...current, settings: { ...current.settings, tags: [{ Key: 'k', Value: value }] } });

describe('a change of what is configured', () => {
  test('is what the next reader sees', async () => {
    await buckets.revise(bucket, tagged('v'));
    expect((await buckets.resolve('photos'))?.settings).toEqual({ tags: [{ Key: 'k', Value: 'v' }] });
  });

  test('loses no other change made at the same moment', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `setting-${at}`);
    const outcomes = await Promise.all(
      names.map((name) =>
        buckets.revise(bucket, (current) => ({ ...current, settings: { ...current.settings, [name]: {} } })),
      ),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(names.map(() => 'revised'));
    expect(Object.keys((await buckets.head('photos'))?.settings ?? {}).sort()).toEqual(names.sort());
  });

  test('that takes the last setting away leaves the record as it was created', async () => {
    await buckets.revise(bucket, tagged('v'));
    await buckets.revise(bucket, ({ settings, ...rest }) => {
      const { tags: _tags, ...others } = settings ?? {};
      return { ...rest, settings: others };
    });
    expect(await buckets.head('photos')).toEqual(bucket);
  });

  test('does not reach a bucket that was made anew under the same name', async () => {
    await buckets.remove('photos');
    await buckets.create({ name: 'photos', account: '000000000002', region: 'r' });
    expect(await buckets.revise(bucket, tagged('v'))).toEqual({ kind: 'absent' });
    expect((await buckets.head('photos'))?.settings).toBeUndefined();
  });

  test('past the limit of all settings is refused and changes nothing', async () => {
    await buckets.revise(bucket, tagged('v'));
    expect(await buckets.revise(bucket, tagged('x'.repeat(512 * 1024)))).toEqual({ kind: 'too-large' });
    expect((await buckets.head('photos'))?.settings).toEqual({ tags: [{ Key: 'k', Value: 'v' }] });
  });

  test('takes the mark of a deletion back, as a PUT does', async () => {
    await metadata.buckets.put({ ...bucket, state: 'deleting' }, 'any');
    await buckets.revise(bucket, tagged('v'));
    expect((await buckets.head('photos'))?.state).toBe('active');
  });
});
