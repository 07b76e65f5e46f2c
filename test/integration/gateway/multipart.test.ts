// Multipart uploads and copies by the AWS SDK and its lib-storage, over real sockets, with the SDK's default checksums.

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sdkOf } from '../../support/sdk.ts';
import { startGateway, type TestGateway } from '../../support/test-gateway.ts';

const MIB = 1024 * 1024;
const BUCKET = { Bucket: 'photos' };
const NAMED = { ...BUCKET, Key: 'a b/ü+%?&\'"' };

let gateway: TestGateway;
let s3: S3Client;

beforeAll(async () => {
  gateway = await startGateway();
  s3 = sdkOf(gateway);
});

afterAll(async () => {
  s3.destroy();
  await gateway.close();
});

beforeEach(() => {
  gateway.store.buckets.clear();
  gateway.store.uploads.open.clear();
  gateway.store.calls.length = 0;
  gateway.store.addBucket('photos');
});

const stored = (key: string): Buffer | undefined =>
  gateway.store.buckets.get('photos')?.objects.get(key)?.bytes;

const parametersOf = (operation: string): Record<string, unknown> | undefined =>
  gateway.store.calls.find((call) => call.operation === operation)?.parameters;

async function begin(): Promise<string> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(NAMED));
  return String(UploadId);
}

describe('lib-storage', () => {
  test('uploads a stream in parts, each with a checksum', async () => {
    const bytes = randomBytes(11 * MIB + 17);
    const upload = new Upload({ client: s3, params: { ...NAMED, Body: Readable.from([bytes]) } });
    const { ETag, Location } = await upload.done();
    expect(stored(NAMED.Key)?.equals(bytes)).toBe(true);
    expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(Location).toBe(`${gateway.endpoint}/photos/a%20b/%C3%BC%2B%25%3F%26'%22`.replace("'", '%27'));
    const parts = gateway.store.calls.filter(({ operation }) => operation === 'UploadPart');
    expect(parts.map(({ options }) => options.body?.announced.includes('crc32'))).toEqual([true, true, true]);
    const complete = parametersOf('CompleteMultipartUpload')?.['MultipartUpload'];
    expect(complete).toMatchObject({ Parts: [{ PartNumber: 1, ChecksumCRC32: expect.any(String) }, {}, {}] });
  });

  test('aborts an upload whose source breaks off', async () => {
    const source = Readable.from(
      (function* () {
        yield randomBytes(6 * MIB);
        throw new Error('the disk is gone');
      })(),
    );
    const upload = new Upload({ client: s3, params: { ...NAMED, Body: source } });
    await expect(upload.done()).rejects.toThrow('the disk is gone');
    expect(stored(NAMED.Key)).toBeUndefined();
    expect(gateway.store.uploads.open.size).toBe(0);
  });
});

describe('uploads', () => {
  test('headers, metadata and checksum plan of an upload reach the store', async () => {
    const reply = await s3.send(
      new CreateMultipartUploadCommand({
        ...NAMED,
        ContentType: 'image/png',
        Metadata: { owner: 'zoe' },
        ChecksumAlgorithm: 'CRC64NVME',
        ChecksumType: 'FULL_OBJECT',
      }),
    );
    expect(reply).toMatchObject({ ...NAMED, ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' });
    expect(parametersOf('CreateMultipartUpload')).toEqual({
      ...NAMED,
      ContentType: 'image/png',
      Metadata: { owner: 'zoe' },
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
    });
  });

  test('parts are listed in pages, and the upload among those of the bucket', async () => {
    const UploadId = await begin();
    for (const PartNumber of [3, 1, 2]) {
      await s3.send(new UploadPartCommand({ ...NAMED, UploadId, PartNumber, Body: `part ${PartNumber}` }));
    }
    const first = await s3.send(new ListPartsCommand({ ...NAMED, UploadId, MaxParts: 2 }));
    expect(first).toMatchObject({
      ...NAMED,
      UploadId,
      IsTruncated: true,
      NextPartNumberMarker: '2',
      MaxParts: 2,
    });
    expect(
      first.Parts?.map(({ PartNumber, Size, ChecksumCRC32 }) => [PartNumber, Size, typeof ChecksumCRC32]),
    ).toEqual([
      [1, 6, 'string'],
      [2, 6, 'string'],
    ]);
    const second = await s3.send(new ListPartsCommand({ ...NAMED, UploadId, PartNumberMarker: '2' }));
    expect([second.IsTruncated, second.Parts?.map(({ PartNumber }) => PartNumber)]).toEqual([false, [3]]);
    const uploads = await s3.send(
      new ListMultipartUploadsCommand({ ...BUCKET, Prefix: 'a b/', EncodingType: 'url' }),
    );
    expect(uploads.Uploads?.map(({ Key, UploadId: id }) => [Key, id])).toEqual([
      ['a%20b/%C3%BC%2B%25%3F%26%27%22', UploadId],
    ]);
    expect(uploads).toMatchObject({
      Bucket: 'photos',
      Prefix: 'a%20b/',
      EncodingType: 'url',
      IsTruncated: false,
    });
  });

  test('conditions, checksum and size of a completion reach the store', async () => {
    const UploadId = await begin();
    const { ETag } = await s3.send(
      new UploadPartCommand({ ...NAMED, UploadId, PartNumber: 7, Body: 'hello' }),
    );
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...NAMED,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 7, ETag }] },
        IfNoneMatch: '*',
        ChecksumCRC32: 'AAAAAA==',
        ChecksumType: 'FULL_OBJECT',
        MpuObjectSize: 5,
      }),
    );
    expect(parametersOf('CompleteMultipartUpload')).toEqual({
      ...NAMED,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 7, ETag }] },
      IfNoneMatch: '*',
      ChecksumCRC32: 'AAAAAA==',
      ChecksumType: 'FULL_OBJECT',
      MpuObjectSize: 5,
    });
    expect(stored(NAMED.Key)?.toString()).toBe('hello');
  });

  test('ten thousand parts with checksums fit one document', async () => {
    const UploadId = await begin();
    gateway.store.overrides.set('CompleteMultipartUpload', (parameters) =>
      Promise.resolve({ result: { ...parameters, Location: '/x', ETag: '"x"' }, headers: {} }),
    );
    const Parts = Array.from({ length: 10_000 }, (_unused, at) => ({
      PartNumber: at + 1,
      ETag: '"d41d8cd98f00b204e9800998ecf8427e"',
      ChecksumSHA256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    }));
    await s3.send(new CompleteMultipartUploadCommand({ ...NAMED, UploadId, MultipartUpload: { Parts } }));
    gateway.store.overrides.clear();
    expect(parametersOf('CompleteMultipartUpload')?.['MultipartUpload']).toEqual({ Parts });
  });

  test('an aborted upload is gone', async () => {
    const UploadId = await begin();
    await s3.send(new AbortMultipartUploadCommand({ ...NAMED, UploadId }));
    await expect(s3.send(new ListPartsCommand({ ...NAMED, UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });
});

describe('objects of several parts', () => {
  beforeEach(async () => {
    const UploadId = await begin();
    const Parts = [];
    for (const PartNumber of [1, 2]) {
      const Body = Buffer.alloc(PartNumber * 10, PartNumber);
      const { ETag } = await s3.send(new UploadPartCommand({ ...NAMED, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await s3.send(new CompleteMultipartUploadCommand({ ...NAMED, UploadId, MultipartUpload: { Parts } }));
  });

  test('one part can be read, and its neighbours are counted', async () => {
    const part = await s3.send(new GetObjectCommand({ ...NAMED, PartNumber: 2 }));
    expect(part).toMatchObject({ ContentRange: 'bytes 10-29/30', ContentLength: 20, PartsCount: 2 });
    expect(part.$metadata.httpStatusCode).toBe(206);
    expect(Buffer.from((await part.Body?.transformToByteArray()) ?? [])).toEqual(Buffer.alloc(20, 2));
    const head = await s3.send(new HeadObjectCommand({ ...NAMED, PartNumber: 1 }));
    expect(head).toMatchObject({ ContentLength: 10, PartsCount: 2 });
    expect(head.$metadata.httpStatusCode).toBe(206);
    await expect(s3.send(new GetObjectCommand({ ...NAMED, PartNumber: 3 }))).rejects.toMatchObject({
      name: 'InvalidPartNumber',
      $metadata: { httpStatusCode: 416 },
    });
  });

  test('a part and a range at once are refused', async () => {
    await expect(
      s3.send(new GetObjectCommand({ ...NAMED, PartNumber: 1, Range: 'bytes=0-1' })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('attributes tell what was asked for', async () => {
    const all = await s3.send(
      new GetObjectAttributesCommand({
        ...NAMED,
        ObjectAttributes: ['ETag', 'ObjectParts', 'StorageClass', 'ObjectSize'],
        MaxParts: 10,
        PartNumberMarker: '0',
      }),
    );
    expect(all.ETag).toMatch(/^[0-9a-f]{32}-2$/);
    expect(all).toMatchObject({ ObjectSize: 30, StorageClass: 'STANDARD', LastModified: expect.any(Date) });
    expect(all.ObjectParts).toMatchObject({ TotalPartsCount: 2, IsTruncated: false, MaxParts: 10 });
    expect(all.ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 10],
      [2, 20],
    ]);
    const size = await s3.send(
      new GetObjectAttributesCommand({ ...NAMED, ObjectAttributes: ['ObjectSize'] }),
    );
    expect([size.ObjectSize, size.ETag, size.ObjectParts]).toEqual([30, undefined, undefined]);
  });
});

describe('copies', () => {
  const SOURCE = { ...BUCKET, Key: 'from/ü +%.png' };
  const CopySource = encodeURI(`photos/${SOURCE.Key}`).replace('+', '%2B');
  const body = randomBytes(1000);

  beforeEach(async () => {
    await s3.send(
      new PutObjectCommand({ ...SOURCE, Body: body, ContentType: 'image/png', Metadata: { a: '1' } }),
    );
  });

  test.each([CopySource, `/${CopySource}`, `${CopySource}?versionId=null`])('of %s', async (source) => {
    const { CopyObjectResult } = await s3.send(new CopyObjectCommand({ ...NAMED, CopySource: source }));
    expect(CopyObjectResult).toMatchObject({
      ETag: expect.stringMatching(/^"/),
      LastModified: expect.any(Date),
    });
    expect(stored(NAMED.Key)?.equals(body)).toBe(true);
    const { ContentType, Metadata } = await s3.send(new HeadObjectCommand(NAMED));
    expect([ContentType, Metadata]).toEqual(['image/png', { a: '1' }]);
  });

  test('replace metadata when told to, and only then', async () => {
    const copy = { ...NAMED, CopySource, ContentType: 'text/plain', Metadata: { b: '2' } };
    const directive = (): unknown => gateway.store.calls.at(-1)?.parameters['MetadataDirective'];
    await s3.send(new CopyObjectCommand(copy));
    // Policies may ask whether the client said so.
    expect(directive()).toBeUndefined();
    expect((await s3.send(new HeadObjectCommand(NAMED))).ContentType).toBe('image/png');
    await s3.send(new CopyObjectCommand({ ...copy, MetadataDirective: 'REPLACE' }));
    expect(directive()).toBe('REPLACE');
    const { ContentType, Metadata } = await s3.send(new HeadObjectCommand(NAMED));
    expect([ContentType, Metadata]).toEqual(['text/plain', { b: '2' }]);
  });

  test('heed conditions on their source', async () => {
    await expect(
      s3.send(new CopyObjectCommand({ ...NAMED, CopySource, CopySourceIfMatch: '"other"' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(stored(NAMED.Key)).toBeUndefined();
  });

  test.each([
    [`${CopySource}?versionId=abc`, 'NoSuchVersion'],
    ['photos', 'InvalidArgument'],
    ['photos/', 'InvalidArgument'],
    ['photos/%zz', 'InvalidArgument'],
    ['Photos_/k', 'InvalidArgument'],
    ['arn:aws:s3:eu-central-1:1:accesspoint/a/object/k', 'NotImplemented'],
    ['photos/absent', 'NoSuchKey'],
    [`photos/${'k'.repeat(1025)}`, 'KeyTooLongError'],
  ])('of %s are refused with %s', async (source, name) => {
    await expect(s3.send(new CopyObjectCommand({ ...NAMED, CopySource: source }))).rejects.toMatchObject({
      name,
    });
    expect(stored(NAMED.Key)).toBeUndefined();
  });

  test('become parts, whole or a range', async () => {
    const UploadId = await begin();
    const part = { ...NAMED, UploadId, CopySource };
    await s3.send(new UploadPartCopyCommand({ ...part, PartNumber: 1 }));
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({ ...part, PartNumber: 2, CopySourceRange: 'bytes=100-199' }),
    );
    const Parts = gateway.store.uploads.open.get(UploadId)?.parts;
    expect(Parts?.get(1)?.bytes.equals(body)).toBe(true);
    expect(Parts?.get(2)?.bytes.equals(body.subarray(100, 200))).toBe(true);
    expect(CopyPartResult?.ETag).toBe(Parts?.get(2)?.etag);
  });

  test.each(['bytes=5-', 'bytes=-5', 'bytes=9-3', '0-3', 'bytes=0-1,4-5'])(
    'of the malformed range %s are refused',
    async (CopySourceRange) => {
      const UploadId = await begin();
      await expect(
        s3.send(
          new UploadPartCopyCommand({ ...NAMED, UploadId, CopySource, PartNumber: 1, CopySourceRange }),
        ),
      ).rejects.toMatchObject({ name: 'InvalidArgument' });
    },
  );
});
