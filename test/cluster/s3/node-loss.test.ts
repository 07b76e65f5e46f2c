// Machines that die, freeze and come back under a running workload: nothing acknowledged is lost, nothing is mixed.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestCluster } from '../../support/cluster.ts';
import { isVerifiable, verifiableBytes } from '../../support/verifiable-bytes.ts';

const Bucket = 'objects';
let cluster: TestCluster;
const acknowledged = new Map<string, Buffer>();

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
  await cluster.s3(1).send(new CreateBucketCommand({ Bucket }));
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

async function get(client: S3Client, Key: string): Promise<Buffer> {
  const reply = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await reply.Body!.transformToByteArray());
}

async function expectAll(client: S3Client): Promise<void> {
  for (const [key, bytes] of acknowledged) expect((await get(client, key)).equals(bytes)).toBe(true);
  const list = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1000 }));
  const listed = new Set(list.Contents?.map(({ Key }) => Key));
  for (const key of acknowledged.keys()) expect(listed.has(key)).toBe(true);
}

/** Writes through one node until told to stop; only what was acknowledged is remembered. */
async function writeUntil(done: () => boolean, client: S3Client, prefix: string): Promise<void> {
  for (let n = 0; !done(); n += 1) {
    const Body = verifiableBytes(1 + Math.floor(Math.random() * 900_000));
    const Key = `${prefix}/${n}`;
    const stored = await client.send(new PutObjectCommand({ Bucket, Key, Body })).catch(() => undefined);
    if (stored !== undefined) acknowledged.set(Key, Body);
  }
}

test('kill -9 of a machine during PUTs and GETs: the others go on, every acknowledged object is read', async () => {
  const patient = cluster.s3(1, 6);
  const run = { over: false };
  const writers = [1, 2].map((n) => writeUntil(() => run.over, patient, `kill${n}`));
  while (acknowledged.size < 10) await new Promise((resolve) => setTimeout(resolve, 50));
  const keys = [...acknowledged.keys()];
  const reader = (async () => {
    for (let n = 0; !run.over; n += 1)
      expect(isVerifiable(await get(patient, keys[n % keys.length]!))).toBe(true);
  })();
  await cluster.powerOff(3);
  const before = acknowledged.size;
  while (acknowledged.size < before + 10) await new Promise((resolve) => setTimeout(resolve, 50));
  run.over = true;
  await Promise.all([...writers, reader]);
  await expectAll(patient);
}, 180_000);

test('writes while a node is away are degraded, say so, and are journalled', async () => {
  const client = cluster.s3(2, 6);
  let degraded: string | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers: Record<string, string> };
      degraded = headers['x-spx-degraded-write'] ?? degraded;
      return result;
    },
    { step: 'deserialize' },
  );
  for (let n = 0; n < 4; n += 1) {
    const Body = verifiableBytes(500_000);
    await client.send(new PutObjectCommand({ Bucket, Key: `away/${n}`, Body }));
    acknowledged.set(`away/${n}`, Body);
  }
  expect(degraded).toBe('1');
}, 120_000);

test('the node comes back without help: it serves, and the others use it again', async () => {
  await cluster.restart(3);
  await expectAll(cluster.s3(3, 6));
  const fresh = verifiableBytes(700_000);
  await cluster.s3(3, 6).send(new PutObjectCommand({ Bucket, Key: 'fresh', Body: fresh }));
  acknowledged.set('fresh', fresh);
  expect((await get(cluster.s3(1, 6), 'fresh')).equals(fresh)).toBe(true);
}, 120_000);

test('a frozen node costs a bounded time, and is not mistaken for a dead object', async () => {
  await cluster.pause(2);
  const client = cluster.s3(1, 6);
  const began = Date.now();
  for (const key of [...acknowledged.keys()].slice(0, 5))
    expect(isVerifiable(await get(client, key))).toBe(true);
  const Body = verifiableBytes(300_000);
  await client.send(new PutObjectCommand({ Bucket, Key: 'while-frozen', Body }));
  acknowledged.set('while-frozen', Body);
  expect(Date.now() - began).toBeLessThan(60_000);
  await cluster.resume(2);
}, 120_000);

test('after kill -9 of every process at once everything is there', async () => {
  for (const node of [1, 2, 3]) await cluster.powerOff(node);
  await Promise.all([1, 2, 3].map((node) => cluster.restart(node)));
  for (const node of [1, 2, 3]) await expectAll(cluster.s3(node, 6));
}, 180_000);

test('without a quorum of metadata the answer is 503, never 404', async () => {
  await cluster.powerOff(2);
  await cluster.powerOff(3);
  const key = [...acknowledged.keys()][0]!;
  const error: unknown = await get(cluster.s3(1, 1), key).catch((e: unknown) => e);
  expect(error).toMatchObject({ $metadata: { httpStatusCode: 503 } });
  const missing: unknown = await get(cluster.s3(1, 1), 'never-written').catch((e: unknown) => e);
  expect(missing).toMatchObject({ $metadata: { httpStatusCode: 503 } });
  await Promise.all([2, 3].map((node) => cluster.restart(node)));
  await expectAll(cluster.s3(1, 10));
}, 180_000);

test('no secret reaches a log', async () => {
  const key = await readFile(join(cluster.directory, 'encryption.key'));
  for (const node of [1, 2, 3]) {
    const log = await cluster.log(node);
    expect(log).not.toContain('test-secret-access-key');
    expect(log).not.toContain(key.toString('hex'));
    expect(log).not.toContain(key.toString('base64'));
  }
});
