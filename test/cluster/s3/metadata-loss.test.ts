// JetStream is gone, with everything in it: the stream is restored from a view, and every object reads back.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AdminMaintenanceReply, AdminStatusReply } from '../../../src/contracts/generated/messages.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { TestCluster } from '../../support/cluster.ts';
import { until } from '../../support/until.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

const Bucket = 'remembered';
const NODES = [1, 2, 3];
const MIB = 1024 * 1024;
const objects = new Map<string, Buffer>();
let cluster: TestCluster;
/** Of `versioned`. */
let older: string | undefined;
let olderBody: Buffer;

beforeAll(async () => {
  const config = '[reclaim]\ngrace_seconds = 10';
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1, config });
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

async function put(client: S3Client, Key: string, bytes: number): Promise<string | undefined> {
  const Body = verifiableBytes(bytes);
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  objects.set(Key, Body);
  return VersionId;
}

async function bodyOf(client: S3Client, Key: string, VersionId?: string): Promise<Buffer> {
  const reply = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return Buffer.from(await reply.Body!.transformToByteArray());
}

async function loseJetStream(): Promise<void> {
  await Promise.all(NODES.map((node) => cluster.stop(node)));
  for (const node of NODES) await rm(join(cluster.directory, `node-${node}`, 'nats'), { recursive: true });
}

test('after JetStream was lost everything is as it was: plain, in parts, copied, older versions, open uploads; the deleted stays deleted', async () => {
  const client = cluster.s3(1, 6);
  await client.send(new CreateBucketCommand({ Bucket }));
  await put(client, 'plain', 3 * MIB + 17);
  await put(client, 'small/one', 100);
  await put(client, 'overwritten', 5_000);
  await put(client, 'overwritten', 70_000);
  await put(client, 'deleted', 50_000);
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'deleted' }));
  objects.delete('deleted');
  await client.send(new PutObjectCommand({ Bucket, Key: 'empty' }));
  objects.set('empty', Buffer.alloc(0));
  const parts = [verifiableBytes(5 * MIB), verifiableBytes(123_456)];
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key: 'parts',
      ContentType: 'image/x-parts',
      Metadata: { made: 'of parts' },
    }),
  );
  const Parts = [];
  for (const [at, Body] of parts.entries()) {
    const part = { Bucket, Key: 'parts', UploadId, PartNumber: at + 1 };
    Parts.push({
      ETag: (await client.send(new UploadPartCommand({ ...part, Body }))).ETag,
      PartNumber: at + 1,
    });
  }
  const completion = { Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts } };
  await client.send(new CompleteMultipartUploadCommand(completion));
  objects.set('parts', Buffer.concat(parts));
  await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/plain` }));
  objects.set('copy', objects.get('plain')!);
  const open = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'open' }));
  const openPart = { Bucket, Key: 'open', UploadId: open.UploadId, PartNumber: 1 };
  await client.send(new UploadPartCommand({ ...openPart, Body: verifiableBytes(1_000) }));
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  older = await put(client, 'versioned', 9_000);
  olderBody = objects.get('versioned')!;
  await put(client, 'versioned', 11_000);
  await put(client, 'marked', 2_000);
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'marked' }));
  objects.delete('marked');

  await loseJetStream();
  const looked = await cluster.predastore('rebuild-metadata');
  expect(looked).toMatchObject({ code: 0 });
  expect(looked.text).toMatch(/node 3 {2}change \d+ of the stream made at .*: 1 bucket, \d+ objects/);
  expect(looked.text).toMatch(/Nothing was changed/);
  expect(await cluster.predastore('rebuild-metadata', '--apply')).toMatchObject({ code: 0 });
  await Promise.all(NODES.map((node) => cluster.restart(node)));

  for (const node of NODES) {
    const reader = cluster.s3(node, 6);
    for (const [Key, bytes] of objects)
      expect({ Key, same: (await bodyOf(reader, Key)).equals(bytes) }).toEqual({ Key, same: true });
    expect((await bodyOf(reader, 'versioned', older)).equals(olderBody)).toBe(true);
    const { Contents } = await reader.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key).sort()).toEqual([...objects.keys()].sort());
    for (const Key of ['deleted', 'marked']) await expect(bodyOf(reader, Key)).rejects.toThrow();
  }
  const listed = await cluster.s3(2, 6).send(new ListPartsCommand(openPart));
  expect(listed.Parts).toHaveLength(1);
  await put(cluster.s3(3, 6), 'afterwards', 40_000);
  expect((await bodyOf(cluster.s3(1, 6), 'afterwards')).equals(objects.get('afterwards')!)).toBe(true);
  // Shards were written under another stream: an operator has to say that they may be judged by this one.
  const { orphans } = await cluster.ask<AdminMaintenanceReply>(1, 'AdminMaintenance', { start: 'orphans' });
  expect(orphans.collected).toBe(0);
}, 240_000);

/** Has these nodes copy their metadata now; resolves when they have. */
async function copyMetadata(nodes: readonly number[]): Promise<void> {
  const startedMs = Date.now();
  for (const node of nodes) {
    await cluster.ask<AdminMaintenanceReply>(node, 'AdminMaintenance', { start: 'copies' });
    await until(async () => {
      const { copies } = await cluster.ask<AdminMaintenanceReply>(node, 'AdminMaintenance');
      expect(copies?.held).toBe('');
      return Date.parse(copies?.newest ?? '') >= startedMs;
    });
  }
}

async function damageNewestCopy(node: number): Promise<void> {
  const directory = join(cluster.directory, `node-${node}`, 'metadata-copies');
  const newest = join(directory, (await readdir(directory)).sort().at(-1)!);
  const bytes = await readFile(newest);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(newest, bytes);
}

test('from a copy of the metadata and what was sealed since: all is back, what was deleted since is told, a damaged copy is passed over', async () => {
  const client = cluster.s3(1, 6);
  const plain = new Map<string, Buffer>();
  const putPlain = async (Key: string, bytes: number, bucket = 'plainly'): Promise<void> => {
    const Body = verifiableBytes(bytes);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    plain.set(`${bucket}/${Key}`, Body);
  };
  await client.send(new CreateBucketCommand({ Bucket: 'plainly' }));
  for (const key of ['stays', 'overwritten', 'deleted since']) await putPlain(key, 30_000);
  const first = await put(client, 'twice', 5_000);
  const firstBody = objects.get('twice')!;
  await copyMetadata(NODES);
  await client.send(new DeleteObjectCommand({ Bucket: 'plainly', Key: 'deleted since' }));
  plain.delete('plainly/deleted since');
  await putPlain('overwritten', 40_000);
  await putPlain('written since', 50_000);
  await client.send(new CreateBucketCommand({ Bucket: 'made-since' }));
  await putPlain('first', 100, 'made-since');
  await put(client, 'twice', 6_000);
  await copyMetadata([1]);
  await damageNewestCopy(1);
  for (const node of NODES) {
    // A deletion whose shards are still there cannot be told from an object.
    await until(async () =>
      /^predastore_metadata_reclaim_queue 0$/m.test(await cluster.probe(node, '/-/metrics')),
    );
  }

  await loseJetStream();
  for (const node of NODES) await rm(join(cluster.directory, `node-${node}`, 'view'), { recursive: true });
  const without = await cluster.predastore('rebuild-metadata');
  expect(without).toMatchObject({ code: 2 });
  expect(without.text).toMatch(/node 1 {2}2 copies of the metadata, the newest 0 minutes old/);
  const looked = await cluster.predastore('rebuild-metadata', '--from-copies');
  expect(looked).toMatchObject({ code: 0 });
  expect(looked.text).toContain('1 objects of the copy are left out');
  expect(looked.text).toContain('  plainly/deleted since\n');
  expect(looked.text).toMatch(/Passed over: .*node-1.*\.copy/);
  expect(looked.text).toMatch(/1 buckets, 4 objects, 1 older versions, 0 open uploads/);
  expect(looked.text).not.toContain('newer write though');
  expect(looked.text).toMatch(/Nothing was changed/);
  expect(await cluster.predastore('rebuild-metadata', '--from-copies', '--apply')).toMatchObject({ code: 0 });
  await Promise.all(NODES.map((node) => cluster.restart(node)));

  for (const node of NODES) {
    const reader = cluster.s3(node, 6);
    for (const [Key, bytes] of objects)
      expect({ Key, same: (await bodyOf(reader, Key)).equals(bytes) }).toEqual({ Key, same: true });
    for (const [name, bytes] of plain) {
      const [bucket, Key] = name.split('/');
      const { Body } = await reader.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const same = Buffer.from(await Body!.transformToByteArray()).equals(bytes);
      expect({ name, same }).toEqual({ name, same: true });
    }
    expect((await bodyOf(reader, 'versioned', older)).equals(olderBody)).toBe(true);
    expect((await bodyOf(reader, 'twice', first)).equals(firstBody)).toBe(true);
    const { Contents } = await reader.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key).sort()).toEqual([...objects.keys()].sort());
    const { Contents: others } = await reader.send(new ListObjectsV2Command({ Bucket: 'plainly' }));
    expect(others?.map(({ Key }) => Key)).toEqual(['overwritten', 'stays', 'written since']);
  }
}, 240_000);

test('a stream that is lost and remade while nodes run is answered with 503, alarm and all; never with 404', async () => {
  const before = await cluster.ask<AdminStatusReply>(1, 'AdminStatus');
  expect(before.state).not.toBe('Fenced');
  const reader = cluster.s3(2, 1);
  expect((await bodyOf(reader, 'plain')).equals(objects.get('plain')!)).toBe(true);
  await cluster.remakeMetadataStream();
  const deadline = Date.now() + 60_000;
  while ((await cluster.ask<AdminStatusReply>(2, 'AdminStatus')).state !== 'Fenced') {
    if (Date.now() > deadline) throw new Error('never fenced');
    await systemClock.sleep(100);
  }
  const absent: unknown = await bodyOf(reader, 'never-written').catch((error: unknown) => error);
  expect(absent).toMatchObject({ $metadata: { httpStatusCode: 503 } });
  const refused: unknown = await reader
    .send(new PutObjectCommand({ Bucket, Key: 'late', Body: 'x' }))
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ $metadata: { httpStatusCode: 503 } });
  expect(await cluster.log(2)).toContain('metadata is fenced');
  // Started again it says what it is, and refuses as before.
  await cluster.stop(2);
  await cluster.launch(2);
  await until(async () => (await cluster.ask<AdminStatusReply>(2, 'AdminStatus')).state === 'Fenced');
  await until(async () => {
    const failure: unknown = await bodyOf(reader, 'plain').catch((error: unknown) => error);
    return (failure as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 503;
  });
  expect(await cluster.probe(2, '/-/healthz')).toBe('ok\n');
  expect(await cluster.probe(2, '/-/readyz')).toBe('');
}, 120_000);

test('with every view lost too, objects come back from what is sealed beside their shards', async () => {
  await loseJetStream();
  for (const node of NODES) await rm(join(cluster.directory, `node-${node}`, 'view'), { recursive: true });
  const refused = await cluster.predastore('rebuild-metadata');
  expect(refused).toMatchObject({ code: 2 });
  const looked = await cluster.predastore('rebuild-metadata', '--from-shards', '--complete-uploads');
  expect(looked).toMatchObject({ code: 0 });
  expect(looked.text).toMatch(
    /shards of nodes 1, 2, 3: 3 buckets, \d+ objects, \d+ older versions, 0 open uploads/,
  );
  expect(looked.text).toMatch(/Nothing was changed/);
  const applied = await cluster.predastore(
    'rebuild-metadata',
    '--from-shards',
    '--complete-uploads',
    '--apply',
  );
  expect(applied).toMatchObject({ code: 0 });
  await Promise.all(NODES.map((node) => cluster.restart(node)));

  const unknownToShards = ['copy', 'empty'];
  for (const node of NODES) {
    const reader = cluster.s3(node, 6);
    for (const [Key, bytes] of objects) {
      if (unknownToShards.includes(Key))
        await expect(bodyOf(reader, Key)).rejects.toThrow('key does not exist');
      else expect({ Key, same: (await bodyOf(reader, Key)).equals(bytes) }).toEqual({ Key, same: true });
    }
  }
  const reader = cluster.s3(1, 6);
  expect((await bodyOf(reader, 'versioned', older)).equals(olderBody)).toBe(true);
  const { Metadata, ContentType, ETag } = await reader.send(new HeadObjectCommand({ Bucket, Key: 'parts' }));
  expect({ Metadata, ContentType }).toEqual({ Metadata: { made: 'of parts' }, ContentType: 'image/x-parts' });
  expect(ETag).toMatch(/-2"$/);
  await put(reader, 'after all', 40_000);
  expect((await bodyOf(cluster.s3(3, 6), 'after all')).equals(objects.get('after all')!)).toBe(true);
}, 240_000);
