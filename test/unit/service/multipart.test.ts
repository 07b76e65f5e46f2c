// Multipart uploads in AWS words, over the real objects room on memory peers.

import { createHash, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { bodyOf, collect } from '../../../src/core/body.ts';
import { PART_BYTES_MAX } from '../../../src/core/limits.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { ACCOUNT, benchOn, OTHER_ACCOUNT, type ServiceBench } from '../../support/service-bench.ts';

const WHERE = { Bucket: 'photos', Key: '2026/film & more.mp4' };
const MIB_5 = 5 * 1024 * 1024;
const NOBODY = 'f'.repeat(32);

let bench: ServiceBench;
let stores: ObjectBench;
beforeEach(async () => {
  stores = new ObjectBench();
  bench = await benchOn(stores);
});

async function begin(parameters: Record<string, unknown> = {}): Promise<{ UploadId: string } & typeof WHERE> {
  const { result } = await bench.ask('CreateMultipartUpload', { ...WHERE, ...parameters });
  return { ...WHERE, UploadId: result.UploadId };
}

async function upload(
  at: object,
  PartNumber: number,
  bytes: Uint8Array | string,
  ChecksumAlgorithm?: string,
): Promise<string> {
  const body = bodyOf(Buffer.from(bytes));
  return (
    await bench.ask(
      'UploadPart',
      { ...at, PartNumber, ...(ChecksumAlgorithm && { ChecksumAlgorithm }) },
      { body },
    )
  ).result.ETag;
}

function md5(bytes: Uint8Array | string): string {
  return createHash('md5').update(bytes).digest('hex');
}

describe('an upload in parts', () => {
  test('becomes one object that is read whole, by range and by part', async () => {
    const at = await begin({ ContentType: 'video/mp4', Metadata: { Camera: 'X100' } });
    const first = randomBytes(MIB_5);
    const Parts = [
      { PartNumber: 1, ETag: await upload(at, 1, first) },
      { PartNumber: 2, ETag: await upload(at, 2, 'the end') },
    ];
    const tag = md5(Buffer.from(md5(first) + md5('the end'), 'hex'));
    expect(
      (await bench.ask('CompleteMultipartUpload', { ...at, MultipartUpload: { Parts } })).result,
    ).toEqual({
      ...WHERE,
      Location: '/photos/2026/film%20%26%20more.mp4',
      ETag: `"${tag}-2"`,
    });
    expect((await bench.ask('HeadObject', WHERE)).result).toMatchObject({
      ContentLength: MIB_5 + 7,
      ContentType: 'video/mp4',
      Metadata: { camera: 'X100' },
    });
    const part = await bench.ask('GetObject', { ...WHERE, PartNumber: 2 });
    expect(part.result).toMatchObject({
      ContentLength: 7,
      ContentRange: `bytes ${MIB_5}-${MIB_5 + 6}/${MIB_5 + 7}`,
      PartsCount: 2,
    });
    expect((await collect(part.body!.bytes, 100)).toString()).toBe('the end');
    const across = await bench.ask('GetObject', { ...WHERE, Range: `bytes=${MIB_5 - 2}-${MIB_5 + 2}` });
    const expected = Buffer.concat([first.subarray(-2), Buffer.from('the')]);
    expect(await collect(across.body!.bytes, 100)).toEqual(expected);
    expect(across.result).not.toHaveProperty('PartsCount');
  });

  test('can be aborted once', async () => {
    const at = await begin();
    await upload(at, 1, 'x');
    expect((await bench.ask('AbortMultipartUpload', at)).result).toEqual({});
    for (const operation of ['AbortMultipartUpload', 'ListParts', 'CompleteMultipartUpload'] as const) {
      expect(await bench.refusalCode(operation, at)).toBe('NoSuchUpload');
    }
    expect(await bench.refusalCode('UploadPart', { ...at, PartNumber: 1 }, { body: 'x' })).toBe(
      'NoSuchUpload',
    );
  });

  test('takes a part from a range of an object', async () => {
    await bench.ask('PutObject', { Bucket: 'photos', Key: 'old name' }, { body: 'a long sentence' });
    const at = await begin();
    const copy = { ...at, PartNumber: 1, CopySource: '/photos/old%20name' };
    const { result } = await bench.ask('UploadPartCopy', { ...copy, CopySourceRange: 'bytes=2-5' });
    expect(result.CopyPartResult.ETag).toBe(`"${md5('long')}"`);
    const refusal = await bench.refusal('UploadPartCopy', { ...copy, CopySourceRange: 'bytes=2-15' });
    expect(refusal).toMatchObject({
      code: 'InvalidArgument',
      message: 'Range specified is not valid for source object of size: 15',
    });
    for (const CopySourceRange of ['bytes=2-', '2-5', 'bytes=5-2', 'bytes=-1']) {
      expect(await bench.refusalCode('UploadPartCopy', { ...copy, CopySourceRange })).toBe('InvalidArgument');
    }
    expect(await bench.refusalCode('UploadPartCopy', { ...copy, CopySource: 'photos/none' })).toBe(
      'NoSuchKey',
    );
  });
});

describe('the checksum of an upload', () => {
  test('is of the checksums, and told for object and parts', async () => {
    const at = await begin({ ChecksumAlgorithm: 'SHA256' });
    expect(
      await bench.refusalCode('UploadPart', { ...at, PartNumber: 1 }, { body: bodyOf(Buffer.from('meow')) }),
    ).toBe('InvalidRequest');
    await upload(at, 1, 'meow', 'SHA256');
    const { result } = await bench.ask('CompleteMultipartUpload', at);
    const inner = createHash('sha256').update('meow').digest();
    const outer = createHash('sha256').update(inner).digest('base64');
    expect(result).toMatchObject({ ChecksumSHA256: `${outer}-1`, ChecksumType: 'COMPOSITE' });
    const whole = await bench.ask('HeadObject', { ...WHERE, ChecksumMode: 'ENABLED' });
    expect(whole.result).toMatchObject({ ChecksumSHA256: `${outer}-1`, ChecksumType: 'COMPOSITE' });
    const part = await bench.ask('HeadObject', { ...WHERE, ChecksumMode: 'ENABLED', PartNumber: 1 });
    expect(part.result).toMatchObject({
      ChecksumSHA256: inner.toString('base64'),
      ChecksumType: 'COMPOSITE',
    });
    const attributes = await bench.ask('GetObjectAttributes', { ...WHERE, ObjectAttributes: ['Checksum'] });
    expect(attributes.result.Checksum).toEqual({ ChecksumSHA256: outer, ChecksumType: 'COMPOSITE' });
    const listed = await bench.ask('ListObjectsV2', { Bucket: 'photos' });
    expect(listed.result.Contents?.[0]).toMatchObject({ ChecksumAlgorithm: ['SHA256'] });
  });

  test('is of the whole object where the algorithm allows it', async () => {
    const at = await begin({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    await upload(at, 1, 'meow');
    const claim = { ...at, ChecksumCRC32: 'ihBq/g==', ChecksumType: 'FULL_OBJECT' };
    expect(await bench.refusalCode('CompleteMultipartUpload', { ...claim, ChecksumCRC32: 'AAAAAA==' })).toBe(
      'BadDigest',
    );
    expect((await bench.ask('CompleteMultipartUpload', claim)).result).toMatchObject({
      ChecksumCRC32: 'ihBq/g==',
      ChecksumType: 'FULL_OBJECT',
    });
  });

  test.each([
    [{ ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' }],
    [{ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }],
    [{ ChecksumType: 'COMPOSITE' }],
  ])('%j is refused', async (parameters) => {
    expect(await bench.refusalCode('CreateMultipartUpload', { ...WHERE, ...parameters })).toBe(
      'InvalidRequest',
    );
  });

  test('that a part claims wrongly refuses the part', async () => {
    const at = await begin({ ChecksumAlgorithm: 'CRC32' });
    const claim = { ...at, PartNumber: 1, ChecksumCRC32: 'AAAAAA==' };
    const refused = bench.ask('UploadPart', claim, { body: 'meow' });
    await expect(refused).rejects.toMatchObject({ code: 'body-digest-mismatch' });
    expect((await bench.ask('ListParts', at)).result).not.toHaveProperty('Parts');
  });
});

describe('a completion answers', () => {
  test('InvalidPart, InvalidPartOrder and EntityTooSmall with what is wrong', async () => {
    const at = await begin();
    const one = { PartNumber: 1, ETag: await upload(at, 1, 'small') };
    const two = { PartNumber: 2, ETag: await upload(at, 2, 'last') };
    const refusal = (...Parts: object[]) =>
      bench.refusal('CompleteMultipartUpload', { ...at, MultipartUpload: { Parts } });
    expect(await refusal({ ...one, ETag: two.ETag })).toMatchObject({
      code: 'InvalidPart',
      fields: { UploadId: at.UploadId, PartNumber: '1', ETag: two.ETag },
    });
    expect(await refusal(two, one)).toMatchObject({ code: 'InvalidPartOrder' });
    expect(await refusal(one, two)).toMatchObject({
      code: 'EntityTooSmall',
      fields: { ProposedSize: '5', MinSizeAllowed: '5242880', PartNumber: '1', ETag: md5('small') },
    });
    expect(await refusal({ ...one, PartNumber: 0 })).toMatchObject({ code: 'InvalidArgument' });
  });

  test('MalformedXML without any part, InvalidRequest for another size', async () => {
    const at = await begin();
    expect(await bench.refusalCode('CompleteMultipartUpload', at)).toBe('MalformedXML');
    await upload(at, 1, 'four');
    expect(await bench.refusalCode('CompleteMultipartUpload', { ...at, MpuObjectSize: 5 })).toBe(
      'InvalidRequest',
    );
  });

  test('PreconditionFailed when the key is taken', async () => {
    const at = await begin();
    await upload(at, 1, 'x');
    await bench.ask('PutObject', WHERE, { body: 'there' });
    expect(await bench.refusalCode('CompleteMultipartUpload', { ...at, IfNoneMatch: '*' })).toBe(
      'PreconditionFailed',
    );
  });

  test('the same when it is repeated', async () => {
    const at = await begin();
    await upload(at, 1, 'x');
    const first = await bench.ask('CompleteMultipartUpload', at);
    expect(await bench.ask('CompleteMultipartUpload', at)).toEqual(first);
  });
});

describe('limits', () => {
  test('part numbers go from 1 to 10 000', async () => {
    const at = await begin();
    for (const PartNumber of [0, -1, 10_001]) {
      expect(await bench.refusalCode('UploadPart', { ...at, PartNumber }, { body: 'x' })).toBe(
        'InvalidArgument',
      );
      expect(await bench.refusalCode('GetObject', { ...WHERE, PartNumber })).toBe('InvalidArgument');
    }
  });

  test('a part has at most 5 GiB', async () => {
    const at = await begin();
    const body = { ...bodyOf(Buffer.alloc(0)), lengthBytes: PART_BYTES_MAX + 1 };
    expect(await bench.refusalCode('UploadPart', { ...at, PartNumber: 1 }, { body })).toBe('EntityTooLarge');
  });

  test('a range and a part number exclude each other, and a part must be there', async () => {
    await bench.ask('PutObject', WHERE, { body: 'plain' });
    expect(await bench.refusalCode('GetObject', { ...WHERE, PartNumber: 1, Range: 'bytes=0-1' })).toBe(
      'InvalidRequest',
    );
    const { result } = await bench.ask('GetObject', { ...WHERE, PartNumber: 1 });
    expect(result).toMatchObject({ ContentLength: 5, ContentRange: 'bytes 0-4/5' });
    expect(result).not.toHaveProperty('PartsCount');
    expect(await bench.refusalCode('GetObject', { ...WHERE, PartNumber: 2 })).toBe('InvalidPartNumber');
  });
});

describe('listings', () => {
  test('of parts come in pages', async () => {
    const at = await begin({ ChecksumAlgorithm: 'CRC32' });
    for (const number of [1, 2, 5]) await upload(at, number, 'meow', 'CRC32');
    const first = (await bench.ask('ListParts', { ...at, MaxParts: 2 })).result;
    expect(first).toMatchObject({
      PartNumberMarker: '0',
      NextPartNumberMarker: '2',
      IsTruncated: true,
      ChecksumAlgorithm: 'CRC32',
      ChecksumType: 'COMPOSITE',
      Initiator: { ID: ACCOUNT },
      Parts: [
        { PartNumber: 1, Size: 4, ETag: `"${md5('meow')}"`, ChecksumCRC32: 'ihBq/g==' },
        { PartNumber: 2 },
      ],
    });
    const next = await bench.ask('ListParts', { ...at, PartNumberMarker: first.NextPartNumberMarker });
    expect(next.result).toMatchObject({ IsTruncated: false, MaxParts: 1000, Parts: [{ PartNumber: 5 }] });
    expect(await bench.refusalCode('ListParts', { ...at, PartNumberMarker: 'x' })).toBe('InvalidArgument');
    expect(await bench.refusalCode('ListParts', { ...at, MaxParts: -1 })).toBe('InvalidArgument');
  });

  test('name who began an upload, and who will own the object', async () => {
    const Rules = [{ ObjectOwnership: 'ObjectWriter' }];
    await bench.ask('PutBucketOwnershipControls', { Bucket: 'photos', OwnershipControls: { Rules } });
    await bench.ask('PutBucketAcl', { Bucket: 'photos', ACL: 'public-read-write' });
    await bench.ask('CreateMultipartUpload', WHERE, { account: OTHER_ACCOUNT });
    const other = { ID: OTHER_ACCOUNT, DisplayName: OTHER_ACCOUNT };
    const { Uploads } = (await bench.ask('ListMultipartUploads', { Bucket: 'photos' })).result;
    expect(Uploads).toMatchObject([{ Initiator: other, Owner: other }]);
  });

  test('of uploads come in pages', async () => {
    const keys = ['a', 'b', 'b'];
    for (const Key of keys) await bench.ask('CreateMultipartUpload', { Bucket: 'photos', Key });
    const first = (await bench.ask('ListMultipartUploads', { Bucket: 'photos', MaxUploads: 2 })).result;
    expect(first).toMatchObject({
      IsTruncated: true,
      NextKeyMarker: 'b',
      Uploads: [{ Key: 'a' }, { Key: 'b' }],
    });
    expect(first.NextUploadIdMarker).toBe(first.Uploads?.[1]?.UploadId);
    const markers = { KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker };
    const rest = (await bench.ask('ListMultipartUploads', { Bucket: 'photos', ...markers })).result;
    expect(rest).toMatchObject({ IsTruncated: false, Uploads: [{ Key: 'b', StorageClass: 'STANDARD' }] });
    expect(rest).not.toHaveProperty('NextKeyMarker');
    const none = (await bench.ask('ListMultipartUploads', { Bucket: 'photos', MaxUploads: 0 })).result;
    expect(none).toMatchObject({ IsTruncated: false, MaxUploads: 0 });
  });
});

describe('GetObjectAttributes', () => {
  test('tells what is asked for, parts in pages', async () => {
    const at = await begin({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    await upload(at, 1, randomBytes(MIB_5));
    await upload(at, 4, 'meow');
    const { result: completed } = await bench.ask('CompleteMultipartUpload', at);
    const part = await bench.ask('HeadObject', { ...WHERE, ChecksumMode: 'ENABLED', PartNumber: 4 });
    expect(part.result).not.toHaveProperty('ChecksumCRC32');
    const all = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];
    const asked = { ...WHERE, ObjectAttributes: all, MaxParts: 1, PartNumberMarker: '1' };
    expect((await bench.ask('GetObjectAttributes', asked)).result).toEqual({
      LastModified: expect.any(String),
      ETag: completed.ETag.replaceAll('"', ''),
      Checksum: { ChecksumCRC32: completed.ChecksumCRC32, ChecksumType: 'FULL_OBJECT' },
      ObjectParts: {
        TotalPartsCount: 2,
        PartNumberMarker: '1',
        NextPartNumberMarker: '4',
        MaxParts: 1,
        IsTruncated: false,
        Parts: [{ PartNumber: 4, Size: 4, ChecksumCRC32: 'ihBq/g==' }],
      },
      StorageClass: 'STANDARD',
      ObjectSize: MIB_5 + 4,
    });
  });

  test('has no parts for a plain object, and no answer for none', async () => {
    const asked = { ...WHERE, ObjectAttributes: ['ObjectParts', 'Checksum', 'ObjectSize'] };
    expect(await bench.refusalCode('GetObjectAttributes', asked)).toBe('NoSuchKey');
    await bench.ask('PutObject', WHERE, { body: 'meow' });
    expect((await bench.ask('GetObjectAttributes', asked)).result).toEqual({
      LastModified: expect.any(String),
      ObjectSize: 4,
    });
  });
});

describe('access', () => {
  test('is checked before anything else is told', async () => {
    const at = { ...WHERE, UploadId: NOBODY };
    const requests = [
      ['CreateMultipartUpload', WHERE],
      ['UploadPart', { ...at, PartNumber: 1 }],
      ['UploadPartCopy', { ...at, PartNumber: 1, CopySource: 'photos/a' }],
      ['CompleteMultipartUpload', at],
      ['AbortMultipartUpload', at],
      ['ListParts', at],
      ['ListMultipartUploads', { Bucket: 'photos' }],
      ['CopyObject', { ...WHERE, CopySource: 'photos/a' }],
      ['GetObjectAttributes', { ...WHERE, ObjectAttributes: ['ETag'] }],
    ] as const;
    for (const [operation, parameters] of requests) {
      for (const account of [OTHER_ACCOUNT, undefined]) {
        const refusal = await bench.refusalCode(operation, parameters, { account, body: 'x' });
        expect([operation, refusal]).toEqual([operation, 'AccessDenied']);
      }
    }
  });

  test.each([
    ['s3:AbortMultipartUpload', 'AbortMultipartUpload'],
    ['s3:ListMultipartUploadParts', 'ListParts'],
    ['s3:ListBucketMultipartUploads', 'ListMultipartUploads'],
    ['s3:PutObject', 'CompleteMultipartUpload'],
  ] as const)('needs %s for %s', async (action, operation) => {
    const at = await begin();
    await upload(at, 1, 'x');
    const parameters = operation === 'ListMultipartUploads' ? { Bucket: 'photos' } : at;
    const asked = { principalArn: 'arn:aws:iam::123456789012:user/one' };
    bench.policies.set(asked.principalArn, [{ bucket: 'photos', actions: ['s3:GetObject'] }]);
    expect(await bench.refusalCode(operation, parameters, asked)).toBe('AccessDenied');
    bench.policies.set(asked.principalArn, [{ bucket: 'photos', actions: [action] }]);
    await expect(bench.ask(operation, parameters, asked)).resolves.toBeDefined();
  });

  test('an id that we did not make is no upload', async () => {
    for (const UploadId of ['../x', 'F'.repeat(32), NOBODY]) {
      expect(await bench.refusalCode('ListParts', { ...WHERE, UploadId })).toBe('NoSuchUpload');
    }
  });
});
