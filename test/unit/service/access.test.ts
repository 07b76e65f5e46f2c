import { beforeEach, describe, expect, test } from '@jest/globals';
import type { OperationName } from '../../../src/contracts/operations.ts';
import {
  ACCOUNT,
  benchWithBucket,
  OTHER_ACCOUNT,
  REGION,
  type ServiceBench,
} from '../../support/service-bench.ts';

const NARROW = `arn:aws:iam::${ACCOUNT}:user/narrow`;
const WIDE = `arn:aws:iam::${ACCOUNT}:user/wide`;
const OBJECT = { Bucket: 'photos', Key: 'cat' };

/** Every operation on an existing bucket, with parameters that would do. */
const ON_BUCKET: readonly [OperationName, Record<string, unknown>][] = [
  ['HeadBucket', { Bucket: 'photos' }],
  ['GetBucketLocation', { Bucket: 'photos' }],
  ['ListObjects', { Bucket: 'photos' }],
  ['ListObjectsV2', { Bucket: 'photos' }],
  ['GetObject', OBJECT],
  ['HeadObject', OBJECT],
  ['PutObject', OBJECT],
  ['DeleteObject', OBJECT],
  ['DeleteObjects', { Bucket: 'photos', Delete: { Objects: [{ Key: 'cat' }] } }],
  ['DeleteBucket', { Bucket: 'photos' }],
];
const PUBLIC_READS = new Set<OperationName>([
  'HeadBucket',
  'ListObjects',
  'ListObjectsV2',
  'GetObject',
  'HeadObject',
]);

let bench: ServiceBench;
beforeEach(async () => {
  bench = await benchWithBucket();
  await bench.ask('PutObject', OBJECT, { body: 'meow' });
});

describe.each(ON_BUCKET)('%s', (operation, parameters) => {
  test('is refused to another account', async () => {
    const code = await bench.refusalCode(operation, parameters, { account: OTHER_ACCOUNT, body: 'x' });
    expect(code).toBe('AccessDenied');
  });

  test('is refused without an account', async () => {
    expect(await bench.refusalCode(operation, parameters, { account: undefined, body: 'x' })).toBe(
      'AccessDenied',
    );
    expect(await bench.refusalCode(operation, parameters, { account: '', body: 'x' })).toBe('AccessDenied');
  });

  test('is refused to what is no account', async () => {
    const code = await bench.refusalCode(operation, parameters, { account: `${ACCOUNT} `, body: 'x' });
    expect(code).toBe('AccessDenied');
  });

  test('is refused when the caller expects another owner', async () => {
    const expecting = { ...parameters, ExpectedBucketOwner: OTHER_ACCOUNT };
    expect(await bench.refusalCode(operation, expecting, { body: 'x' })).toBe('AccessDenied');
  });

  test('knows no bucket that does not exist', async () => {
    const error = await bench.refusal(operation, { ...parameters, Bucket: 'absent' }, { body: 'x' });
    expect(error).toMatchObject({ code: 'NoSuchBucket', fields: { BucketName: 'absent' } });
  });

  test('refuses a name that no bucket can have', async () => {
    const code = await bench.refusalCode(operation, { ...parameters, Bucket: 'No_Such' }, { body: 'x' });
    expect(code).toBe('InvalidBucketName');
  });

  test('follows the policy of the principal', async () => {
    bench.policies.set(NARROW, [{ bucket: 'photos', actions: ['s3:Nothing'] }]);
    bench.policies.set(WIDE, [{ bucket: 'photos', actions: ['s3:*'] }]);
    const narrow = { principalArn: NARROW, body: 'x' };
    if (operation === 'DeleteObjects') {
      const { result } = await bench.ask(operation, parameters, narrow);
      expect(result).toMatchObject({ Errors: [{ Key: 'cat', Code: 'AccessDenied' }] });
    } else {
      expect(await bench.refusalCode(operation, parameters, narrow)).toBe('AccessDenied');
    }
    const wide = bench.ask(operation, parameters, { principalArn: WIDE, body: 'x' });
    await expect(wide).resolves.toHaveProperty('result');
  });

  test('of a public bucket is open to anybody exactly when it only reads', async () => {
    await bench.buckets.declare({ name: 'open', account: ACCOUNT, region: REGION, public: true });
    await bench.ask('PutObject', { Bucket: 'open', Key: 'cat' }, { body: 'meow' });
    const anonymous = bench.ask(
      operation,
      { ...parameters, Bucket: 'open' },
      { account: undefined, body: 'x' },
    );
    if (PUBLIC_READS.has(operation)) await expect(anonymous).resolves.toHaveProperty('result');
    else await expect(anonymous).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

test('nothing is written for a caller who may not', async () => {
  await bench.refusal('PutObject', OBJECT, { account: OTHER_ACCOUNT, body: 'bark' });
  await bench.refusal('DeleteObject', OBJECT, { account: OTHER_ACCOUNT });
  const { result } = await bench.ask('HeadObject', OBJECT);
  expect(result.ETag).toBe('"4a4be40c96ac6314e91d93f38043a634"');
});

describe('a refusal', () => {
  const narrow = { principalArn: NARROW, body: 'x' };
  const who = `User: ${NARROW} is not authorized to perform:`;
  const deny = async (Principal: string, Action: string): Promise<void> => {
    const Resource = ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'];
    const Statement = [{ Effect: 'Deny', Principal, Action, Resource }];
    await bench.ask('PutBucketPolicy', {
      Bucket: 'photos',
      Policy: JSON.stringify({ Version: '2012-10-17', Statement }),
    });
  };
  const words = async (...asked: Parameters<ServiceBench['refusal']>): Promise<string> =>
    (await bench.refusal(...asked)).message;

  beforeEach(() => {
    bench.policies.set(NARROW, [{ bucket: 'photos', actions: ['s3:PutObject'] }]);
  });

  test('tells the owning account that nothing allows it', async () => {
    expect(await words('ListObjects', { Bucket: 'photos' }, narrow)).toBe(
      `${who} s3:ListBucket on resource: "arn:aws:s3:::photos" because no identity-based policy allows the s3:ListBucket action`,
    );
    expect(await words('CreateBucket', { Bucket: 'fresh' }, narrow)).toBe(
      `${who} s3:CreateBucket on resource: "arn:aws:s3:::fresh" because no identity-based policy allows the s3:CreateBucket action`,
    );
  });

  test('tells the owning account what would have shown that a key is not there', async () => {
    bench.policies.set(NARROW, [{ bucket: 'photos', actions: ['s3:GetObject'] }]);
    expect(await words('GetObject', { ...OBJECT, Key: 'dog' }, narrow)).toBe(
      `${who} s3:ListBucket on resource: "arn:aws:s3:::photos" because no identity-based policy allows the s3:ListBucket action`,
    );
  });

  test('tells the owning account which side forbids it', async () => {
    await deny('*', 's3:PutObject');
    const resource = 's3:PutObject on resource: "arn:aws:s3:::photos/cat"';
    const ending = 'with an explicit deny in a resource-based policy';
    expect(await words('PutObject', OBJECT, narrow)).toBe(`${who} ${resource} ${ending}`);
    expect(await words('PutObject', OBJECT, { body: 'x' })).toBe(
      `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: ${resource} ${ending}`,
    );
  });

  test('tells nobody else why', async () => {
    await deny('*', 's3:PutObject');
    for (const account of [OTHER_ACCOUNT, undefined])
      expect(await words('PutObject', OBJECT, { account, body: 'x' })).toBe('Access Denied.');
  });
});

describe('a condition by ETag', () => {
  const ETAG = '"4a4be40c96ac6314e91d93f38043a634"';
  const writer = { principalArn: NARROW, body: 'bark' };
  const reader = { principalArn: WIDE, body: 'bark' };

  beforeEach(() => {
    bench.policies.set(NARROW, [{ bucket: 'photos', actions: ['s3:PutObject', 's3:DeleteObject'] }]);
    bench.policies.set(WIDE, [
      { bucket: 'photos', actions: ['s3:PutObject', 's3:DeleteObject', 's3:GetObject'] },
    ]);
  });

  test.each([
    ['PutObject', { ...OBJECT, IfMatch: ETAG }],
    ['PutObject', { ...OBJECT, IfNoneMatch: '"other"' }],
    ['DeleteObject', { ...OBJECT, IfMatch: ETAG }],
    ['DeleteObject', { ...OBJECT, IfMatchSize: 4 }],
  ] as const)('of %s is for those who may read', async (operation, parameters) => {
    expect(await bench.refusalCode(operation, parameters, writer)).toBe('AccessDenied');
    await expect(bench.ask(operation, parameters, reader)).resolves.toHaveProperty('result');
  });

  test('of one key among many is for those who may read', async () => {
    const parameters = { Bucket: 'photos', Delete: { Objects: [{ Key: 'cat', ETag: ETAG }] } };
    const refused = await bench.ask('DeleteObjects', parameters, writer);
    expect(refused.result.Errors).toEqual([expect.objectContaining({ Key: 'cat', Code: 'AccessDenied' })]);
    const done = await bench.ask('DeleteObjects', parameters, reader);
    expect(done.result.Deleted).toEqual([{ Key: 'cat' }]);
  });

  test('that only asks whether there is something needs no more than the write', async () => {
    await bench.ask('PutObject', { ...OBJECT, Key: 'dog', IfNoneMatch: '*' }, writer);
    await bench.ask('DeleteObject', { ...OBJECT, IfMatch: '*' }, writer);
    const { result } = await bench.ask('ListObjectsV2', { Bucket: 'photos' });
    expect(result.Contents?.map(({ Key }) => Key)).toEqual(['dog']);
  });
});

test('a policy may insist on conditions of writes, and let uploads in parts begin without', async () => {
  const Statement = [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::photos/*',
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:DeleteObject',
      Resource: 'arn:aws:s3:::photos/*',
      Condition: { Null: { 's3:if-match': 'true' } },
    },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await bench.ask('PutBucketPolicy', { Bucket: 'photos', Policy });
  const dog = { Bucket: 'photos', Key: 'dog' };
  for (const [operation, more] of [
    ['PutObject', {}],
    ['CopyObject', { CopySource: 'photos/cat' }],
    ['CompleteMultipartUpload', { UploadId: '0'.repeat(32), MultipartUpload: { Parts: [] } }],
  ] as const)
    expect(await bench.refusalCode(operation, { ...dog, ...more }, { body: 'x' })).toBe('AccessDenied');
  // The uploads of this bench know no buckets: the policy was passed.
  expect(await bench.refusalCode('CreateMultipartUpload', dog)).toBe('NoSuchBucket');
  await bench.ask('PutObject', { ...dog, IfNoneMatch: '*' }, { body: 'x' });
  expect(await bench.refusalCode('DeleteObject', dog)).toBe('AccessDenied');
  await bench.ask('DeleteObject', { ...dog, IfMatch: '*' });
  const Delete = { Objects: [{ Key: 'cat', ETag: '*' }, { Key: 'dog' }] };
  const { result } = await bench.ask('DeleteObjects', { Bucket: 'photos', Delete });
  expect([result.Deleted, result.Errors?.map(({ Code }) => Code)]).toEqual([
    [{ Key: 'cat' }],
    ['AccessDenied'],
  ]);
});

describe('a credential for every account', () => {
  const CLOUD = `arn:aws:iam::${OTHER_ACCOUNT}:user/cloud`;
  const NEIGHBOUR = `arn:aws:iam::${OTHER_ACCOUNT}:user/neighbour`;
  const cloud = { account: OTHER_ACCOUNT, principalArn: CLOUD, body: 'x' };

  beforeEach(async () => {
    bench = await benchWithBucket({ everyAccountPrincipals: new Set([CLOUD]) });
    await bench.ask('PutObject', OBJECT, { body: 'meow' });
    for (const arn of [CLOUD, NEIGHBOUR]) bench.policies.set(arn, [{ bucket: '*', actions: ['s3:*'] }]);
  });

  test.each(ON_BUCKET)('may %s where the owner may', async (operation, parameters) => {
    await expect(bench.ask(operation, parameters, cloud)).resolves.toHaveProperty('result');
    const fresh = await benchWithBucket({ everyAccountPrincipals: new Set([CLOUD]) });
    fresh.policies.set(NEIGHBOUR, [{ bucket: '*', actions: ['s3:*'] }]);
    const neighbour = { ...cloud, principalArn: NEIGHBOUR };
    expect(await fresh.refusalCode(operation, parameters, neighbour)).toBe('AccessDenied');
  });

  test('is narrowed by its own policy and by that of the bucket, as the owner would be', async () => {
    bench.policies.set(CLOUD, [{ bucket: 'photos', actions: ['s3:GetObject'] }]);
    await expect(bench.ask('GetObject', OBJECT, cloud)).resolves.toHaveProperty('result');
    expect(await bench.refusalCode('PutObject', OBJECT, cloud)).toBe('AccessDenied');
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' },
      ],
    });
    await bench.ask('PutBucketPolicy', { Bucket: 'photos', Policy });
    expect(await bench.refusalCode('GetObject', OBJECT, cloud)).toBe('AccessDenied');
  });

  test('lists the buckets of the account it names, and its own without a name', async () => {
    const namesOf = async (asked: Record<string, unknown>): Promise<readonly string[]> =>
      (await bench.ask('ListBuckets', asked, cloud)).result.Buckets.map(({ Name }) => Name);
    expect(await namesOf({ OwnerAccountId: ACCOUNT })).toEqual(['photos']);
    expect(await namesOf({})).toEqual([]);
  });

  test('is needed to list the buckets of another account', async () => {
    const other = { account: OTHER_ACCOUNT, principalArn: NEIGHBOUR };
    expect(await bench.refusalCode('ListBuckets', { OwnerAccountId: ACCOUNT }, other)).toBe('AccessDenied');
    const own = await bench.ask('ListBuckets', { OwnerAccountId: OTHER_ACCOUNT }, other);
    expect(own.result.Buckets).toEqual([]);
  });
});
