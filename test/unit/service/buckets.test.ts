import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  ACCOUNT,
  benchWithBucket,
  OTHER_ACCOUNT,
  REGION,
  ServiceBench,
} from '../../support/service-bench.ts';

const LOGS = 'arn:aws:iam::123456789012:user/logs';
let bench: ServiceBench;
beforeEach(async () => {
  bench = await benchWithBucket();
});

describe('CreateBucket', () => {
  test('answers with the location', async () => {
    const { result } = await bench.ask('CreateBucket', { Bucket: 'logs' });
    expect(result).toEqual({ Location: '/logs', BucketArn: 'arn:aws:s3:::logs' });
  });

  test('takes tags along', async () => {
    const Tags = [{ Key: 'team', Value: 'storage' }];
    await bench.ask('CreateBucket', { Bucket: 'logs', CreateBucketConfiguration: { Tags } });
    expect((await bench.ask('GetBucketTagging', { Bucket: 'logs' })).result.TagSet).toEqual(Tags);
    const twice = { CreateBucketConfiguration: { Tags: [...Tags, ...Tags] } };
    expect(await bench.refusalCode('CreateBucket', { Bucket: 'more', ...twice })).toBe('InvalidTag');
  });

  test('a second time tells the owner from everybody else', async () => {
    expect(await bench.refusal('CreateBucket', { Bucket: 'photos' })).toMatchObject({
      code: 'BucketAlreadyOwnedByYou',
      status: 409,
      fields: { BucketName: 'photos' },
    });
    const other = await bench.refusalCode('CreateBucket', { Bucket: 'photos' }, { account: OTHER_ACCOUNT });
    expect(other).toBe('BucketAlreadyExists');
  });

  test('a second time in the first region is the first time, unless it wants another list', async () => {
    const first = new ServiceBench({ region: 'us-east-1' });
    const made = await first.ask('CreateBucket', { Bucket: 'logs' });
    expect((await first.ask('CreateBucket', { Bucket: 'logs' })).result).toEqual(made.result);
    const other = { Bucket: 'logs', ACL: 'public-read', ObjectOwnership: 'ObjectWriter' };
    expect(await first.refusalCode('CreateBucket', other)).toBe('BucketAlreadyOwnedByYou');
    const stranger = await first.refusalCode('CreateBucket', { Bucket: 'logs' }, { account: OTHER_ACCOUNT });
    expect(stranger).toBe('BucketAlreadyExists');
  });

  test('needs an account', async () => {
    expect(await bench.refusalCode('CreateBucket', { Bucket: 'logs' }, { account: undefined })).toBe(
      'AccessDenied',
    );
  });

  test.each(['ab', 'Photos', '192.168.0.1', 'a..b', 'x'.repeat(64)])('refuses the name %s', async (name) => {
    expect(await bench.refusalCode('CreateBucket', { Bucket: name })).toBe('InvalidBucketName');
  });

  test('knows one region', async () => {
    const inRegion = (region: string) => ({
      Bucket: 'logs',
      CreateBucketConfiguration: { LocationConstraint: region },
    });
    expect(await bench.refusalCode('CreateBucket', inRegion('eu-west-1'))).toBe('InvalidLocationConstraint');
    await expect(bench.ask('CreateBucket', inRegion(REGION))).resolves.toBeDefined();
  });

  test('has an end', async () => {
    bench.buckets.bucketsMax = 1;
    expect(await bench.refusalCode('CreateBucket', { Bucket: 'logs' })).toBe('TooManyBuckets');
  });

  test('follows the policy of the principal', async () => {
    bench.policies.set(LOGS, [{ bucket: 'logs-*', actions: ['s3:CreateBucket'] }]);
    const asked = { principalArn: LOGS };
    await expect(bench.ask('CreateBucket', { Bucket: 'logs-1' }, asked)).resolves.toBeDefined();
    expect(await bench.refusalCode('CreateBucket', { Bucket: 'other' }, asked)).toBe('AccessDenied');
  });
});

describe('DeleteBucket', () => {
  test('removes the bucket', async () => {
    expect((await bench.ask('DeleteBucket', { Bucket: 'photos' })).result).toEqual({});
    expect(await bench.refusalCode('HeadBucket', { Bucket: 'photos' })).toBe('NoSuchBucket');
  });

  test('of a declared bucket is refused to its owner too', async () => {
    await bench.buckets.declare({ name: 'system', account: ACCOUNT, region: REGION, public: false });
    expect(await bench.refusalCode('DeleteBucket', { Bucket: 'system' })).toBe('AccessDenied');
  });

  test.each([
    ['not-empty', 'BucketNotEmpty'],
    ['absent', 'NoSuchBucket'],
    ['conflict', 'OperationAborted'],
  ] as const)('answers %s with %s', async (kind, code) => {
    bench.buckets.nextRemoval = kind;
    expect(await bench.refusalCode('DeleteBucket', { Bucket: 'photos' })).toBe(code);
  });
});

describe('HeadBucket and GetBucketLocation', () => {
  test('name the region', async () => {
    expect((await bench.ask('HeadBucket', { Bucket: 'photos' })).result).toEqual({ BucketRegion: REGION });
    const location = await bench.ask('GetBucketLocation', { Bucket: 'photos' });
    expect(location.result).toEqual({ LocationConstraint: REGION });
  });

  test('us-east-1 has no location constraint', async () => {
    const eastern = await benchWithBucket({ region: 'us-east-1' });
    expect((await eastern.ask('GetBucketLocation', { Bucket: 'photos' })).result).toEqual({});
    expect((await eastern.ask('HeadBucket', { Bucket: 'photos' })).result).toEqual({
      BucketRegion: 'us-east-1',
    });
  });
});

describe('ListBuckets', () => {
  test('shows own buckets only, without declared ones', async () => {
    await bench.ask('CreateBucket', { Bucket: 'others' }, { account: OTHER_ACCOUNT });
    await bench.buckets.declare({ name: 'system', account: ACCOUNT, region: REGION, public: true });
    expect((await bench.ask('ListBuckets', {})).result).toEqual({
      Buckets: [{ Name: 'photos', CreationDate: '2026-11-22T09:00:00.000Z', BucketRegion: REGION }],
      Owner: { ID: ACCOUNT, DisplayName: ACCOUNT },
    });
  });

  test('pages through all of them', async () => {
    for (const name of ['logs-1', 'logs-2', 'logs-3']) await bench.ask('CreateBucket', { Bucket: name });
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const parameters = { Prefix: 'logs-', MaxBuckets: 2, ContinuationToken: token ?? null };
      const { result } = await bench.ask('ListBuckets', parameters);
      expect(result.Prefix).toBe('logs-');
      seen.push(...result.Buckets.map(({ Name }) => Name));
      token = result.ContinuationToken;
    } while (token !== undefined);
    expect(seen).toEqual(['logs-1', 'logs-2', 'logs-3']);
  });

  test('can be narrowed to a region', async () => {
    expect((await bench.ask('ListBuckets', { BucketRegion: 'eu-west-1' })).result.Buckets).toEqual([]);
    expect((await bench.ask('ListBuckets', { BucketRegion: REGION })).result.Buckets).toHaveLength(1);
  });

  test('needs an account, and its policy', async () => {
    expect(await bench.refusalCode('ListBuckets', {}, { account: undefined })).toBe('AccessDenied');
    bench.policies.set('arn:reader', [{ bucket: 'photos', actions: ['s3:GetObject'] }]);
    expect(await bench.refusalCode('ListBuckets', {}, { principalArn: 'arn:reader' })).toBe('AccessDenied');
  });
});

test('AdminStatus needs no account and says what the node says', async () => {
  const { result } = await bench.ask('AdminStatus', {}, { account: undefined });
  expect(result).toMatchObject({ node_id: '1', is_leader: true, commit_index: '7' });
});
