// A three-node cluster of real processes through the AWS SDK: what goes in comes out, whatever its size and name.

import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestCluster } from '../../support/cluster.ts';
import { isVerifiable, longBody, sha256Of, verifiableBytes } from '../../support/verifiable-bytes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const Bucket = 'objects';

let cluster: TestCluster;
let clients: S3Client[];

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
  clients = [1, 2, 3].map((node) => cluster.s3(node));
  await clients[0]!.send(new CreateBucketCommand({ Bucket }));
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

const at = (node: number): S3Client => clients[(node - 1) % clients.length]!;

async function put(client: S3Client, Key: string, Body: Buffer): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function get(client: S3Client, Key: string, Range?: string): Promise<Buffer> {
  const reply = await client.send(
    new GetObjectCommand({ Bucket, Key, ...(Range === undefined ? {} : { Range }) }),
  );
  const bytes = Buffer.from(await reply.Body!.transformToByteArray());
  expect(reply.ContentLength).toBe(bytes.length);
  return bytes;
}

describe('objects of every size', () => {
  const edges = [0, 1, 4095, 4096, 8191, 8192, 8193, 65_535, 65_536, 131_071, 131_072, 131_073, 393_216];
  test.each([...edges, MIB, 5 * MIB + 17, 33 * MIB])(
    '%d bytes come back through another node',
    async (size) => {
      const bytes = verifiableBytes(size);
      await put(at(1), `size/${size}`, bytes);
      expect((await get(at(2), `size/${size}`)).equals(bytes)).toBe(true);
      const head = await at(3).send(new HeadObjectCommand({ Bucket, Key: `size/${size}` }));
      expect(head.ContentLength).toBe(size);
    },
  );

  test('ranges are cut exactly, at the edges of fragments, cells and stripes', async () => {
    const bytes = verifiableBytes(MIB + 777);
    await put(at(1), 'ranged', bytes);
    for (const edge of [0, 8192, 65_536, 131_072, 524_288, MIB, MIB + 776]) {
      for (const length of [1, 100, 8193, 70_000, 300_000]) {
        const start = Math.max(0, edge - Math.floor(length / 2));
        const want = bytes.subarray(start, start + length);
        const got = await get(at(1 + (length % 3)), 'ranged', `bytes=${start}-${start + length - 1}`);
        expect(got.equals(want)).toBe(true);
      }
    }
    expect((await get(at(2), 'ranged', 'bytes=-5')).equals(bytes.subarray(-5))).toBe(true);
    await expect(get(at(3), 'ranged', `bytes=${bytes.length}-`)).rejects.toMatchObject({
      name: 'InvalidRange',
    });
  });

  test('1 GiB streams in and out while the memory of every node stays bounded', async () => {
    const before = await cluster.residentBytes(1);
    const body = longBody(1024 * MIB);
    const Body = body.stream;
    let peak = 0;
    const watch = setInterval(() => {
      void cluster.residentBytes(1).then((bytes) => (peak = Math.max(peak, bytes)));
    }, 250);
    await at(1).send(new PutObjectCommand({ Bucket, Key: 'huge', Body, ContentLength: 1024 * MIB }));
    const reply = await at(1).send(new GetObjectCommand({ Bucket, Key: 'huge' }));
    const digest = await sha256Of(reply.Body as Readable);
    clearInterval(watch);
    expect(digest).toBe(body.sha256());
    // 16 MiB belong to the request; the rest is what a garbage collector leaves lying about.
    expect(peak - before).toBeLessThan(300 * MIB);
  }, 300_000);
});

describe('keys are opaque', () => {
  const keys = [
    'with spaces and + plus',
    'ümläut/日本語/🪣',
    '//leading//and//double//',
    'a/../b/./c',
    '..',
    '/',
    'percent%2Fsign%',
    'quotes\'"<>&;=?#',
    'trailing/',
    'x'.repeat(1024),
    'ü'.repeat(512),
    '*.>',
  ];
  test.each(keys)('%s', async (Key) => {
    const bytes = verifiableBytes(100);
    await put(at(1), Key, bytes);
    expect((await get(at(2), Key)).equals(bytes)).toBe(true);
    const list = await at(3).send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }));
    expect(list.Contents?.[0]?.Key).toBe(Key);
    await at(2).send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(get(at(1), Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('one byte too long is refused', async () => {
    await expect(put(at(1), 'x'.repeat(1025), Buffer.alloc(1))).rejects.toMatchObject({
      name: 'KeyTooLongError',
    });
  });
});

test('300 writes at once, then 300 reads at once, through three gateways', async () => {
  const bodies = Array.from({ length: 300 }, (_, n) => verifiableBytes(1000 * (1 + (n % 100))));
  await Promise.all(bodies.map((body, n) => put(at(1 + n), `many/${n}`, body)));
  const read = await Promise.all(bodies.map((_, n) => get(at(2 + n), `many/${n}`)));
  expect(read.every((bytes, n) => bytes.equals(bodies[n]!))).toBe(true);
  const listed: string[] = [];
  for await (const page of paginateListObjectsV2(
    { client: at(3), pageSize: 37 },
    { Bucket, Prefix: 'many/' },
  )) {
    listed.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
  }
  expect(listed).toEqual(bodies.map((_, n) => `many/${n}`).sort());
}, 120_000);

test('what belongs to an object is kept: type, headers, user metadata, a true Last-Modified, MD5 as ETag', async () => {
  const began = Math.floor(Date.now() / 1000) * 1000;
  const meta = { colour: 'blue', 'with-dash': 'x y' };
  const write = {
    Bucket,
    Key: 'kept',
    Body: 'hello',
    ContentType: 'text/plain',
    CacheControl: 'no-cache',
    Metadata: meta,
  };
  const written = await at(1).send(new PutObjectCommand(write));
  expect(written.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
  const head = await at(2).send(new HeadObjectCommand({ Bucket, Key: 'kept' }));
  expect(head).toMatchObject({
    ContentType: 'text/plain',
    CacheControl: 'no-cache',
    Metadata: meta,
    ETag: written.ETag,
  });
  expect(head.LastModified!.getTime()).toBeGreaterThanOrEqual(began);
  expect(head.LastModified!.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
});

test('of many writers with If-None-Match exactly one wins', async () => {
  const writers = Array.from({ length: 30 }, (_, n) =>
    at(1 + n).send(new PutObjectCommand({ Bucket, Key: 'once', Body: String(n), IfNoneMatch: '*' })),
  );
  const outcomes = await Promise.allSettled(writers);
  const winners = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []));
  expect(winners).toHaveLength(1);
  expect((await get(at(2), 'once')).toString()).toBe(String(winners[0]));
});

test('a key overwritten by 16 writers is read whole by 16 readers, never mixed, never missing', async () => {
  await put(at(1), 'contended', verifiableBytes(200_000));
  const until = Date.now() + 8_000;
  let reads = 0;
  let writes = 0;
  const writer = async (n: number): Promise<void> => {
    while (Date.now() < until) {
      await put(at(n), 'contended', verifiableBytes(1000 + Math.floor(Math.random() * 400_000)));
      writes += 1;
    }
  };
  const reader = async (n: number): Promise<void> => {
    while (Date.now() < until) {
      expect(isVerifiable(await get(at(n), 'contended'))).toBe(true);
      reads += 1;
    }
  };
  const numbers = Array.from({ length: 16 }, (_, n) => n + 1);
  await Promise.all([...numbers.map(writer), ...numbers.map(reader)]);
  expect(reads).toBeGreaterThan(16);
  expect(writes).toBeGreaterThan(16);
}, 60_000);

test('a bucket is deleted only when it is empty, also while somebody writes into it', async () => {
  for (let round = 0; round < 5; round += 1) {
    const name = `fleeting-${round}`;
    await at(1).send(new CreateBucketCommand({ Bucket: name }));
    const [writing, deleting] = await Promise.allSettled([
      at(2).send(new PutObjectCommand({ Bucket: name, Key: 'k', Body: 'v' })),
      at(3).send(new DeleteBucketCommand({ Bucket: name })),
    ]);
    const reading = await at(1)
      .send(new GetObjectCommand({ Bucket: name, Key: 'k' }))
      .then(
        () => 'there',
        (error: unknown) => (error as Error).name,
      );
    if (deleting.status === 'fulfilled') expect(reading).toBe('NoSuchBucket');
    if (writing.status === 'fulfilled') expect(reading).toBe('there');
    expect(writing.status === 'fulfilled' && deleting.status === 'fulfilled').toBe(false);
  }
});
