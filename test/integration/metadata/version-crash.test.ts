// Versions while nats-server is killed: what was acknowledged is there exactly once, and what was not is there wholly or not at all.

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import type { BucketRecord, ObjectRecord } from '../../../src/contracts/records.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { encodeObject } from '../../../src/metadata/record-codec.ts';
import { versionSubject } from '../../../src/metadata/subjects.ts';
import { versionName } from '../../../src/metadata/version-table.ts';
import { commitOnce, decideCommit } from '../../../src/objects/commit-object.ts';
import { CommitTurns } from '../../../src/objects/commit-turns.ts';
import type { ObjectContext } from '../../../src/objects/object-context.ts';
import { persistently } from '../../../src/objects/persistently.ts';
import { removeObject } from '../../../src/objects/remove-object.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { MetadataPlanes, someBucket, someObject, type TestPlane } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

const KEYS = 16;
const KILLS = 4;
const WRITES_BETWEEN_KILLS = 60;

let nats: TestNats;
const planes = new MetadataPlanes();

beforeAll(async () => {
  nats = await startNats();
});
afterEach(() => planes.closeAll());
afterAll(() => nats.stop());

/** What the objects room needs of a node to commit and remove. */
function contextOf(metadata: MetadataPlane): ObjectContext {
  const parts = { metadata, clock: systemClock, random: systemRandom, turns: new CommitTurns() };
  return parts as unknown as ObjectContext;
}

async function makeBucket(plane: MetadataPlane, name: string): Promise<BucketRecord> {
  const bucket = someBucket(name, { versioning: 'Enabled' });
  await plane.buckets.put(bucket, 'absent');
  return bucket;
}

/** Commits a new version as a PUT does; resolves with its id. */
async function write(context: ObjectContext, bucket: BucketRecord, key: string): Promise<string> {
  const target = { bucket, key, conditions: {}, requestId: 'request' };
  const ending = await persistently(context, {}, async () => {
    const basis = await decideCommit(context, target);
    if (basis.kind === 'refused') throw new Error(basis.verdict);
    return commitOnce(context, target, someObject(), basis);
  });
  if (ending.kind !== 'committed') throw new Error(ending.kind);
  return versionName(ending.record);
}

interface Listed {
  readonly key: string;
  readonly version: string;
  readonly isLatest: boolean;
}

async function versionsIn(plane: MetadataPlane, bucketId: string): Promise<Listed[]> {
  const all = { bucketId, prefix: '', delimiter: '', keyMarker: '', versionMarker: '', limit: 100_000 };
  const { entries } = await plane.versions.list(all);
  return entries.flatMap((entry) =>
    entry.kind === 'prefix'
      ? []
      : [
          {
            key: entry.version.key,
            version: versionName(entry.version.record),
            isLatest: entry.version.isLatest,
          },
        ],
  );
}

describe('versions and a server that is killed', () => {
  test('every acknowledged version is there once, every acknowledged removal stands', async () => {
    const { plane } = await planes.open(nats.urls, 1);
    const context = contextOf(plane);
    const bucket = await makeBucket(plane, 'killed');
    const kept = new Set<string>();
    const removed = new Set<string>();
    let written = 0;
    const untilWritten = async (count: number): Promise<void> => {
      while (written < count) await systemClock.sleep(5);
    };
    let isOver = false;
    const writers = Array.from({ length: KEYS }, async (_, at) => {
      const key = `key-${at}`;
      for (let turn = 0; !isOver; turn += 1) {
        try {
          const version = await write(context, bucket, key);
          kept.add(`${key} ${version}`);
          written += 1;
          if (turn % 3 !== 2) continue;
          kept.delete(`${key} ${version}`);
          const removal = { bucket, key, versionId: version, conditions: {}, requestId: 'request' };
          if ((await removeObject(context, removal)).kind === 'removed') removed.add(`${key} ${version}`);
        } catch {
          // Unknown: it happened or it did not, and nothing is claimed of it.
        }
      }
    });
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await untilWritten(kill * WRITES_BETWEEN_KILLS);
      await nats.servers[0]!.restart('SIGKILL');
    }
    await untilWritten((KILLS + 1) * WRITES_BETWEEN_KILLS);
    isOver = true;
    await Promise.all(writers);
    const versions = await versionsIn(plane, bucket.id);
    const names = versions.map(({ key, version }) => `${key} ${version}`);
    expect(new Set(names).size).toBe(names.length);
    expect([...kept].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => removed.has(name))).toEqual([]);
    for (const key of new Set(versions.map((version) => version.key))) {
      const ofKey = versions.filter((version) => version.key === key);
      expect(ofKey.filter(({ isLatest }) => isLatest)).toHaveLength(1);
      const head = await plane.objects.get({ bucketId: bucket.id, key });
      expect(versionName(head!.record)).toBe(ofKey[0]?.version);
      const archived = { bucketId: bucket.id, key, version: versionName(head!.record) };
      expect(await plane.versions.get(archived)).toBeUndefined();
    }
  }, 120_000);
});

describe('a batch of which a server of one replica kept the first message only', () => {
  /** A current version whose archived copy is there already. */
  async function tear(
    { plane, bus }: TestPlane,
    bucket: BucketRecord,
    key: string,
    current: ObjectRecord,
  ): Promise<void> {
    const subject = versionSubject(bucket.id, versionName(current), key);
    bus.control.nats.publish(subject, encodeObject(current));
    await bus.control.nats.flush();
    const version = { bucketId: bucket.id, key, version: versionName(current) };
    expect(await plane.versions.get(version)).toBeDefined();
  }

  test('does not stop the next write, and the version is listed once', async () => {
    const opened = await planes.open(nats.urls, 1);
    const context = contextOf(opened.plane);
    const bucket = await makeBucket(opened.plane, 'torn-write');
    const first = await write(context, bucket, 'k');
    const head = await opened.plane.objects.get({ bucketId: bucket.id, key: 'k' });
    await tear(opened, bucket, 'k', head!.record);
    expect(await versionsIn(opened.plane, bucket.id)).toEqual([{ key: 'k', version: first, isLatest: true }]);
    const second = await write(context, bucket, 'k');
    expect(await versionsIn(opened.plane, bucket.id)).toEqual([
      { key: 'k', version: second, isLatest: true },
      { key: 'k', version: first, isLatest: false },
    ]);
  });

  test('does not bring back a version that is deleted', async () => {
    const opened = await planes.open(nats.urls, 1);
    const context = contextOf(opened.plane);
    const bucket = await makeBucket(opened.plane, 'torn-removal');
    const first = await write(context, bucket, 'k');
    const second = await write(context, bucket, 'k');
    const head = await opened.plane.objects.get({ bucketId: bucket.id, key: 'k' });
    await tear(opened, bucket, 'k', head!.record);
    const removal = { bucket, key: 'k', versionId: second, conditions: {}, requestId: 'request' };
    expect(await removeObject(context, removal)).toMatchObject({ kind: 'removed' });
    expect(await versionsIn(opened.plane, bucket.id)).toEqual([{ key: 'k', version: first, isLatest: true }]);
    expect(
      await opened.plane.versions.get({ bucketId: bucket.id, key: 'k', version: second }),
    ).toBeUndefined();
  });
});

test('a node that is killed in the middle of a batch leaves nothing behind, and nothing in the way', async () => {
  const { plane, bus } = await planes.open(nats.urls, 1);
  const context = contextOf(plane);
  const bucket = await makeBucket(plane, 'abandoned');
  const first = await write(context, bucket, 'k');
  const head = await plane.objects.get({ bucketId: bucket.id, key: 'k' });
  const subject = versionSubject(bucket.id, first, 'k');
  for (let batch = 0; batch < 3; batch += 1) {
    const lines = headers();
    lines.append('Nats-Batch-Id', `abandoned-${batch}`);
    lines.append('Nats-Batch-Sequence', '1');
    bus.control.nats.publish(subject, encodeObject(head!.record), { headers: lines });
  }
  await bus.control.nats.flush();
  expect(await plane.versions.get({ bucketId: bucket.id, key: 'k', version: first })).toBeUndefined();
  const second = await write(context, bucket, 'k');
  const listed = await versionsIn(plane, bucket.id);
  expect(listed.map(({ version }) => version)).toEqual([second, first]);
});
