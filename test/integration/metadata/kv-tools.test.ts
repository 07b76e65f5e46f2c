// The metadata stream is an ordinary NATS KV bucket to NATS's own tools: `nats kv get s3 …` shows what is stored.

import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MetadataPlanes, someBucket, someObject } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
const planes = new MetadataPlanes();

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => {
  await planes.closeAll();
  await nats.stop();
});

test('buckets and objects are read, and deletions seen, through the KV client', async () => {
  const { plane } = await planes.open(nats.urls, 1);
  await plane.buckets.put(someBucket('photos'), 'absent');
  const record = someObject();
  await plane.objects.put({ bucketId: 'b1', key: 'a b/c' }, record, 'absent');

  const connection = await connect({ servers: [...nats.urls] });
  const kv = await new Kvm(connection).open('s3');
  expect((await kv.get('b.photos'))?.json()).toMatchObject({ v: 1, name: 'photos' });
  expect((await kv.get('o.b1.a=20b.c'))?.json()).toEqual(record);

  await plane.objects.remove({ bucketId: 'b1', key: 'a b/c' }, 'r', 'any');
  expect((await kv.get('o.b1.a=20b.c'))?.operation).toBe('DEL');
  await connection.close();
});
