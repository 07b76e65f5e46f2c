// Lifecycle rules carried out on a real metadata stream, on days that pass as the test says.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LifecycleRule } from '../../../src/contracts/bucket-settings.ts';
import type { BucketRecord } from '../../../src/contracts/records.ts';
import { AWS_CALENDAR } from '../../../src/objects/expiry.ts';
import { Lifecycle, type LifecycleSources } from '../../../src/maintenance/lifecycle.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { commitOnce, decideCommit } from '../../../src/objects/commit-object.ts';
import { CommitTurns } from '../../../src/objects/commit-turns.ts';
import type { ObjectContext } from '../../../src/objects/object-context.ts';
import { createObjectStore } from '../../../src/objects/stored-objects.ts';
import { createMultipartStore } from '../../../src/objects/stored-uploads.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { MetadataPlanes, someBucket, someObject } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

const DAY_MS = 86_400_000;
const planes = new MetadataPlanes();
let nats: TestNats;
let plane: MetadataPlane;
let clock: HandClock;
let context: ObjectContext;
let buckets = 0;

beforeAll(async () => {
  nats = await startNats();
  ({ plane } = await planes.open(nats.urls, 1));
});
afterAll(async () => {
  await planes.closeAll();
  await nats.stop();
});
beforeEach(async () => {
  clock = new HandClock();
  const parts = { metadata: plane, clock, random: systemRandom, turns: new CommitTurns(), self: 1 };
  context = parts as unknown as ObjectContext;
  // Every test begins with buckets of its own and without a history of passes.
  for (const { record, revision } of await plane.buckets.list())
    await plane.buckets.remove(record.name, { revision });
  const kept = await plane.lifecycle.get();
  if (kept !== undefined) await plane.lifecycle.put({ v: 1, holder: '' }, kept.revision);
});

async function bucketWith(
  rules: Partial<LifecycleRule>[],
  versioning?: 'Enabled' | 'Suspended',
): Promise<BucketRecord> {
  const Rules = rules.map((rule, at) => ({ ID: `r${at}`, Status: 'Enabled' as const, Filter: {}, ...rule }));
  buckets += 1;
  const bucket = someBucket(`lifecycle-${buckets}`, {
    settings: { lifecycle: { Rules } },
    ...(versioning && { versioning }),
  });
  await plane.buckets.put(bucket, 'absent');
  await plane.buckets.list();
  return bucket;
}

async function write(
  bucket: BucketRecord,
  key: string,
  fields: Parameters<typeof someObject>[0] = {},
): Promise<void> {
  const target = { bucket, key, conditions: {}, requestId: 'request' };
  const basis = await decideCommit(context, target);
  if (basis.kind === 'refused') throw new Error(basis.verdict);
  const modified = new Date(clock.nowMs()).toISOString();
  const ending = await commitOnce(
    context,
    target,
    someObject({ blobs: [], size: 0, modified, ...fields }),
    basis,
  );
  if (ending.kind !== 'committed') throw new Error(ending.kind);
}

async function remove(bucket: BucketRecord, key: string): Promise<void> {
  await createObjectStore(context).remove({ bucket, key, conditions: {}, requestId: 'request' });
}

/** Every version as `key`, with ` marker` and ` old` where it is one. */
async function listed(bucket: BucketRecord): Promise<string[]> {
  const query = {
    bucketId: bucket.id,
    prefix: '',
    delimiter: '',
    keyMarker: '',
    versionMarker: '',
    limit: 10_000,
  };
  const { entries } = await plane.versions.list(query);
  return entries.flatMap((entry) => {
    if (entry.kind === 'prefix') return [];
    const { key, isLatest, record } = entry.version;
    return [`${key}${record.deleteMarker === true ? ' marker' : ''}${isLatest ? '' : ' old'}`];
  });
}

/** A node that carries out rules; its clock is that of the stream unless a test says otherwise. */
function node(changes: Partial<LifecycleSources> & { readonly skewMs?: number } = {}): {
  readonly lifecycle: Lifecycle;
  readonly stop: AbortController;
} {
  const stop = new AbortController();
  const table = plane.lifecycle;
  const sources: LifecycleSources = {
    self: 1,
    metadata: {
      buckets: plane.buckets,
      viewedBucket: (name) => plane.viewedBucket(name),
      lifecycle: {
        put: (record, revision) => table.put(record, revision),
        get: async () => {
          const kept = await table.get();
          return kept && { ...kept, storedMs: clock.nowMs() - (changes.skewMs ?? 0) };
        },
      },
    },
    objects: createObjectStore(context),
    multipart: createMultipartStore(context),
    clock,
    random: systemRandom,
    logger: silentLogger,
    metrics: noMetrics,
    ...changes,
  };
  const limits = { calendar: AWS_CALENDAR, deletionsPerSecondMax: 1e6, stopping: stop.signal };
  return { lifecycle: new Lifecycle(sources, limits), stop };
}

describe('what is due', () => {
  test('goes from a bucket without versions, and no day sooner', async () => {
    const bucket = await bucketWith([{ Filter: { Prefix: 'logs/' }, Expiration: { Days: 2 } }]);
    await write(bucket, 'logs/a');
    await write(bucket, 'other');
    const { lifecycle } = node();
    clock.advance(2 * DAY_MS);
    await lifecycle.pass();
    expect(await listed(bucket)).toEqual(['logs/a', 'other']);
    clock.advance(DAY_MS);
    await lifecycle.pass();
    expect(await listed(bucket)).toEqual(['other']);
    expect(lifecycle.report).toMatchObject({ expired: 1, passedOver: 0, running: false, holder: '1' });
  });

  test('is hidden by a delete marker where there are versions; one named null where they are suspended', async () => {
    const enabled = await bucketWith([{ Expiration: { Days: 1 } }], 'Enabled');
    const suspended = await bucketWith([{ Expiration: { Days: 1 } }], 'Suspended');
    for (const bucket of [enabled, suspended]) await write(bucket, 'a');
    clock.advance(2 * DAY_MS);
    await node().lifecycle.pass();
    expect(await listed(enabled)).toEqual(['a marker', 'a old']);
    expect(await listed(suspended)).toEqual(['a marker']);
    const marker = await plane.objects.get({ bucketId: suspended.id, key: 'a' });
    expect(marker?.record.nullVersion).toBe(true);
  });

  test('are noncurrent versions beyond those that are kept, then the marker that is left, in one pass', async () => {
    const rule = {
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      Expiration: { ExpiredObjectDeleteMarker: true },
    };
    const bucket = await bucketWith(
      [
        { ...rule, Filter: { Prefix: 'gone/' } },
        {
          Filter: { Prefix: 'kept/' },
          NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 },
        },
      ],
      'Enabled',
    );
    for (const key of ['gone/a', 'kept/a']) for (let at = 0; at < 5; at += 1) await write(bucket, key);
    await remove(bucket, 'gone/a');
    clock.advance(2 * DAY_MS);
    const { lifecycle } = node();
    await lifecycle.pass();
    expect(await listed(bucket)).toEqual(['kept/a', 'kept/a old', 'kept/a old']);
    expect(lifecycle.report).toMatchObject({ noncurrent: 7, markers: 1 });
  });

  test('is a marker no sooner than the last version behind it', async () => {
    const bucket = await bucketWith([{ Expiration: { Days: 1 } }], 'Enabled');
    await write(bucket, 'a');
    await remove(bucket, 'a');
    clock.advance(9 * DAY_MS);
    await node().lifecycle.pass();
    expect(await listed(bucket)).toEqual(['a marker', 'a old']);
  });

  test('are uploads that nobody completes', async () => {
    const bucket = await bucketWith([
      { Filter: { Prefix: 'up/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ]);
    const multipart = createMultipartStore(context);
    for (const key of ['up/a', 'up/a', 'else']) {
      await multipart.create({ bucket, key, headers: {}, meta: {}, account: bucket.account, requestId: 'r' });
    }
    clock.advance(2 * DAY_MS);
    await node().lifecycle.pass();
    const open = await multipart.listUploads({
      bucket,
      prefix: '',
      delimiter: '',
      keyMarker: '',
      uploadIdMarker: '',
      limit: 10,
    });
    if (open.kind !== 'page') throw new Error(open.kind);
    expect(open.page.entries.map((entry) => entry.kind === 'upload' && entry.upload.record.key)).toEqual([
      'else',
    ]);
  });
});

describe('what changed since it was judged stays', () => {
  /** A node at whose deletions something happens just before them. */
  function disturbed(disturb: (key: string) => Promise<void>): Lifecycle {
    const objects = createObjectStore(context);
    const meddling = {
      listVersions: objects.listVersions.bind(objects),
      remove: async (request: Parameters<typeof objects.remove>[0]) => {
        await disturb(request.key);
        return objects.remove(request);
      },
    };
    return node({ objects: meddling }).lifecycle;
  }

  test.each(['Enabled', undefined] as const)(
    'an object that is overwritten (versioning: %s)',
    async (versioning) => {
      const bucket = await bucketWith([{ Expiration: { Days: 1 } }], versioning);
      await write(bucket, 'a');
      clock.advance(2 * DAY_MS);
      const lifecycle = disturbed((key) => write(bucket, key));
      await lifecycle.pass();
      expect(await listed(bucket)).toEqual(versioning === undefined ? ['a'] : ['a', 'a old']);
      expect(lifecycle.report).toMatchObject({ passedOver: 1, expired: 0, marked: 0 });
    },
  );

  test('a noncurrent version that became current again', async () => {
    const bucket = await bucketWith([{ NoncurrentVersionExpiration: { NoncurrentDays: 1 } }], 'Enabled');
    await write(bucket, 'a');
    await write(bucket, 'a');
    clock.advance(2 * DAY_MS);
    const newest = await plane.objects.get({ bucketId: bucket.id, key: 'a' });
    const lifecycle = disturbed(async () => {
      const versionId = newest?.record.versionId ?? '';
      await createObjectStore(context).remove({
        bucket,
        key: 'a',
        versionId,
        conditions: {},
        requestId: 'r',
      });
    });
    await lifecycle.pass();
    expect(await listed(bucket)).toEqual(['a']);
  });
});

describe('passes', () => {
  test('are made once in a day, sooner for rules that are new, and when somebody asks', async () => {
    const bucket = await bucketWith([{ Expiration: { Date: '1970-01-02T00:00:00Z' } }]);
    clock.advance(3 * DAY_MS);
    const { lifecycle } = node();
    await lifecycle.pass();
    await write(bucket, 'a');
    clock.advance(3_600_000);
    await lifecycle.pass();
    expect(await listed(bucket)).toEqual(['a']);
    const later = await bucketWith([{ Expiration: { Date: '1970-01-02T00:00:00Z' } }]);
    await write(later, 'b');
    await lifecycle.pass();
    expect([await listed(bucket), await listed(later)]).toEqual([['a'], []]);
    lifecycle.hurry();
    await lifecycle.pass();
    expect(await listed(bucket)).toEqual([]);
  });

  test('end nothing by a clock that is far from that of the stream', async () => {
    const bucket = await bucketWith([{ Expiration: { Days: 1 } }]);
    await write(bucket, 'a');
    clock.advance(9 * DAY_MS);
    const wrong = node({ skewMs: 6 * 60_000 });
    await wrong.lifecycle.pass();
    expect(await listed(bucket)).toEqual(['a']);
    expect(wrong.lifecycle.report.held).toMatch(/differs by 360 s/);
    await node().lifecycle.pass();
    expect(await listed(bucket)).toEqual([]);
  });

  test('of a node that dies are gone on with by another one, once its lease is over', async () => {
    const bucket = await bucketWith([{ Expiration: { Days: 1 } }]);
    for (let at = 0; at < 1100; at += 1) await write(bucket, `k${String(at).padStart(4, '0')}`);
    clock.advance(2 * DAY_MS);
    const objects = createObjectStore(context);
    let removed = 0;
    const first = node({
      objects: {
        listVersions: objects.listVersions.bind(objects),
        remove: (request) => {
          removed += 1;
          clock.advance(10); // so that the position is written down on the way
          return removed > 700 ? Promise.reject(new Error('the machine is gone')) : objects.remove(request);
        },
      },
    });
    await expect(first.lifecycle.pass()).rejects.toThrow('the machine is gone');
    const looked: string[] = [];
    const second = node({
      self: 2,
      objects: {
        remove: objects.remove.bind(objects),
        listVersions: (query) => {
          looked.push(query.keyMarker);
          return objects.listVersions(query);
        },
      },
    });
    await second.lifecycle.pass();
    expect(looked).toEqual([]);
    clock.advance(30_000);
    await second.lifecycle.pass();
    // Not from the beginning.
    expect(looked[0]).toBe('k0498');
    expect(await listed(bucket)).toEqual([]);
    expect(second.lifecycle.report.holder).toBe('2');
  }, 60_000);

  test('end with the rules, also in the middle', async () => {
    const bucket = await bucketWith([{ Expiration: { Days: 1 } }]);
    await write(bucket, 'a');
    clock.advance(2 * DAY_MS);
    const objects = createObjectStore(context);
    const { lifecycle } = node({
      objects: {
        remove: objects.remove.bind(objects),
        listVersions: async (query) => {
          const found = await plane.buckets.get(bucket.name);
          if (found !== undefined) {
            const { settings: _, ...bare } = found.record;
            await plane.buckets.put(bare, { revision: found.revision });
          }
          return objects.listVersions(query);
        },
      },
    });
    await lifecycle.pass();
    expect(await listed(bucket)).toEqual(['a']);
  });
});
