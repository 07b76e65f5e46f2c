// Who names a blob, how records are revised, and how the repair journal is handed out: over a real NATS server.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../../src/core/ids.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { MetadataPlanes, someBlob, someObject, somePart, someUpload } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';

const planes = new MetadataPlanes();
let nats: TestNats;
let plane: MetadataPlane;

beforeAll(async () => {
  nats = await startNats();
  ({ plane } = await planes.open(nats.urls, 1));
});
afterAll(async () => {
  await planes.closeAll();
  await nats.stop();
});

const at = (key: string) => ({ bucketId: 'ledger', key });

test('a debt is handed to the node that owes it, again when it was postponed, and not once it is done', async () => {
  const blob = someBlob({ missing: [0] });
  await plane.oweRepair({ v: 1, ...at('owed'), blob });
  const first = await plane.nextDebt(5_000);
  expect(first?.entry.blob).toEqual(blob);
  first!.later(50);
  const second = await plane.nextDebt(5_000);
  expect(second?.entry.blob).toEqual(blob);
  expect(second?.redeliveries).toBe(1);
  second!.done();
  expect(await plane.nextDebt(500)).toBeUndefined();
});

test('a damaged shard is journalled for its node, also when nothing is missing', async () => {
  const blob = someBlob();
  await plane.oweRepair({ v: 1, blob, damaged: [0, 2] });
  const debt = await plane.nextDebt(5_000);
  expect(debt?.entry).toEqual({ v: 1, blob, damaged: [0, 2] });
  debt!.done();
});

test('a debt that arrives while somebody waits is handed out at once', async () => {
  const waiting = plane.nextDebt(20_000);
  await systemClock.sleep(300);
  const beganMs = Date.now();
  await plane.oweRepair({ v: 1, blob: someBlob({ missing: [0] }) });
  (await waiting)!.done();
  expect(Date.now() - beganMs).toBeLessThan(5_000);
});

test('every record that names a blob is found and revised: object, copy and part', async () => {
  const blob = someBlob({ missing: [2] });
  await plane.objects.put(at('a'), someObject({ blobs: [blob] }), 'any');
  await plane.objects.put(at('copy'), someObject({ blobs: [someBlob(), blob] }), 'any');
  const upload = someUpload({ key: 'parts' });
  await plane.uploads.create('ledger', upload);
  const address = { ...at('parts'), uploadId: upload.id };
  await plane.uploads.putPart(address, somePart({ blobs: [blob] }));
  await plane.blobs.catchUp();
  expect(plane.blobs.naming(blob.write)).toEqual([blob]);

  const { missing: _missing, ...whole } = blob;
  expect(await plane.blobs.revise(blob.write, () => whole)).toEqual({ revised: 3, contended: 0 });
  await plane.blobs.catchUp();
  expect(plane.blobs.naming(blob.write)).toEqual([whole]);
  expect((await plane.objects.get(at('copy')))?.record.blobs[1]).toEqual(whole);
  // Nothing to do is nothing done.
  expect(await plane.blobs.revise(blob.write, (named) => named)).toEqual({ revised: 0, contended: 0 });
});

test('an object that was overwritten is not revised, and one that was removed does not come back', async () => {
  const blob = someBlob({ missing: [1] });
  await plane.objects.put(at('over'), someObject({ blobs: [blob] }), 'any');
  await plane.blobs.catchUp();
  const fresh = someObject({ blobs: [someBlob()] });
  await plane.objects.put(at('over'), fresh, 'any');
  await plane.blobs.revise(blob.write, ({ missing: _missing, ...whole }) => whole);
  expect((await plane.objects.get(at('over')))?.record).toEqual(fresh);
  await plane.objects.remove(at('over'), 'request', 'any');
  await plane.blobs.revise(blob.write, ({ missing: _missing, ...whole }) => whole);
  expect(await plane.objects.get(at('over'))).toBeUndefined();
  await plane.blobs.catchUp();
  expect(plane.blobs.naming(blob.write)).toEqual([]);
  expect(plane.blobs.fateOf(blob.write)).toBe('queued');
  expect(plane.blobs.fateOf(someBlob().write)).toBe('unknown');
});

test('blobs are walked through in the order of their writes, each once', async () => {
  const nodes = [nodeId(4), nodeId(5), nodeId(6)];
  const blobs = Array.from({ length: 25 }, () => someBlob({ nodes }));
  await plane.objects.put(at('many'), someObject({ blobs }), 'any');
  await plane.objects.put(at('many-again'), someObject({ blobs: blobs.slice(5) }), 'any');
  await plane.blobs.catchUp();
  const seen: string[] = [];
  for (let after: '' | (typeof blobs)[number]['write'] = ''; ;) {
    const page = plane.blobs.after(after, 7);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.write;
    seen.push(...page.filter((one) => one.blobs[0]?.nodes[0] === nodes[0]).map(({ write }) => write));
  }
  expect(seen).toEqual(blobs.map(({ write }) => write).sort());
});
