// Objects under keys of the client (SSE-C), by the AWS SDK: gateway, service and the real objects room on memory peers.

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBucketStore } from '../../../src/buckets/stored-buckets.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { BenchClient } from '../../support/bench-client.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { ServiceBench } from '../../support/service-bench.ts';
import { refusal, sdkOf } from '../../support/sdk.ts';
import { ACCOUNT, REGION, startGateway, type TestGateway } from '../../support/test-gateway.ts';

const Bucket = 'secrets';
const PART = 5 * 1024 * 1024;

let objects: ObjectBench;
let bench: ServiceBench;
let gateway: TestGateway;
let s3: S3Client;

const client = {
  call: (...asked: Parameters<BenchClient['call']>) => new BenchClient(bench).call(...asked),
};

beforeAll(async () => {
  gateway = await startGateway({ client, plainCustomerKeys: true });
  s3 = sdkOf(gateway);
});
afterAll(async () => {
  s3.destroy();
  await gateway.close();
});
beforeEach(async () => {
  objects = new ObjectBench();
  const { metadata, multipart } = objects;
  const buckets = createBucketStore({ metadata, clock: systemClock, random: systemRandom });
  bench = new ServiceBench({ objects: objects.objects, multipart, buckets });
  await buckets.create({ name: Bucket, account: ACCOUNT, region: REGION });
});

interface Keyed {
  SSECustomerAlgorithm: string;
  SSECustomerKey: string;
  SSECustomerKeyMD5: string;
}

function newKey(): Keyed {
  const key = randomBytes(32);
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: key.toString('base64'),
    SSECustomerKeyMD5: createHash('md5').update(key).digest('base64'),
  };
}

const asSource = (key: Keyed) => ({
  CopySourceSSECustomerAlgorithm: key.SSECustomerAlgorithm,
  CopySourceSSECustomerKey: key.SSECustomerKey,
  CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
});

async function read(Key: string, more: object = {}): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

describe('an object under a key', () => {
  test('comes back to whoever brings the key, and says so', async () => {
    const key = newKey();
    const body = randomBytes(300_000);
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: body, ...key }));
    expect(put).toMatchObject({ SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: key.SSECustomerKeyMD5 });
    expect(put.ServerSideEncryption).toBeUndefined();
    expect(put.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(put.ETag).not.toContain(createHash('md5').update(body).digest('hex'));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...key }));
    expect(head).toMatchObject({
      ContentLength: body.length,
      ETag: put.ETag,
      SSECustomerAlgorithm: 'AES256',
    });
    expect((await read('k', key)).equals(body)).toBe(true);
  });

  test('reads right from any byte to any other', async () => {
    const key = newKey();
    const body = randomBytes(400_001);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: body, ...key }));
    const place = fc.integer({ min: 0, max: body.length - 1 });
    await fc.assert(
      fc.asyncProperty(place, place, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const part = await read('k', { Range: `bytes=${start}-${end}`, ...key });
        expect(part.equals(body.subarray(start, end + 1))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('is nowhere stored as it is, and twice the same body is stored as two different ones', async () => {
    const key = newKey();
    const body = Buffer.alloc(20_000, 'the same words over and over again ');
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: body, ...key }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: body, ...key }));
    const shards = [...objects.shards.stored.values()].flatMap((node) => [...node.values()]);
    expect(shards.length).toBeGreaterThanOrEqual(4);
    for (const shard of shards) expect(shard.includes('the same words')).toBe(false);
    expect(new Set(shards.map((shard) => shard.toString('hex'))).size).toBe(shards.length);
    expect(JSON.stringify([...objects.metadata.held])).not.toContain(key.SSECustomerKey);
  });

  test('may be empty', async () => {
    const key = newKey();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '', ...key }));
    expect(await read('k', key)).toHaveLength(0);
    expect(await refusal(read('k'))).toBe('400 InvalidRequest');
  });

  test('is refused without its key, with another one, and to whoever brings a key that is not needed', async () => {
    const key = newKey();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...key }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: 'x' }));
    expect(await refusal(read('k'))).toBe('400 InvalidRequest');
    expect(await refusal(read('k', newKey()))).toBe('403 AccessDenied');
    expect(await refusal(read('plain', key))).toBe('400 InvalidRequest');
    // A reply to HEAD has no body to name its error in.
    expect(await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })))).toMatch(/^400 /);
    expect(await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...newKey() })))).toMatch(/^403 /);
    const attributes = { Bucket, Key: 'k', ObjectAttributes: ['ObjectSize' as const] };
    expect(await refusal(s3.send(new GetObjectAttributesCommand(attributes)))).toBe('400 InvalidRequest');
    expect(await s3.send(new GetObjectAttributesCommand({ ...attributes, ...key }))).toMatchObject({
      ObjectSize: 1,
    });
  });

  test('keeps the checks on what was sent', async () => {
    const wrong = createHash('md5').update('other').digest('base64');
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ContentMD5: wrong, ...newKey() });
    expect(await refusal(s3.send(put))).toBe('400 BadDigest');
  });

  const given = newKey();
  test.each<[string, Partial<Record<string, string>>, string]>([
    ['half a key: no algorithm', { SSECustomerAlgorithm: undefined }, '400 InvalidArgument'],
    ['another algorithm', { SSECustomerAlgorithm: 'AES128' }, '400 InvalidEncryptionAlgorithmError'],
    ['a short key', { SSECustomerKey: Buffer.alloc(16).toString('base64') }, '400 InvalidArgument'],
    ['the other encryption too', { ServerSideEncryption: 'AES256' }, '400 InvalidArgument'],
  ])('cannot be made with %s', async (_what, change, expected) => {
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...given, ...(change as object) });
    expect(await refusal(s3.send(put))).toBe(expected);
  });
});

test('a key whose digest is another one is refused, and so is half a key', async () => {
  // The SDK computes the digest itself, so these go past it.
  const { SSECustomerKeyMD5: _md5, ...half } = newKey();
  const asked = { Bucket, Key: 'k', ContentLength: 1 };
  const code = (more: object) => bench.refusalCode('PutObject', { ...asked, ...more }, { body: 'x' });
  expect(await code({ ...newKey(), SSECustomerKeyMD5: newKey().SSECustomerKeyMD5 })).toBe('InvalidArgument');
  expect(await code(half)).toBe('InvalidArgument');
  expect(await code({ SSECustomerAlgorithm: 'AES256' })).toBe('InvalidArgument');
});

describe('parts under a key', () => {
  test('become one object that reads right across their borders, also after a part was sent again', async () => {
    const key = newKey();
    const named = { Bucket, Key: 'k' };
    const created = await s3.send(new CreateMultipartUploadCommand({ ...named, ...key }));
    expect(created.SSECustomerKeyMD5).toBe(key.SSECustomerKeyMD5);
    const { UploadId } = created;
    const bodies = [randomBytes(PART), randomBytes(70_000)];
    const send = (PartNumber: number, Body: Buffer, own: object = key) =>
      s3.send(new UploadPartCommand({ ...named, UploadId, PartNumber, Body, ...own }));
    await send(1, randomBytes(PART));
    const sent = [await send(1, bodies[0]!), await send(2, bodies[1]!)];
    expect(await refusal(send(3, Buffer.from('x'), {}))).toBe('400 InvalidRequest');
    expect(await refusal(send(3, Buffer.from('x'), newKey()))).toBe('400 InvalidRequest');
    const Parts = sent.map(({ ETag }, at) => ({ ETag, PartNumber: at + 1 }));
    await s3.send(new CompleteMultipartUploadCommand({ ...named, UploadId, MultipartUpload: { Parts } }));
    const whole = Buffer.concat(bodies);
    expect((await read('k', key)).equals(whole)).toBe(true);
    const across = await read('k', { Range: `bytes=${PART - 33}-${PART + 17}`, ...key });
    expect(across.equals(whole.subarray(PART - 33, PART + 18))).toBe(true);
    expect((await read('k', { PartNumber: 2, ...key })).equals(bodies[1]!)).toBe(true);
    expect(await refusal(read('k'))).toBe('400 InvalidRequest');
  }, 30_000);

  test('are refused by an upload that was begun without one', async () => {
    const named = { Bucket, Key: 'k' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(named));
    const part = { ...named, UploadId, PartNumber: 1, Body: 'x' };
    expect(await refusal(s3.send(new UploadPartCommand({ ...part, ...newKey() })))).toBe(
      '400 InvalidRequest',
    );
  });

  test('can be copied from objects under other keys', async () => {
    const [key, other] = [newKey(), newKey()];
    const body = randomBytes(100_000);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: body, ...other }));
    const named = { Bucket, Key: 'k' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...named, ...key }));
    const copy = {
      ...named,
      UploadId,
      PartNumber: 1,
      CopySource: `${Bucket}/source`,
      CopySourceRange: 'bytes=1000-50999',
    };
    expect(await refusal(s3.send(new UploadPartCopyCommand({ ...copy, ...key })))).toBe('400 InvalidRequest');
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({ ...copy, ...key, ...asSource(other) }),
    );
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
    await s3.send(new CompleteMultipartUploadCommand({ ...named, UploadId, MultipartUpload: { Parts } }));
    expect((await read('k', key)).equals(body.subarray(1000, 51_000))).toBe(true);
  });
});

describe('a copy', () => {
  test.each<[string, boolean, boolean]>([
    ['from a key to none', true, false],
    ['from none to a key', false, true],
    ['from a key to another', true, true],
  ])('%s is a copy of the bytes, with headers and metadata', async (_what, fromKey, toKey) => {
    const [from, to] = [newKey(), newKey()];
    const body = randomBytes(50_000);
    const source = { Bucket, Key: 'source', Body: body, ContentType: 'text/x-test', Metadata: { a: 'b' } };
    await s3.send(new PutObjectCommand({ ...source, ...(fromKey ? from : {}) }));
    const copied = await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: `${Bucket}/source`,
        ...(fromKey ? asSource(from) : {}),
        ...(toKey ? to : {}),
      }),
    );
    expect(copied.SSECustomerKeyMD5).toBe(toKey ? to.SSECustomerKeyMD5 : undefined);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy', ...(toKey ? to : {}) }));
    expect(head).toMatchObject({ ContentType: 'text/x-test', Metadata: { a: 'b' } });
    expect((await read('copy', toKey ? to : {})).equals(body)).toBe(true);
    const plainEtag = `"${createHash('md5').update(body).digest('hex')}"`;
    expect(copied.CopyObjectResult?.ETag === plainEtag).toBe(!toKey);
  });

  test('of an object under a key needs that key', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: 'x', ...newKey() }));
    const copy = { Bucket, Key: 'copy', CopySource: `${Bucket}/source` };
    expect(await refusal(s3.send(new CopyObjectCommand(copy)))).toBe('400 InvalidRequest');
    const wrong = { ...copy, ...asSource(newKey()) };
    expect(await refusal(s3.send(new CopyObjectCommand(wrong)))).toBe('403 AccessDenied');
  });
});

test('without a key every object says that it is encrypted all the same', async () => {
  const put = await s3.send(
    new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'AES256' }),
  );
  expect(put.ServerSideEncryption).toBe('AES256');
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).ServerSideEncryption).toBe('AES256');
  const kms = { Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms' as const };
  expect(await refusal(s3.send(new PutObjectCommand(kms)))).toBe('501 NotImplemented');
});

test('a key is not taken over plain HTTP unless the operator says so', async () => {
  const strict = await startGateway({ client });
  const careless = sdkOf(strict);
  try {
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...newKey() });
    expect(await refusal(careless.send(put))).toBe('400 InvalidRequest');
    expect(objects.metadata.held.size).toBe(0);
  } finally {
    careless.destroy();
    await strict.close();
  }
});
