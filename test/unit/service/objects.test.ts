import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { collect } from '../../../src/core/body.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import { benchWithBucket, type ServiceBench } from '../../support/service-bench.ts';

const OBJECT = { Bucket: 'photos', Key: 'cat' };
const ETAG = '"4a4be40c96ac6314e91d93f38043a634"';
const CRC32_OF_MEOW = 'ihBq/g==';

let bench: ServiceBench;
beforeEach(async () => {
  bench = await benchWithBucket();
});

async function bodyText(parameters: Record<string, unknown>): Promise<string> {
  const { body } = await bench.ask('GetObject', parameters);
  return (await collect(body!.bytes, 1024)).toString();
}

describe('PutObject', () => {
  test('answers with the quoted tag and nothing to worry about', async () => {
    expect(await bench.ask('PutObject', OBJECT, { body: 'meow' })).toEqual({
      result: { ETag: ETAG },
      headers: {},
    });
  });

  test('keeps content headers and metadata, and gives them back', async () => {
    const content = {
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      ContentDisposition: 'inline',
      ContentEncoding: 'gzip',
      ContentLanguage: 'en',
      Expires: 'Thu, 01 Dec 2033 16:00:00 GMT',
    };
    const written = { ...OBJECT, ...content, Metadata: { Camera: 'X100', 'shot-by': '' } };
    await bench.ask('PutObject', written, { body: 'meow' });
    for (const operation of ['GetObject', 'HeadObject'] as const) {
      const { result } = await bench.ask(operation, OBJECT);
      expect(result).toEqual({
        ...content,
        AcceptRanges: 'bytes',
        ContentLength: 4,
        ETag: ETAG,
        LastModified: '2026-11-22T10:00:00.500Z',
        Metadata: { camera: 'X100', 'shot-by': '' },
      });
    }
  });

  test('keeps storage class and redirect', async () => {
    const own = { StorageClass: 'STANDARD_IA', WebsiteRedirectLocation: '/home' };
    await bench.ask('PutObject', { ...OBJECT, ...own }, { body: 'meow' });
    expect((await bench.ask('HeadObject', OBJECT)).result).toMatchObject(own);
    const listed = await bench.ask('ListObjectsV2', { Bucket: 'photos' });
    expect(listed.result.Contents?.[0]?.StorageClass).toBe('STANDARD_IA');
  });

  test.each([
    [{ StorageClass: 'GLACIER' }, 'InvalidStorageClass'],
    [{ WebsiteRedirectLocation: 'ftp://example.com' }, 'InvalidRedirectLocation'],
  ])('refuses %j', async (parameters, code) => {
    expect(await bench.refusalCode('PutObject', { ...OBJECT, ...parameters }, { body: 'meow' })).toBe(code);
  });

  test('turns the time of a Go struct into an HTTP date', async () => {
    await bench.ask('PutObject', { ...OBJECT, Expires: '2033-12-01T16:00:00Z' }, { body: 'meow' });
    expect((await bench.ask('HeadObject', OBJECT)).result.Expires).toBe('Thu, 01 Dec 2033 16:00:00 GMT');
  });

  test('keeps an Expires that is no date, as AWS does', async () => {
    await bench.ask('PutObject', { ...OBJECT, Expires: 'soon' }, { body: 'meow' });
    expect((await bench.ask('HeadObject', OBJECT)).result.Expires).toBe('soon');
  });

  test('reports missing shards and a pool that fills up', async () => {
    bench.objects.degradedShards = 2;
    bench.objects.nearFull = true;
    const { headers } = await bench.ask('PutObject', OBJECT, { body: 'meow' });
    expect(headers).toEqual({ 'X-Spx-Degraded-Write': '2', 'X-Predastore-Pool-Pressure': 'nearfull' });
  });

  test.each([
    ['precondition-failed', 'PreconditionFailed'],
    ['no-such-key', 'NoSuchKey'],
    ['no-such-bucket', 'NoSuchBucket'],
    ['conflict', 'ConditionalRequestConflict'],
  ] as const)('answers %s with %s', async (kind, code) => {
    bench.objects.nextPut = { kind };
    expect(await bench.refusalCode('PutObject', OBJECT, { body: 'meow' })).toBe(code);
  });

  test('hands conditions over as they came', async () => {
    await bench.ask('PutObject', OBJECT, { body: 'meow' });
    expect(await bench.refusalCode('PutObject', { ...OBJECT, IfNoneMatch: '*' }, { body: 'bark' })).toBe(
      'PreconditionFailed',
    );
    const missing = { Bucket: 'photos', Key: 'dog', IfMatch: ETAG };
    expect(await bench.refusal('PutObject', missing, { body: 'x' })).toMatchObject({
      code: 'NoSuchKey',
      fields: { Key: 'dog' },
    });
    await expect(
      bench.ask('PutObject', { ...OBJECT, IfMatch: ETAG }, { body: 'bark' }),
    ).resolves.toBeDefined();
  });

  test('needs a body, of the length that was declared', async () => {
    expect(await bench.refusalCode('PutObject', OBJECT)).toBe('MissingContentLength');
    const short = { ...OBJECT, ContentLength: 5 };
    expect(await bench.refusalCode('PutObject', short, { body: 'meow' })).toBe('IncompleteBody');
  });

  test('refuses a body that no object can hold before reading it', async () => {
    const body = {
      lengthBytes: 6 * 2 ** 40,
      announced: [],
      claims: () => [],
      bytes: (async function* () {
        throw new Error('read');
        yield Buffer.alloc(0);
      })(),
    };
    expect(await bench.refusalCode('PutObject', OBJECT, { body })).toBe('EntityTooLarge');
  });
});

describe('keys', () => {
  test('may have 1024 bytes of UTF-8 and no more', async () => {
    const longest = 'é'.repeat(512);
    await expect(bench.ask('PutObject', { ...OBJECT, Key: longest }, { body: '' })).resolves.toBeDefined();
    for (const operation of ['PutObject', 'GetObject', 'HeadObject', 'DeleteObject'] as const) {
      const error = await bench.refusal(operation, { ...OBJECT, Key: `${longest}a` }, { body: '' });
      expect(error).toMatchObject({
        code: 'KeyTooLongError',
        fields: { Size: '1025', MaxSizeAllowed: '1024' },
      });
    }
  });

  test('are opaque: dots, slashes and control characters are theirs', async () => {
    for (const key of ['../..', '.', '/', 'a//b/', '\u0000', ' ', '*', '>']) {
      await bench.ask('PutObject', { ...OBJECT, Key: key }, { body: key });
      expect(await bodyText({ ...OBJECT, Key: key })).toBe(key);
    }
  });

  test('without a UTF-8 form are refused', async () => {
    expect(await bench.refusalCode('PutObject', { ...OBJECT, Key: 'a\ud800' }, { body: '' })).toBe(
      'InvalidURI',
    );
  });
});

describe('user metadata', () => {
  test('may have 2 KiB, names and values together', async () => {
    const exact = { ab: 'x'.repeat(2046) };
    await expect(bench.ask('PutObject', { ...OBJECT, Metadata: exact }, { body: '' })).resolves.toBeDefined();
    const over = { ...OBJECT, Metadata: { ab: 'x'.repeat(2047) } };
    expect(await bench.refusalCode('PutObject', over, { body: '' })).toBe('MetadataTooLarge');
  });

  test('cannot name the same thing twice, or smuggle a header', async () => {
    const twice = { ...OBJECT, Metadata: { A: '1', a: '2' } };
    expect(await bench.refusalCode('PutObject', twice, { body: '' })).toBe('InvalidArgument');
    const split = { ...OBJECT, Metadata: { a: '1\r\nX-Evil: 1' } };
    expect(await bench.refusalCode('PutObject', split, { body: '' })).toBe('ValidationError');
  });

  test('called __proto__ is metadata like any other', async () => {
    const metadata = JSON.parse('{"__proto__":"1"}') as object;
    await bench.ask('PutObject', { ...OBJECT, Metadata: metadata }, { body: '' });
    const { result } = await bench.ask('HeadObject', OBJECT);
    expect(Object.entries(result.Metadata)).toEqual([['__proto__', '1']]);
  });
});

describe('digests', () => {
  test('given as parameters become claims of the body', async () => {
    const md5 = createHash('md5').update('meow').digest();
    const given = { ...OBJECT, ContentMD5: md5.toString('base64'), ChecksumCRC32: CRC32_OF_MEOW };
    await bench.ask('PutObject', given, { body: 'meow' });
    const { body } = bench.objects.lastPut!;
    expect(body.announced).toEqual(['crc32']);
    expect(body.claims()).toEqual([
      { algorithm: 'md5', digest: md5 },
      { algorithm: 'crc32', digest: Buffer.from(CRC32_OF_MEOW, 'base64'), ofChecksum: true },
    ]);
  });

  test('the body brought itself are kept beside them', async () => {
    const own = { algorithm: 'sha256' as const, digest: Buffer.alloc(32), signedPayload: true };
    const body = {
      lengthBytes: 0,
      announced: ['sha256' as const],
      claims: () => [own],
      bytes: (async function* () {})(),
    };
    await bench.ask('PutObject', { ...OBJECT, ChecksumAlgorithm: 'CRC32C' }, { body });
    expect(bench.objects.lastPut!.body.announced).toEqual(['sha256', 'crc32c']);
    expect(bench.objects.lastPut!.body.claims()).toEqual([own]);
  });

  test.each([
    ['no base64', { ContentMD5: '!' }, 'InvalidDigest'],
    ['of the wrong length', { ContentMD5: 'AAAA' }, 'InvalidDigest'],
    ['a checksum of the wrong length', { ChecksumSHA256: 'AAAA' }, 'InvalidRequest'],
    ['two checksums', { ChecksumCRC32: CRC32_OF_MEOW, ChecksumCRC32C: CRC32_OF_MEOW }, 'InvalidRequest'],
    [
      'not of the algorithm announced',
      { ChecksumCRC32: CRC32_OF_MEOW, ChecksumAlgorithm: 'SHA1' },
      'InvalidRequest',
    ],
  ])('that are %s are refused', async (_what, digests, code) => {
    expect(await bench.refusalCode('PutObject', { ...OBJECT, ...digests }, { body: 'meow' })).toBe(code);
  });

  test('of the stored object are told on request, for the whole object only', async () => {
    const put = await bench.ask('PutObject', { ...OBJECT, ChecksumCRC32: CRC32_OF_MEOW }, { body: 'meow' });
    const told = { ChecksumCRC32: CRC32_OF_MEOW, ChecksumType: 'FULL_OBJECT' };
    expect(put.result).toEqual({ ETag: ETAG, ...told });
    const enabled = { ...OBJECT, ChecksumMode: 'ENABLED' };
    expect((await bench.ask('HeadObject', enabled)).result).toMatchObject(told);
    expect((await bench.ask('HeadObject', OBJECT)).result).not.toHaveProperty('ChecksumCRC32');
    const part = await bench.ask('HeadObject', { ...enabled, Range: 'bytes=0-1' });
    expect(part.result).not.toHaveProperty('ChecksumCRC32');
    const listed = await bench.ask('ListObjectsV2', { Bucket: 'photos' });
    expect(listed.result.Contents?.[0]?.ChecksumAlgorithm).toEqual(['CRC32']);
  });
});

describe('reading', () => {
  beforeEach(async () => {
    await bench.ask('PutObject', OBJECT, { body: 'meow' });
  });

  test('a whole object, with the default type', async () => {
    const { result, headers } = await bench.ask('GetObject', OBJECT);
    expect(result).toMatchObject({
      ContentLength: 4,
      ContentType: 'binary/octet-stream',
      ETag: ETAG,
      Metadata: {},
    });
    expect(result).not.toHaveProperty('ContentRange');
    expect(headers).toBeUndefined();
    expect(await bodyText(OBJECT)).toBe('meow');
  });

  test.each([
    ['bytes=1-2', 'bytes 1-2/4', 'eo'],
    ['bytes=2-100', 'bytes 2-3/4', 'ow'],
    ['bytes=-1', 'bytes 3-3/4', 'w'],
  ])('the range %s', async (range, contentRange, text) => {
    const ranged = { ...OBJECT, Range: range };
    const { result } = await bench.ask('GetObject', ranged);
    expect(result).toMatchObject({ ContentRange: contentRange, ContentLength: text.length });
    expect(await bodyText(ranged)).toBe(text);
    expect((await bench.ask('HeadObject', ranged)).result).toMatchObject({ ContentRange: contentRange });
  });

  test('a range past the end says how long the object is', async () => {
    expect(await bench.refusal('GetObject', { ...OBJECT, Range: 'bytes=4-' })).toMatchObject({
      code: 'InvalidRange',
      status: 416,
      headers: { 'Content-Range': 'bytes */4' },
      fields: { ActualObjectSize: '4', RangeRequested: 'bytes=4-' },
    });
  });

  test('what is not modified repeats its validators', async () => {
    await bench.ask('PutObject', { ...OBJECT, CacheControl: 'max-age=5' }, { body: 'meow' });
    for (const operation of ['GetObject', 'HeadObject'] as const) {
      expect(await bench.refusal(operation, { ...OBJECT, IfNoneMatch: ETAG })).toMatchObject({
        code: 'NotModified',
        status: 304,
        headers: {
          ETag: ETAG,
          'Last-Modified': 'Sun, 22 Nov 2026 10:00:00 GMT',
          'Cache-Control': 'max-age=5',
        },
      });
    }
  });

  test('conditions on time are understood as HTTP and Go write them', async () => {
    for (const since of ['Sun, 22 Nov 2026 10:00:00 GMT', '2026-11-22T10:00:00Z']) {
      expect(await bench.refusalCode('GetObject', { ...OBJECT, IfModifiedSince: since })).toBe('NotModified');
      await expect(bench.ask('GetObject', { ...OBJECT, IfUnmodifiedSince: since })).resolves.toBeDefined();
    }
    const before = 'Sun, 22 Nov 2026 09:59:59 GMT';
    expect(await bench.refusalCode('GetObject', { ...OBJECT, IfUnmodifiedSince: before })).toBe(
      'PreconditionFailed',
    );
  });

  test('a key that is not there names it', async () => {
    for (const operation of ['GetObject', 'HeadObject'] as const) {
      expect(await bench.refusal(operation, { Bucket: 'photos', Key: 'dog' })).toMatchObject({
        code: 'NoSuchKey',
        status: 404,
        fields: { Key: 'dog' },
      });
    }
  });

  test('a rebuilt object says so', async () => {
    bench.objects.degradedShards = 1;
    expect((await bench.ask('GetObject', OBJECT)).headers).toEqual({ 'X-Spx-Degraded': '1' });
  });
});

describe('deleting', () => {
  test('what is not there succeeds', async () => {
    expect((await bench.ask('DeleteObject', OBJECT)).result).toEqual({});
  });

  test('what is not there fails by its ETag, and succeeds by its size', async () => {
    expect((await bench.ask('DeleteObject', { ...OBJECT, IfMatchSize: 4 })).result).toEqual({});
    for (const condition of [{ IfMatch: '*' }, { IfMatch: '"old"' }]) {
      expect(await bench.refusalCode('DeleteObject', { ...OBJECT, ...condition })).toBe('NoSuchKey');
    }
    const Objects = [{ Key: 'cat', ETag: '"old"' }, { Key: 'cat' }];
    const { result } = await bench.ask('DeleteObjects', { Bucket: 'photos', Delete: { Objects } });
    expect(result.Errors).toMatchObject([{ Key: 'cat', Code: 'NoSuchKey' }]);
    expect(result.Deleted).toEqual([{ Key: 'cat' }]);
  });

  test('under a condition that does not hold fails', async () => {
    await bench.ask('PutObject', OBJECT, { body: 'meow' });
    expect(await bench.refusalCode('DeleteObject', { ...OBJECT, IfMatch: '"other"' })).toBe(
      'PreconditionFailed',
    );
    await bench.ask('DeleteObject', { ...OBJECT, IfMatch: ETAG });
    expect(await bench.refusalCode('GetObject', OBJECT)).toBe('NoSuchKey');
  });

  test('many gives every key its own outcome, in order', async () => {
    await bench.ask('PutObject', OBJECT, { body: 'meow' });
    bench.objects.removalFailures.set('broken', new PredastoreError('metadata-unavailable', 'no leader'));
    const tooLong = 'x'.repeat(1025);
    const objects = [{ Key: 'cat' }, { Key: 'absent' }, { Key: 'broken' }, { Key: tooLong }, { Key: 'cat' }];
    const { result } = await bench.ask('DeleteObjects', { Bucket: 'photos', Delete: { Objects: objects } });
    expect(result.Deleted).toEqual([{ Key: 'cat' }, { Key: 'absent' }, { Key: 'cat' }]);
    expect(result.Errors).toEqual([
      { Key: 'broken', Code: 'ServiceUnavailable', Message: expect.stringContaining('try again') },
      { Key: tooLong, Code: 'KeyTooLongError', Message: 'Your key is too long.' },
    ]);
  });

  test('many can be conditional, and quiet', async () => {
    await bench.ask('PutObject', OBJECT, { body: 'meow' });
    const objects = [{ Key: 'cat', ETag: '"other"' }, { Key: 'absent' }];
    const request = { Bucket: 'photos', Delete: { Objects: objects, Quiet: true } };
    const { result } = await bench.ask('DeleteObjects', request);
    expect(result).toEqual({
      Errors: [{ Key: 'cat', Code: 'PreconditionFailed', Message: expect.any(String) }],
    });
  });

  test('many gives every commit a request id of its own', async () => {
    const objects = Array.from({ length: 1000 }, (_, index) => ({ Key: `k${index}` }));
    const { result } = await bench.ask('DeleteObjects', { Bucket: 'photos', Delete: { Objects: objects } });
    expect(result.Deleted).toHaveLength(1000);
    expect(new Set(bench.objects.requestIds).size).toBe(1000);
  });
});
