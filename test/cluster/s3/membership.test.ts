// A cluster that grows by a node, empties another one and takes it out, while everything stays readable.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type {
  AdminMaintenanceReply,
  AdminMembershipReply,
} from '../../../src/contracts/generated/messages.ts';
import { TestCluster } from '../../support/cluster.ts';
import { until } from '../../support/until.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

const Bucket = 'moving';
const OBJECTS = 40;
const MOVE_LIMIT_MS = 90_000;
const objects = new Map<string, Buffer>();
let cluster: TestCluster;

beforeAll(async () => {
  const config = `
[repair]
interval_seconds = 5
max_mib_per_second = 1000
[orphans]
grace_seconds = 10
interval_seconds = 2
[reclaim]
grace_seconds = 10
`;
  cluster = await TestCluster.start({ nodes: 3, later: 1, dataShards: 2, parityShards: 1, config });
  await cluster.s3(1).send(new CreateBucketCommand({ Bucket }));
  for (let n = 0; n < OBJECTS; n += 1) await put(cluster.s3(1, 6), `before/${n}`, 1 + n * 9_000);
}, 180_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

async function put(client: S3Client, Key: string, bytes: number): Promise<void> {
  const Body = verifiableBytes(bytes);
  await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  objects.set(Key, Body);
}

async function readAll(node: number): Promise<void> {
  const client = cluster.s3(node, 6);
  for (const [Key, bytes] of objects) {
    const reply = await client.send(new GetObjectCommand({ Bucket, Key }));
    const read = Buffer.from(await reply.Body!.transformToByteArray());
    expect({ Key, same: read.equals(bytes) }).toEqual({ Key, same: true });
  }
}

async function shardsOf(asked: number): Promise<ReadonlyMap<number, number>> {
  const reply = await cluster.ask<AdminMembershipReply>(asked, 'AdminMembership', { count: true });
  return new Map(reply.nodes.map(({ node, shards = 0 }) => [node, shards]));
}

test('a node that starts takes nothing until it is added; then it gets its part of what was there before', async () => {
  await cluster.restart(4);
  await put(cluster.s3(1, 6), 'between', 100_000);
  expect((await shardsOf(1)).get(4)).toBe(0);
  const { code, text } = await cluster.predastore('node', 'add', '4');
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringMatching(/node 4 {2}active/) as unknown,
  });
  // About three quarters of the objects belong partly to the new node.
  await until(async () => ((await shardsOf(2)).get(4) ?? 0) > OBJECTS / 2, MOVE_LIMIT_MS);
  await readAll(4);
}, 180_000);

test('new objects go to the nodes of the new epoch at once, through every gateway', async () => {
  for (let n = 0; n < 16; n += 1) await put(cluster.s3(1 + (n % 4), 6), `after/${n}`, 50_000);
  const rings = await Promise.all(
    [1, 2, 3, 4].map((node) => cluster.ask<AdminMembershipReply>(node, 'AdminMembership')),
  );
  expect(new Set(rings.map(({ epoch }) => epoch)).size).toBe(1);
  expect(rings[0]).toMatchObject({ source: 'metadata' });
}, 120_000);

test('a node cannot go while shards are on it, nor when too few would be left', async () => {
  const early = await cluster.predastore('node', 'remove', '2');
  expect(early).toMatchObject({ code: 2, text: expect.stringMatching(/drain it first/) as unknown });
  await cluster.predastore('node', 'drain', '2');
  const last = await cluster.predastore('node', 'drain', '3');
  expect(last).toMatchObject({ code: 2, text: expect.stringMatching(/data \+ parity need 3/) as unknown });
}, 60_000);

test('a drained node is left by every shard, its disk holds none, and without it everything is read', async () => {
  await put(cluster.s3(2, 6), 'while-draining', 200_000);
  await until(async () => (await shardsOf(1)).get(2) === 0, MOVE_LIMIT_MS);
  // What moved away goes as an orphan: two looks, a grace apart.
  await until(async () => {
    const { orphans } = await cluster.ask<AdminMaintenanceReply>(2, 'AdminMaintenance');
    return !orphans.running && orphans.collected > 0 && orphans.shards === 0;
  }, MOVE_LIMIT_MS);
  const { code, text } = await cluster.predastore('node', 'remove', '2');
  expect({ code, text }).toMatchObject({ code: 0 });
  await cluster.stop(2);
  for (const node of [1, 3, 4]) await readAll(node);
  await cluster.s3(1, 6).send(new DeleteObjectCommand({ Bucket, Key: 'between' }));
  objects.delete('between');
  await put(cluster.s3(3, 6), 'without', 300_000);
  await readAll(4);
}, 180_000);

test('another K and M is for new objects; the old ones are read at theirs', async () => {
  for (const name of ['cluster.toml', 'later.toml']) {
    const file = join(cluster.directory, name);
    await writeFile(file, (await readFile(file, 'utf8')).replace('data = 2', 'data = 1'));
  }
  await Promise.all([1, 3, 4].map((node) => cluster.stop(node)));
  await Promise.all([1, 3, 4].map((node) => cluster.restart(node)));
  await put(cluster.s3(1, 6), 'mirrored', 300_000);
  // 1 + 1 shards of 300 kB, where 2 + 1 would be of 150 kB.
  await readAll(3);
  await cluster.s3(4, 6).send(new DeleteObjectCommand({ Bucket, Key: 'mirrored' }));
}, 120_000);
