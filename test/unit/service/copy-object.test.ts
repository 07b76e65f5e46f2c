import { beforeEach, describe, expect, test } from '@jest/globals';
import { collect } from '../../../src/core/body.ts';
import { parseCopySource } from '../../../src/service/copy-source.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { benchOn, OTHER_ACCOUNT, type ServiceBench } from '../../support/service-bench.ts';

const SOURCE = { Bucket: 'photos', Key: 'ä/cat+1?.txt' };
const COPY = { Bucket: 'photos', Key: 'copy', CopySource: '/photos/%C3%A4/cat%2B1%3F.txt' };
const ETAG = '"4a4be40c96ac6314e91d93f38043a634"';

let bench: ServiceBench;
beforeEach(async () => {
  bench = await benchOn(new ObjectBench());
  await bench.ask(
    'PutObject',
    { ...SOURCE, ContentType: 'text/plain', Metadata: { colour: 'blue' } },
    { body: 'meow' },
  );
});

describe('CopyObject', () => {
  test('copies bytes, content headers and metadata', async () => {
    const { result } = await bench.ask('CopyObject', COPY);
    expect(result.CopyObjectResult).toEqual({ ETag: ETAG, LastModified: expect.any(String) });
    const copy = await bench.ask('GetObject', { Bucket: 'photos', Key: 'copy' });
    expect(copy.result).toMatchObject({ ContentType: 'text/plain', Metadata: { colour: 'blue' } });
    expect((await collect(copy.body!.bytes, 100)).toString()).toBe('meow');
  });

  test('takes new metadata with REPLACE only', async () => {
    const fresh = { ContentType: 'image/png', Metadata: { shape: 'round' } };
    await bench.ask('CopyObject', { ...COPY, ...fresh });
    const asSource = await bench.ask('HeadObject', { Bucket: 'photos', Key: 'copy' });
    expect(asSource.result).toMatchObject({ ContentType: 'text/plain', Metadata: { colour: 'blue' } });
    await bench.ask('CopyObject', { ...COPY, ...fresh, MetadataDirective: 'REPLACE' });
    const replaced = await bench.ask('HeadObject', { Bucket: 'photos', Key: 'copy' });
    expect(replaced.result).toMatchObject({ ContentType: 'image/png', Metadata: { shape: 'round' } });
  });

  test('does not take storage class and redirect over; a new class is a change', async () => {
    const StorageClass = 'STANDARD_IA';
    const onto = { ...COPY, Key: SOURCE.Key, StorageClass, WebsiteRedirectLocation: '/home' };
    await bench.ask('CopyObject', onto);
    const changed = { StorageClass, WebsiteRedirectLocation: '/home', Metadata: { colour: 'blue' } };
    expect((await bench.ask('HeadObject', SOURCE)).result).toMatchObject(changed);
    await bench.ask('CopyObject', COPY);
    const copy = (await bench.ask('HeadObject', { Bucket: 'photos', Key: 'copy' })).result;
    expect(copy).not.toHaveProperty('StorageClass');
    expect(copy).not.toHaveProperty('WebsiteRedirectLocation');
  });

  test('refuses a copy onto itself that changes nothing, in the words of AWS', async () => {
    const onto = { ...COPY, Key: SOURCE.Key };
    const refusal = await bench.refusal('CopyObject', onto);
    expect(refusal.code).toBe('InvalidRequest');
    expect(refusal.message).toContain('trying to copy an object to itself without changing');
    await expect(bench.ask('CopyObject', { ...onto, MetadataDirective: 'REPLACE' })).resolves.toBeDefined();
  });

  test('adds the checksum that is asked for', async () => {
    const { result } = await bench.ask('CopyObject', { ...COPY, ChecksumAlgorithm: 'CRC32' });
    expect(result.CopyObjectResult).toMatchObject({ ChecksumCRC32: 'ihBq/g==', ChecksumType: 'FULL_OBJECT' });
  });

  test('holds the conditions of both sides', async () => {
    expect(await bench.refusalCode('CopyObject', { ...COPY, CopySourceIfMatch: 'x' })).toBe(
      'PreconditionFailed',
    );
    expect(await bench.refusalCode('CopyObject', { ...COPY, CopySourceIfNoneMatch: ETAG })).toBe(
      'PreconditionFailed',
    );
    await expect(
      bench.ask('CopyObject', { ...COPY, CopySourceIfMatch: ETAG, IfNoneMatch: '*' }),
    ).resolves.toBeDefined();
    expect(await bench.refusalCode('CopyObject', { ...COPY, IfNoneMatch: '*' })).toBe('PreconditionFailed');
  });

  test('names the source that is not there', async () => {
    expect(await bench.refusal('CopyObject', { ...COPY, CopySource: 'photos/dog' })).toMatchObject({
      code: 'NoSuchKey',
      fields: { Key: 'dog' },
    });
    expect(await bench.refusal('CopyObject', { ...COPY, CopySource: 'nowhere/dog' })).toMatchObject({
      code: 'NoSuchBucket',
      fields: { BucketName: 'nowhere' },
    });
  });

  test('needs s3:GetObject on the source and s3:PutObject on the destination', async () => {
    await bench.ask('CreateBucket', { Bucket: 'theirs' }, { account: OTHER_ACCOUNT });
    expect(await bench.refusalCode('CopyObject', { ...COPY, CopySource: 'theirs/a' })).toBe('AccessDenied');
    expect(await bench.refusalCode('CopyObject', { ...COPY, Bucket: 'theirs' })).toBe('AccessDenied');
    const asked = { principalArn: 'arn:aws:iam::123456789012:user/one' };
    for (const actions of [['s3:GetObject'], ['s3:PutObject']]) {
      bench.policies.set(asked.principalArn, [{ bucket: '*', actions }]);
      expect(await bench.refusalCode('CopyObject', COPY, asked)).toBe('AccessDenied');
    }
    bench.policies.set(asked.principalArn, [{ bucket: '*', actions: ['s3:GetObject', 's3:PutObject'] }]);
    await expect(bench.ask('CopyObject', COPY, asked)).resolves.toBeDefined();
    expect(await bench.refusalCode('CopyObject', { ...COPY, ExpectedSourceBucketOwner: OTHER_ACCOUNT })).toBe(
      'AccessDenied',
    );
  });
});

describe('CopySource', () => {
  test.each([
    ['b/k', 'k'],
    ['/b/k', 'k'],
    ['b/k?versionId=null', 'k'],
    ['b/a%3FversionId=x', 'a?versionId=x'],
    ['b/%2Fa//b/', '/a//b/'],
    ['b/a+b', 'a+b'],
  ])('%s is the key %s', (text, key) => {
    expect(parseCopySource(text)).toMatchObject({ bucketName: 'b', key });
  });

  test.each([
    ['b', 'InvalidArgument'],
    ['b/', 'InvalidArgument'],
    ['/', 'InvalidArgument'],
    ['b/%zz', 'InvalidArgument'],
  ])('%s is refused', (text, code) => {
    expect(() => parseCopySource(text)).toThrow(expect.objectContaining({ code }));
  });
});
