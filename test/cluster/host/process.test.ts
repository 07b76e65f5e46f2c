// Whole processes: what a kill, an orphaned NATS server and a restart leave of acknowledged objects.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ENTRY, TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
  await cluster.s3(1).send(new CreateBucketCommand({ Bucket: 'objects' }));
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

const body = randomBytes(1_500_000);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function put(client: S3Client, key: string): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: 'objects', Key: key, Body: body }));
}

async function read(client: S3Client, key: string): Promise<string> {
  const reply = await client.send(new GetObjectCommand({ Bucket: 'objects', Key: key }));
  return digest(await reply.Body!.transformToByteArray());
}

test('an object written through one node is read through every other', async () => {
  await put(cluster.s3(1), 'anywhere');
  for (const node of [1, 2, 3]) expect(await read(cluster.s3(node), 'anywhere')).toBe(digest(body));
});

test('with one machine gone, what was acknowledged is read and new objects are written', async () => {
  await put(cluster.s3(1), 'before');
  await cluster.powerOff(3);
  const patient = cluster.s3(1, 5);
  expect(await read(patient, 'before')).toBe(digest(body));
  await put(patient, 'during');
  await cluster.restart(3);
  expect(await read(cluster.s3(3, 5), 'during')).toBe(digest(body));
}, 120_000);

test('a node that was killed ends its orphaned NATS server at the next start, and knows every object', async () => {
  await cluster.killProcess(2);
  await cluster.restart(2);
  expect(await cluster.log(2)).toContain('ended the nats-server of an earlier run');
  const list = await cluster.s3(2, 5).send(new ListObjectsV2Command({ Bucket: 'objects' }));
  expect(list.Contents?.map(({ Key }) => Key)).toEqual(['anywhere', 'before', 'during']);
}, 120_000);

test('SIGTERM drains: the process ends by itself with code 0 and leaves no NATS server', async () => {
  await cluster.stop(1);
  expect(await cluster.log(1)).toMatch(/"msg":"stopped"\}\s*$/);
  await cluster.restart(1);
}, 120_000);

test('a second process on the same data directory is refused', async () => {
  const child = spawn(process.execPath, [
    ENTRY,
    ...['--config', `${cluster.directory}/cluster.toml`, '--node', '1', '--base-path', cluster.directory],
    ...['--encryption-key-file', `${cluster.directory}/encryption.key`],
  ]);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(2);
  expect(complaint).toMatch(/is in use by process \d+/);
});
