// The AWS SDK for JavaScript against the gateway over real sockets, with its default checksums (aws-chunked trailers) and
// without.

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectTorrentCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sdkOf } from '../../support/sdk.ts';
import { ACCOUNT, REGION, startGateway, type TestGateway } from '../../support/test-gateway.ts';

let gateway: TestGateway;
const clients: S3Client[] = [];

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await gateway.close();
});

beforeEach(() => {
  gateway.store.buckets.clear();
  gateway.store.addBucket('photos');
});

function clientWith(config: S3ClientConfig = {}): S3Client {
  const client = sdkOf(gateway, config);
  clients.push(client);
  return client;
}

async function failureOf(work: Promise<unknown>): Promise<{ name: string; status: number | undefined }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown as { name: string; $metadata: { httpStatusCode?: number } },
  );
  if (error === undefined) throw new Error('it succeeded');
  return { name: error.name, status: error.$metadata.httpStatusCode };
}

describe.each([
  ['default checksums', {}],
  ['checksums only when required', { requestChecksumCalculation: 'WHEN_REQUIRED' }],
] as [string, S3ClientConfig][])('objects, %s', (_name, config) => {
  test.each([0, 1, 4096, 65_536, 1_000_003])('%i bytes come back as they went', async (size) => {
    const s3 = clientWith(config);
    const body = randomBytes(size);
    const put = await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'a/b c+d/ü.bin', Body: body }));
    const got = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'a/b c+d/ü.bin' }));
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
    expect(got.ETag).toBe(put.ETag);
    expect(got.ContentLength).toBe(size);
    expect(gateway.store.buckets.get('photos')?.objects.has('a/b c+d/ü.bin')).toBe(true);
  });

  test('a stream of known length', async () => {
    const s3 = clientWith(config);
    const body = randomBytes(300_000);
    const stream = Readable.from([
      body.subarray(0, 100),
      body.subarray(100, 200_000),
      body.subarray(200_000),
    ]);
    await s3.send(
      new PutObjectCommand({ Bucket: 'photos', Key: 'stream', Body: stream, ContentLength: body.length }),
    );
    expect(gateway.store.buckets.get('photos')?.objects.get('stream')?.bytes.equals(body)).toBe(true);
  });
});

describe('objects', () => {
  test('headers and metadata are kept, and aws-chunked is not an encoding', async () => {
    const s3 = clientWith();
    await s3.send(
      new PutObjectCommand({
        Bucket: 'photos',
        Key: 'k',
        Body: Readable.from([Buffer.from('hello')]),
        ContentLength: 5,
        ContentType: 'text/plain; charset=utf-8',
        CacheControl: 'max-age=5',
        ContentDisposition: 'attachment; filename="x"',
        ContentEncoding: 'gzip',
        ContentLanguage: 'de',
        Metadata: { Colour: 'blue', name: 'a b' },
      }),
    );
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'photos', Key: 'k' }));
    expect(head).toMatchObject({
      ContentLength: 5,
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'max-age=5',
      ContentDisposition: 'attachment; filename="x"',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      Metadata: { colour: 'blue', name: 'a b' },
      AcceptRanges: 'bytes',
    });
    expect(head.LastModified).toBeInstanceOf(Date);
  });

  test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    '%s is verified and given back',
    async (algorithm) => {
      const s3 = clientWith();
      const put = await s3.send(
        new PutObjectCommand({ Bucket: 'photos', Key: 'k', Body: 'payload', ChecksumAlgorithm: algorithm }),
      );
      const got = await s3.send(
        new GetObjectCommand({ Bucket: 'photos', Key: 'k', ChecksumMode: 'ENABLED' }),
      );
      expect(await got.Body!.transformToString()).toBe('payload');
      expect(put[`Checksum${algorithm}`]).toBeDefined();
      expect(got[`Checksum${algorithm}`]).toBe(put[`Checksum${algorithm}`]);
    },
  );

  test('ranges, conditions and overrides', async () => {
    const s3 = clientWith();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'k', Body: '0123456789' }));
    const part = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'k', Range: 'bytes=2-4' }));
    expect([part.ContentRange, part.$metadata.httpStatusCode]).toEqual(['bytes 2-4/10', 206]);
    expect(await part.Body!.transformToString()).toBe('234');
    const get = (input: object): Promise<unknown> =>
      s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'k', ...input }));
    expect(await failureOf(get({ Range: 'bytes=10-' }))).toEqual({ name: 'InvalidRange', status: 416 });
    expect((await failureOf(get({ IfNoneMatch: ETag }))).status).toBe(304);
    expect(await failureOf(get({ IfMatch: '"x"' }))).toEqual({ name: 'PreconditionFailed', status: 412 });
    const put = s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'k', Body: 'x', IfNoneMatch: '*' }));
    expect(await failureOf(put)).toEqual({ name: 'PreconditionFailed', status: 412 });
    const shown = await s3.send(
      new GetObjectCommand({
        Bucket: 'photos',
        Key: 'k',
        ResponseContentType: 'text/x',
        ResponseContentDisposition: 'inline',
      }),
    );
    expect(shown).toMatchObject({ ContentType: 'text/x', ContentDisposition: 'inline' });
  });

  test('what is missing is said so, and HEAD says it without a body', async () => {
    const s3 = clientWith();
    const missing = { Bucket: 'photos', Key: 'nope' };
    expect(await failureOf(s3.send(new GetObjectCommand(missing)))).toEqual({
      name: 'NoSuchKey',
      status: 404,
    });
    expect(await failureOf(s3.send(new HeadObjectCommand(missing)))).toEqual({
      name: 'NotFound',
      status: 404,
    });
    const elsewhere = s3.send(new GetObjectCommand({ Bucket: 'absent', Key: 'k' }));
    expect(await failureOf(elsewhere)).toEqual({ name: 'NoSuchBucket', status: 404 });
    await s3.send(new DeleteObjectCommand(missing));
  });

  test('the pressure of the pool reaches the client, other store headers do not', async () => {
    const s3 = clientWith();
    let headers: Record<string, string> = {};
    s3.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        headers = (result.response as { headers: Record<string, string> }).headers;
        return result;
      },
      { step: 'deserialize' },
    );
    await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'k', Body: 'x' }));
    expect(headers['x-predastore-pool-pressure']).toBe('nearfull');
    expect(headers['s3-status-code']).toBeUndefined();
  });

  test('many keys are deleted in one request, with what they contain', async () => {
    const s3 = clientWith();
    const keys = ['a&b', '<c>', ' spaced ', 'quo\'te"', 'new\nline', 'ü'];
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: 'x' }));
    const result = await s3.send(
      new DeleteObjectsCommand({
        Bucket: 'photos',
        Delete: { Objects: [...keys.map((Key) => ({ Key })), { Key: 'v', VersionId: 'other' }] },
      }),
    );
    expect(result.Deleted?.map(({ Key }) => Key).sort()).toEqual([...keys].sort());
    expect(result.Errors).toEqual([expect.objectContaining({ Key: 'v', Code: 'NoSuchVersion' })]);
    expect(gateway.store.buckets.get('photos')?.objects.size).toBe(0);
  });
});

describe('buckets', () => {
  test('live through create, head, list and delete', async () => {
    const s3 = clientWith();
    await s3.send(
      new CreateBucketCommand({
        Bucket: 'new-one',
        CreateBucketConfiguration: { LocationConstraint: REGION as 'eu-central-1' },
      }),
    );
    expect(gateway.store.calls.at(-1)?.parameters).toEqual({
      Bucket: 'new-one',
      CreateBucketConfiguration: { LocationConstraint: REGION },
    });
    const again = s3.send(new CreateBucketCommand({ Bucket: 'new-one' }));
    expect(await failureOf(again)).toEqual({ name: 'BucketAlreadyOwnedByYou', status: 409 });
    const head = await s3.send(new HeadBucketCommand({ Bucket: 'new-one' }));
    expect(head.BucketRegion).toBe(REGION);
    const location = await s3.send(new GetBucketLocationCommand({ Bucket: 'new-one' }));
    expect(location.LocationConstraint).toBe(REGION);
    const list = await s3.send(new ListBucketsCommand({}));
    expect(list.Buckets?.map(({ Name }) => Name)).toEqual(['photos', 'new-one']);
    expect(list.Owner).toEqual({ ID: ACCOUNT, DisplayName: 'tests' });
    await s3.send(new DeleteBucketCommand({ Bucket: 'new-one' }));
    expect((await failureOf(s3.send(new HeadBucketCommand({ Bucket: 'new-one' })))).status).toBe(404);
  });

  test('list-buckets may be signed for us-east-1, nothing else may', async () => {
    const s3 = clientWith({ region: 'us-east-1' });
    await s3.send(new ListBucketsCommand({}));
    const get = s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'k' }));
    expect(await failureOf(get)).toEqual({ name: 'AuthorizationHeaderMalformed', status: 400 });
  });

  test('listings in both versions, and as versions', async () => {
    const s3 = clientWith();
    const keys = ['a/1', 'a/2 +&<>', 'a/ü'];
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: 'x' }));
    const first = await s3.send(new ListObjectsV2Command({ Bucket: 'photos', MaxKeys: 2, Prefix: 'a/' }));
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, MaxKeys: 2, Prefix: 'a/' });
    const second = await s3.send(
      new ListObjectsV2Command({ Bucket: 'photos', ContinuationToken: first.NextContinuationToken }),
    );
    const seen = [...(first.Contents ?? []), ...(second.Contents ?? [])];
    expect(seen.map(({ Key }) => Key)).toEqual(keys);
    expect(seen[0]).toMatchObject({ Size: 1, StorageClass: 'STANDARD' });
    expect(seen[0]?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    const encoded = await s3.send(new ListObjectsCommand({ Bucket: 'photos', EncodingType: 'url' }));
    expect(encoded.Contents?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2%20%2B%26%3C%3E', 'a/%C3%BC']);
    const versions = await s3.send(new ListObjectVersionsCommand({ Bucket: 'photos', MaxKeys: 1 }));
    expect(versions).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a/1', NextVersionIdMarker: 'null' });
    expect(versions.Versions?.[0]).toMatchObject({ Key: 'a/1', VersionId: 'null', IsLatest: true });
  });

  test('unset configurations answer as AWS does, and setting one is refused', async () => {
    const s3 = clientWith();
    const versioning = await s3.send(new GetBucketVersioningCommand({ Bucket: 'photos' }));
    expect(versioning.Status).toBeUndefined();
    const replication = s3.send(new GetBucketReplicationCommand({ Bucket: 'photos' }));
    expect(await failureOf(replication)).toEqual({
      name: 'ReplicationConfigurationNotFoundError',
      status: 404,
    });
    const torrent = s3.send(new GetObjectTorrentCommand({ Bucket: 'photos', Key: 'a' }));
    expect(await failureOf(torrent)).toEqual({ name: 'NotImplemented', status: 501 });
  });

  test('virtual-hosted style names the bucket in the host', async () => {
    const s3 = clientWith({ forcePathStyle: false, endpoint: `http://s3.test.example:${gateway.port}` });
    s3.middlewareStack.add(
      (next) => (args) => {
        (args.request as { hostname: string }).hostname = '127.0.0.1';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'virtual/key', Body: 'x' }));
    expect(gateway.store.buckets.get('photos')?.objects.has('virtual/key')).toBe(true);
  });
});
