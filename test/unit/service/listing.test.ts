import { beforeEach, describe, expect, test } from '@jest/globals';
import { LIST_PAGE_BYTES_MAX } from '../../../src/core/limits.ts';
import { ACCOUNT, benchWithBucket, type ServiceBench } from '../../support/service-bench.ts';

const BUCKET = { Bucket: 'photos' };

let bench: ServiceBench;
let wholePages = 0;
beforeEach(async () => {
  wholePages = 0;
  bench = await benchWithBucket({
    unlimitedListAccounts: new Set([ACCOUNT]),
    unlimitedPages: { add: (amount) => void (wholePages += amount) },
  });
});

async function fill(keys: readonly string[]): Promise<void> {
  for (const Key of keys) await bench.ask('PutObject', { ...BUCKET, Key }, { body: Key });
}

describe('ListObjectsV2', () => {
  test('of an empty bucket is empty', async () => {
    expect((await bench.ask('ListObjectsV2', { ...BUCKET, MaxKeys: 10 })).result).toEqual({
      Name: 'photos',
      Prefix: '',
      MaxKeys: 10,
      KeyCount: 0,
      IsTruncated: false,
    });
  });

  test('echoes what was asked and describes what there is', async () => {
    await fill(['a/1', 'a/b/2', 'a/b/3', 'c']);
    const asked = {
      ...BUCKET,
      Prefix: 'a/',
      Delimiter: '/',
      StartAfter: 'a',
      MaxKeys: 5,
      EncodingType: 'url',
    };
    expect((await bench.ask('ListObjectsV2', asked)).result).toEqual({
      Name: 'photos',
      Prefix: 'a/',
      Delimiter: '/',
      StartAfter: 'a',
      EncodingType: 'url',
      MaxKeys: 5,
      KeyCount: 2,
      IsTruncated: false,
      Contents: [
        {
          Key: 'a/1',
          LastModified: '2026-11-22T10:00:00.500Z',
          ETag: '"32a390517fcc6e43df5fc5f2c94699e1"',
          Size: 3,
          StorageClass: 'STANDARD',
        },
      ],
      CommonPrefixes: [{ Prefix: 'a/b/' }],
    });
  });

  test('shows the owner only when asked', async () => {
    await fill(['a']);
    const owner = { ID: ACCOUNT, DisplayName: ACCOUNT };
    const plain = await bench.ask('ListObjectsV2', BUCKET);
    expect(plain.result.Contents?.[0]).not.toHaveProperty('Owner');
    const full = await bench.ask('ListObjectsV2', { ...BUCKET, FetchOwner: true });
    expect(full.result.Contents?.[0]?.Owner).toEqual(owner);
  });

  test('a page of zero keys is empty and not truncated, but the bucket must exist', async () => {
    await fill(['a']);
    const { result } = await bench.ask('ListObjectsV2', { ...BUCKET, MaxKeys: 0 });
    expect(result).toMatchObject({ KeyCount: 0, IsTruncated: false, MaxKeys: 0 });
    expect(await bench.refusalCode('ListObjectsV2', { Bucket: 'absent', MaxKeys: 0 })).toBe('NoSuchBucket');
  });

  test('more than 1000 keys counts as 1000, less than none is refused', async () => {
    const { result } = await bench.ask('ListObjectsV2', { ...BUCKET, MaxKeys: 5000 });
    expect(result.MaxKeys).toBe(1000);
    expect(await bench.refusal('ListObjectsV2', { ...BUCKET, MaxKeys: -1 })).toMatchObject({
      code: 'InvalidArgument',
      fields: { ArgumentName: 'max-keys', ArgumentValue: '-1' },
    });
  });

  test('an empty token is no token, and is echoed', async () => {
    await fill(['a']);
    const { result } = await bench.ask('ListObjectsV2', { ...BUCKET, ContinuationToken: '' });
    expect(result).toMatchObject({ ContinuationToken: '', KeyCount: 1 });
  });

  test.each(['!', 'AA', 'AmE', 'AWE=', 'Af8', 'a/1'])(
    'the token %s, which is not ours, is refused',
    async (token) => {
      const code = await bench.refusalCode('ListObjectsV2', { ...BUCKET, ContinuationToken: token });
      expect(code).toBe('InvalidArgument');
    },
  );

  test('a token goes on behind the last name, whatever was deleted in between', async () => {
    await fill(['a', 'b', 'c', 'd']);
    const first = await bench.ask('ListObjectsV2', { ...BUCKET, MaxKeys: 2 });
    expect(first.result).toMatchObject({ IsTruncated: true, KeyCount: 2 });
    for (const Key of ['a', 'b']) await bench.ask('DeleteObject', { ...BUCKET, Key });
    const token = first.result.NextContinuationToken;
    const second = await bench.ask('ListObjectsV2', { ...BUCKET, ContinuationToken: token, StartAfter: 'd' });
    expect(second.result.Contents?.map(({ Key }) => Key)).toEqual(['c', 'd']);
  });
});

describe('the size of a page', () => {
  const many = Array.from({ length: 1100 }, (_, index) => `k${String(index).padStart(5, '0')}`);

  test('is 1000 for everybody, and everything for accounts that cannot page', async () => {
    await fill(many);
    const limited = await benchWithBucket();
    expect((await limited.ask('ListObjectsV2', BUCKET)).result.MaxKeys).toBe(1000);
    const unlimited = await bench.ask('ListObjectsV2', BUCKET);
    expect(unlimited.result).toMatchObject({ KeyCount: 1100, IsTruncated: false, MaxKeys: 100_000 });
    const asked = await bench.ask('ListObjectsV2', { ...BUCKET, MaxKeys: 2000 });
    expect(asked.result).toMatchObject({ KeyCount: 1000, IsTruncated: true });
    const versions = await bench.ask('ListObjectVersions', BUCKET);
    expect(versions.result).toMatchObject({ IsTruncated: true, MaxKeys: 1000 });
    expect(wholePages).toBe(1);
  });

  test('is everything for a single credential that cannot page, and for no other of its account', async () => {
    const [old, other] = ['old', 'other'].map((name) => `arn:aws:iam::${ACCOUNT}:user/${name}`);
    const single = await benchWithBucket({ unlimitedListPrincipals: new Set([old ?? '']) });
    const grants = [{ bucket: '*', actions: ['s3:*'] }];
    for (const arn of [old, other]) single.policies.set(arn ?? '', grants);
    const sizeFor = async (principalArn: string | undefined): Promise<number | undefined> =>
      (await single.ask('ListObjectsV2', BUCKET, principalArn === undefined ? {} : { principalArn })).result
        .MaxKeys;
    expect([await sizeFor(old), await sizeFor(other), await sizeFor(undefined)]).toEqual([
      100_000, 1000, 1000,
    ]);
  });

  test('is bounded by bytes, so that any page fits a NATS message, and loses nothing', async () => {
    // Control characters are the worst case: six bytes of JSON for each.
    const keys = Array.from(
      { length: 200 },
      (_, index) => `${String(index).padStart(4, '0')}${'\u0001'.repeat(1000)}`,
    );
    await fill(keys);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const { result } = await bench.ask('ListObjectsV2', {
        ...BUCKET,
        MaxKeys: 1000,
        ContinuationToken: token ?? null,
      });
      expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(LIST_PAGE_BYTES_MAX);
      expect(result.IsTruncated).toBe(result.NextContinuationToken !== undefined);
      seen.push(...(result.Contents ?? []).map(({ Key }) => Key));
      token = result.NextContinuationToken;
    } while (token !== undefined);
    expect(seen).toEqual(keys);
  });
});

describe('ListObjects', () => {
  test('always shows the owner and the marker', async () => {
    await fill(['a', 'b']);
    const { result } = await bench.ask('ListObjects', { ...BUCKET, Marker: 'a' });
    expect(result).toMatchObject({ Marker: 'a', Contents: [{ Key: 'b', Owner: { ID: ACCOUNT } }] });
    expect(result).not.toHaveProperty('KeyCount');
  });

  test('says where to go on of every page that is not the last', async () => {
    await fill(['a/1', 'b/1', 'c']);
    const plain = await bench.ask('ListObjects', { ...BUCKET, MaxKeys: 1 });
    expect(plain.result).toMatchObject({ IsTruncated: true, Marker: '', NextMarker: 'a/1' });
    const rolled = await bench.ask('ListObjects', { ...BUCKET, Delimiter: '/', MaxKeys: 1 });
    expect(rolled.result).toMatchObject({ NextMarker: 'a/', CommonPrefixes: [{ Prefix: 'a/' }] });
    const last = await bench.ask('ListObjects', { ...BUCKET, Delimiter: '/', Marker: 'b/' });
    expect(last.result).toMatchObject({ IsTruncated: false, Contents: [{ Key: 'c' }] });
    expect(last.result).not.toHaveProperty('NextMarker');
  });
});
