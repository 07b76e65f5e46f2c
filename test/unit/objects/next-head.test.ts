import { expect, test } from '@jest/globals';
import type { ObjectRecord } from '../../../src/contracts/records.ts';
import { composeVersionId, isLaterVersion } from '../../../src/core/ids.ts';
import { nextHead } from '../../../src/objects/next-head.ts';
import type { ObjectContext } from '../../../src/objects/object-context.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { someBucket } from '../../support/metadata-planes.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const versionAt = (ms: number): string => composeVersionId(ms, systemRandom.bytes(16), undefined);
const recordAt = (ms: number): ObjectRecord =>
  ({ v: 1, modified: iso(ms), versionId: versionAt(ms), blobs: [] }) as unknown as ObjectRecord;
const bucket = someBucket('b');
const metadata = { viewedBucket: () => undefined };
const context = { clock: { nowMs: () => 2_500 }, random: systemRandom, metadata } as unknown as ObjectContext;

function headOf(record: ObjectRecord, current: ObjectRecord): Promise<{ readonly head: ObjectRecord }> {
  const found = { record: current, revision: 7 };
  return nextHead(context, { object: { bucket, key: 'k' }, versioning: 'Enabled', record, current: found });
}

test('a write keeps the version and the date it began with when no later one is current', async () => {
  const record = recordAt(2_000);
  const { head } = await headOf(record, recordAt(1_000));
  expect([head.versionId, head.modified]).toEqual([record.versionId, iso(2_000)]);
});

test('a slow write that another one overtook comes after it, by its id and by its date', async () => {
  const current = recordAt(2_000);
  const { head } = await headOf(recordAt(1_000), current);
  expect(isLaterVersion(head.versionId ?? '', current.versionId)).toBe(true);
  expect(head.modified).toBe(iso(2_000));
});
