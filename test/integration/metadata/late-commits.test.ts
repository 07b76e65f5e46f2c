// Commits that come too late for their shards: the stream refuses them once their write is condemned, and what one of them replaced comes back.
// Over three real nats-servers: the condition is judged before the quorum has the mark.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ObjectRecord } from '../../../src/contracts/records.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { MetadataPlanes, someBlob, someObject, somePart, someUpload } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

const RACES = 100;
const planes = new MetadataPlanes();
let nats: TestNats;
let one: MetadataPlane;
let two: MetadataPlane;

beforeAll(async () => {
  nats = await startNats({ servers: 3 });
  const opened = await Promise.all([planes.open(nats.urls, 1), planes.open(nats.urls, 2)]);
  [one, two] = [opened[0].plane, opened[1].plane];
});
afterAll(async () => {
  await planes.closeAll();
  await nats.stop();
});

const at = (key: string) => ({ bucketId: 'late', key });

async function commit(key: string, record: ObjectRecord): Promise<number> {
  const outcome = await one.objects.put(at(key), record, 'any');
  if (outcome.kind !== 'committed') throw new Error(outcome.kind);
  return outcome.revision;
}

describe('a condemned write', () => {
  test('is refused as an object and as a part; every other write of the key is not', async () => {
    const before = someObject();
    await commit('condemned', before);
    const blob = someBlob();
    await two.blobs.condemn([blob.write]);
    const expected = { uncondemned: blob.write };
    await expect(
      one.objects.put(at('condemned'), someObject({ blobs: [blob] }), expected),
    ).rejects.toMatchObject({
      code: 'shards-unavailable',
    });
    expect((await two.objects.get(at('condemned')))?.record).toEqual(before);
    const upload = someUpload({ key: 'parts' });
    await one.uploads.create('late', upload);
    const address = { ...at('parts'), uploadId: upload.id };
    await expect(one.uploads.putPart(address, somePart({ blobs: [blob] }))).rejects.toMatchObject({
      code: 'shards-unavailable',
    });
    expect(await one.uploads.putPart(address, somePart())).toMatchObject({ kind: 'committed' });
    const other = someBlob();
    const put = one.objects.put(at('condemned'), someObject({ blobs: [other] }), {
      uncondemned: other.write,
    });
    expect(await put).toMatchObject({ kind: 'committed' });
  });

  test('is either committed and seen, or refused, however close the two come', async () => {
    let [committed, refused] = [0, 0];
    const race = async (turn: number): Promise<void> => {
      const blob = someBlob();
      const put = (): Promise<unknown> =>
        one.objects.put(at(`race ${turn}`), someObject({ blobs: [blob] }), { uncondemned: blob.write });
      const condemn = (): Promise<void> => two.blobs.condemn([blob.write]);
      const [ending] = await Promise.allSettled(turn % 2 === 0 ? [put(), condemn()] : later(put, condemn));
      await two.blobs.catchUp();
      const isThere = ending.status === 'fulfilled';
      expect({ turn, fate: two.blobs.fateOf(blob.write) }).toEqual({
        turn,
        fate: isThere ? 'named' : 'unknown',
      });
      if (isThere) committed += 1;
      else refused += 1;
    };
    await Promise.all(Array.from({ length: RACES }, (_, turn) => race(turn)));
    expect(Math.min(committed, refused)).toBeGreaterThan(0);
  });

  test('its mark goes like the trace of a deletion', async () => {
    const blob = someBlob();
    await one.blobs.condemn([blob.write]);
    await one.blobs.catchUp();
    while ((await one.collectTombstones(0, 1000)) > 0);
    const put = one.objects.put(at('old'), someObject({ blobs: [blob] }), { uncondemned: blob.write });
    expect(await put).toMatchObject({ kind: 'committed' });
  });
});

describe('a commit that is undone', () => {
  const parts = Array.from({ length: 300 }, (_, at) => ({ number: at + 1, size: 5 }));
  const large = someObject({ blobs: parts.map(() => someBlob()), parts, size: 1_500 });
  const replaced: readonly (readonly [string, ObjectRecord])[] = [
    ['an object', someObject()],
    ['one without bytes', someObject({ blobs: [], size: 0 })],
    ['one of many parts', large],
  ];

  test.each(replaced)('gives %s back, and its blobs with it', async (name, before) => {
    await commit(name, before);
    const late = someObject();
    const revision = await commit(name, late);
    expect(await one.objects.undo(at(name), revision, revision)).toMatchObject({ kind: 'committed' });
    expect((await two.objects.get(at(name)))?.record).toEqual(before);
    await two.blobs.catchUp();
    expect(two.blobs.fateOf(late.blobs[0]!.write)).toBe('queued');
    for (const { write } of before.blobs.slice(0, 3)) expect(two.blobs.fateOf(write)).toBe('named');
  });

  test('leaves nothing where nothing was, and where something had been removed', async () => {
    const first = await commit('new', someObject());
    await one.objects.undo(at('new'), first, first);
    expect(await two.objects.get(at('new'))).toBeUndefined();
    const second = await commit('new', someObject());
    await one.objects.undo(at('new'), second, second);
    expect(await two.objects.get(at('new'))).toBeUndefined();
  });

  test('takes what maintenance made of it, and nothing of anybody else', async () => {
    const before = someObject();
    await commit('revised', before);
    const late = someObject();
    const taken = await commit('revised', late);
    const revised = await commit('revised', { ...late, blobs: [{ ...late.blobs[0]!, missing: [1] }] });
    expect(await one.objects.undo(at('revised'), taken, taken)).toEqual({ kind: 'conflict' });
    expect(await one.objects.undo(at('revised'), taken, revised)).toMatchObject({ kind: 'committed' });
    expect((await two.objects.get(at('revised')))?.record).toEqual(before);
    const third = someObject();
    await commit('revised', third);
    expect(await one.objects.undo(at('revised'), taken, revised)).toEqual({ kind: 'conflict' });
    expect((await two.objects.get(at('revised')))?.record).toEqual(third);
  });

  test('leaves a blob to the copy that shares it', async () => {
    const before = someObject();
    await commit('source', before);
    await commit('copy', before);
    const revision = await commit('source', someObject());
    await commit('copy', someObject());
    await one.objects.undo(at('source'), revision, revision);
    await one.blobs.catchUp();
    expect(one.blobs.fateOf(before.blobs[0]!.write)).toBe('named');
    await one.objects.remove(at('source'), 'request', 'any');
    await one.blobs.catchUp();
    expect(one.blobs.fateOf(before.blobs[0]!.write)).toBe('queued');
  });
});

/** The first begins when the second is done. */
function later(
  first: () => Promise<unknown>,
  second: () => Promise<void>,
): [Promise<unknown>, Promise<void>] {
  const before = second();
  return [before.then(first), before];
}
