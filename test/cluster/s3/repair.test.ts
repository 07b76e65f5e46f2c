// What was written while a node was away, lost with a disk or rotten on it comes back by itself: proven by taking the nodes
// away that had it all along.

import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AdminMaintenanceReply } from '../../../src/contracts/generated/messages.ts';
import { TestCluster } from '../../support/cluster.ts';
import { until } from '../../support/until.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

const Bucket = 'repaired';
const MIB = 1024 * 1024;
const objects = new Map<string, Buffer>();
let cluster: TestCluster;

beforeAll(async () => {
  const config = `
[repair]
interval_seconds = 2
max_mib_per_second = 1000
[scrub]
max_mib_per_second = 1000
`;
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1, config });
  await cluster.s3(1).send(new CreateBucketCommand({ Bucket }));
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

interface Headers {
  last: Record<string, string>;
}

function withHeaders(client: S3Client): { client: S3Client; seen: Headers } {
  const seen: Headers = { last: {} };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      seen.last = (result.response as { headers: Record<string, string> }).headers;
      return result;
    },
    { step: 'deserialize' },
  );
  return { client, seen };
}

async function put(client: S3Client, Key: string, bytes: number): Promise<void> {
  const Body = verifiableBytes(bytes);
  await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  objects.set(Key, Body);
}

/** Reads everything at one gateway; the number of objects whose shards had to be rebuilt for it. */
async function readAll(node: number): Promise<number> {
  const { client, seen } = withHeaders(cluster.s3(node, 6));
  let degraded = 0;
  for (const [Key, bytes] of objects) {
    const reply = await client.send(new GetObjectCommand({ Bucket, Key }));
    if (seen.last['x-spx-degraded'] !== undefined) degraded += 1;
    const read = Buffer.from(await reply.Body!.transformToByteArray());
    expect({ Key, same: read.equals(bytes) }).toEqual({ Key, same: true });
  }
  return degraded;
}

function maintenance(node: number, request: object = {}): Promise<AdminMaintenanceReply> {
  return cluster.ask<AdminMaintenanceReply>(node, 'AdminMaintenance', request);
}

test('what was written while a node was away is rebuilt when it comes back: plain, in parts and copied', async () => {
  await cluster.powerOff(3);
  const { client, seen } = withHeaders(cluster.s3(1, 8));
  await put(client, 'plain', 10 * MIB + 12_345);
  expect(seen.last['x-spx-degraded-write']).toBe('1');
  await put(client, 'small', 5_000);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
  const bodies = [verifiableBytes(5 * MIB), verifiableBytes(777_777)];
  const Parts = [];
  for (const [at, Body] of bodies.entries()) {
    const part = { Bucket, Key: 'parts', UploadId, PartNumber: at + 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body }));
    Parts.push({ ETag, PartNumber: at + 1 });
  }
  const upload = { Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts } };
  await client.send(new CompleteMultipartUploadCommand(upload));
  objects.set('parts', Buffer.concat(bodies));
  await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/plain` }));
  objects.set('copy', objects.get('plain')!);
  await cluster.restart(3);
  await until(async () => (await maintenance(3)).repair.journal_paid >= 3);
  await until(async () => {
    const { repair } = await maintenance(3);
    return repair.sweep_completed !== '' && repair.sweep_owed + repair.sweep_lost === 0;
  });
  await until(async () => (await Promise.all([1, 2, 3].map(readAll))).every((degraded) => degraded === 0));
}, 180_000);

test('a disk that was replaced by an empty one is filled again', async () => {
  await cluster.stop(2);
  await rm(join(cluster.directory, 'node-2', 'segments'), { recursive: true });
  await cluster.restart(2);
  // Without a shard on node 2 every object needs the one that node 3 was given back.
  await readAll(2);
  const began = Date.now();
  await until(async () => {
    const { repair } = await maintenance(2);
    return repair.rebuilt_shards >= 3 && repair.sweep_completed !== '' && repair.sweep_lost === 0;
  });
  const { rebuilt_bytes: bytes, rebuilt_shards: shards } = (await maintenance(2)).repair;
  console.info(`refilled ${shards} shards, ${(bytes / MIB).toFixed(1)} MiB in ${Date.now() - began} ms`);
  await cluster.powerOff(1);
  await readAll(3);
  await cluster.restart(1);
}, 180_000);

test('a machine that was replaced has another key: refused until an operator accepts it, then refilled', async () => {
  await cluster.stop(2);
  await rm(join(cluster.directory, 'node-2'), { recursive: true });
  const stranger = cluster.spawn(2);
  let output = '';
  for (const stream of [stranger.stdout, stranger.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise((resolve) => stranger.once('exit', resolve));
  await until(() => Promise.resolve(output.includes('predastore node accept 2')));
  stranger.kill('SIGTERM');
  await ended;

  expect(await cluster.predastore('node', 'accept', '2')).toMatchObject({ code: 0 });
  await cluster.restart(2);
  await until(async () => {
    const { repair } = await maintenance(2);
    return repair.rebuilt_shards >= 3 && repair.sweep_completed !== '' && repair.sweep_lost === 0;
  });
  expect(await readAll(2)).toBe(0);
  expect(await cluster.predastore('node', 'accept', '9')).toMatchObject({ code: 2 });
}, 180_000);

/** A whole pass: one that is under way goes on from where it is. */
async function scrubbed(node: number): Promise<void> {
  const before = (await maintenance(node, { start: 'scrub' })).scrub.completed;
  await until(async () => (await maintenance(node)).scrub.completed > before);
}

test('scrubbing finds flipped bits, and they are repaired before anybody reads them', async () => {
  await scrubbed(3);
  await cluster.stop(3);
  const flipped = await flipBits(join(cluster.directory, 'node-3', 'segments', 'segments'));
  expect(flipped).toBeGreaterThan(0);
  await cluster.restart(3);
  await scrubbed(3);
  const { scrub } = await maintenance(3);
  expect(scrub.damaged).toBeGreaterThan(0);
  await until(async () => (await maintenance(3)).repair.rebuilt_shards >= scrub.damaged);
  await scrubbed(3);
  expect((await maintenance(3)).scrub.damaged).toBe(0);
  expect(await readAll(3)).toBe(0);
}, 180_000);

/** A bit at every sixteenth of each segment: some of it may belong to shards that are gone. */
async function flipBits(directory: string): Promise<number> {
  let flipped = 0;
  for (const name of (await readdir(directory)).filter((file) => file.endsWith('.seg'))) {
    const file = await open(join(directory, name), 'r+');
    const { size } = await file.stat();
    for (let part = 1; part < 16; part += 1) {
      const at = Math.floor((size * part) / 16);
      const byte = Buffer.alloc(1);
      await file.read(byte, 0, 1, at);
      byte[0]! ^= 0x10;
      await file.write(byte, 0, 1, at);
      flipped += 1;
    }
    await file.close();
  }
  return flipped;
}
