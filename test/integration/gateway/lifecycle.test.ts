// Lifecycle rules as the AWS SDK sets and reads them, and what replies say of them: gateway, schemas and service together.

import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  type S3Client,
  type LifecycleRule,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BenchClient } from '../../support/bench-client.ts';
import { ServiceBench } from '../../support/service-bench.ts';
import { refusal, sdkOf } from '../../support/sdk.ts';
import { ACCOUNT, REGION, startGateway, type TestGateway } from '../../support/test-gateway.ts';

const Bucket = 'photos';
let bench: ServiceBench;
let gateway: TestGateway;
let s3: S3Client;

beforeAll(async () => {
  const client = {
    call: (...asked: Parameters<BenchClient['call']>) => new BenchClient(bench).call(...asked),
  };
  gateway = await startGateway({ client });
  s3 = sdkOf(gateway);
});
afterAll(async () => {
  s3.destroy();
  await gateway.close();
});
beforeEach(async () => {
  bench = new ServiceBench();
  await bench.buckets.create({ name: Bucket, account: ACCOUNT, region: REGION });
});

describe('lifecycle rules', () => {
  const put = (Rules: LifecycleRule[]): Promise<unknown> =>
    s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));

  test('come back as they were set, until they are deleted', async () => {
    const notSet = '404 NoSuchLifecycleConfiguration';
    expect(await refusal(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe(notSet);
    const rules: LifecycleRule[] = [
      { ID: 'one', Status: 'Enabled', Filter: { Prefix: 'logs/' }, Expiration: { Days: 30 } },
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the older form is still sent
      { ID: 'two', Status: 'Disabled', Prefix: '', Expiration: { Date: new Date('2030-01-01T00:00:00Z') } },
      {
        ID: 'three',
        Status: 'Enabled',
        Filter: {
          And: {
            Prefix: 'a',
            Tags: [{ Key: 'k', Value: 'v' }],
            ObjectSizeGreaterThan: 1,
            ObjectSizeLessThan: 10_000_000_000,
          },
        },
        NoncurrentVersionExpiration: { NoncurrentDays: 5, NewerNoncurrentVersions: 3 },
      },
      {
        ID: 'four',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        Expiration: { ExpiredObjectDeleteMarker: true },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
      { ID: 'five', Status: 'Enabled', Filter: { Tag: { Key: 'k', Value: '' } }, Expiration: { Days: 1 } },
      {
        ID: 'six',
        Status: 'Enabled',
        Filter: {},
        Expiration: { Days: 90 },
        Transitions: [
          { Days: 30, StorageClass: 'STANDARD_IA' },
          { Days: 60, StorageClass: 'GLACIER' },
        ],
        NoncurrentVersionTransitions: [
          { NoncurrentDays: 1, NewerNoncurrentVersions: 2, StorageClass: 'GLACIER_IR' },
        ],
      },
    ];
    await put(rules);
    const got = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(got.Rules).toEqual(rules);
    expect(got.TransitionDefaultMinimumObjectSize).toBe('all_storage_classes_128K');
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    expect(await refusal(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe(notSet);
  });

  test('without an id are given one, the same every time', async () => {
    const rule: LifecycleRule = { Status: 'Enabled', Filter: {}, Expiration: { Days: 1 } };
    const idOf = async (): Promise<string | undefined> => {
      await put([rule]);
      return (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules?.[0]?.ID;
    };
    const id = await idOf();
    expect(id).toMatch(/^[\w-]{8,255}$/);
    expect(await idOf()).toBe(id);
  });

  const ruled = (rule: Partial<LifecycleRule>): LifecycleRule => ({
    ID: 'a',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    ...rule,
  });
  test.each<[string, LifecycleRule[], string]>([
    ['no rule', [], '400 MalformedXML'],
    ['no action', [ruled({})], '400 InvalidRequest'],
    [
      'a strange status',
      [ruled({ Status: 'enabled' as 'Enabled', Expiration: { Days: 1 } })],
      '400 MalformedXML',
    ],
    ['zero days', [ruled({ Expiration: { Days: 0 } })], '400 InvalidArgument'],
    ['days and a date', [ruled({ Expiration: { Days: 1, Date: new Date(0) } })], '400 MalformedXML'],
    ['noon', [ruled({ Expiration: { Date: new Date('2030-01-01T12:00:00Z') } })], '400 InvalidArgument'],
    [
      'an id twice',
      [ruled({ Expiration: { Days: 1 } }), ruled({ Expiration: { Days: 2 } })],
      '400 InvalidArgument',
    ],
    ['a long id', [ruled({ ID: 'x'.repeat(256), Expiration: { Days: 1 } })], '400 InvalidArgument'],
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the older form is still sent
    ['prefix and filter', [ruled({ Prefix: 'a', Expiration: { Days: 1 } })], '400 MalformedXML'],
    [
      'tags for unfinished uploads',
      [
        ruled({
          Filter: { Tag: { Key: 'a', Value: 'b' } },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        }),
      ],
      '400 InvalidRequest',
    ],
    [
      'no room between the sizes',
      [
        ruled({
          Filter: { And: { ObjectSizeGreaterThan: 5, ObjectSizeLessThan: 5 } },
          Expiration: { Days: 1 },
        }),
      ],
      '400 InvalidRequest',
    ],
    [
      'an unknown storage class',
      [ruled({ Transitions: [{ Days: 1, StorageClass: 'COLD' as 'GLACIER' }] })],
      '400 MalformedXML',
    ],
    [
      'an early transition',
      [ruled({ Transitions: [{ Days: 1, StorageClass: 'STANDARD_IA' }] })],
      '400 InvalidArgument',
    ],
    [
      'a transition after the end',
      [ruled({ Transitions: [{ Days: 40, StorageClass: 'GLACIER' }], Expiration: { Days: 40 } })],
      '400 InvalidArgument',
    ],
    [
      'a transition by days and an end by date',
      [
        ruled({
          Transitions: [{ Days: 40, StorageClass: 'GLACIER' }],
          Expiration: { Date: new Date('2030-01-01T00:00:00Z') },
        }),
      ],
      '400 InvalidRequest',
    ],
    [
      'two transitions to one class',
      [
        ruled({
          NoncurrentVersionTransitions: [
            { NoncurrentDays: 40, StorageClass: 'GLACIER' },
            { NoncurrentDays: 50, StorageClass: 'GLACIER' },
          ],
        }),
      ],
      '400 InvalidRequest',
    ],
  ])('with %s are refused', async (_what, wrong, expected) => {
    expect(await refusal(put(wrong))).toBe(expected);
  });
});

describe('replies', () => {
  const put = (Rules: LifecycleRule[]): Promise<unknown> =>
    s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
  test('say when an object expires, and by which rule: the one that comes first', async () => {
    const Filter = { Prefix: 'logs/' };
    await put([
      { ID: 'later', Status: 'Enabled', Filter, Expiration: { Days: 9 } },
      { ID: 'soon: ü', Status: 'Enabled', Filter, Expiration: { Days: 2 } },
      { ID: 'off', Status: 'Disabled', Filter, Expiration: { Days: 1 } },
      { ID: 'old', Status: 'Enabled', Filter, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
    ]);
    const logged = { Bucket, Key: 'logs/a' };
    const { Expiration } = await s3.send(new PutObjectCommand({ ...logged, Body: 'a' }));
    const { LastModified } = await s3.send(new HeadObjectCommand(logged));
    const midnight = new Date((Math.floor(Number(LastModified) / 86_400_000) + 3) * 86_400_000);
    expect(Expiration).toBe(`expiry-date="${midnight.toUTCString()}", rule-id="soon%3A%20%C3%BC"`);
    expect(await s3.send(new GetObjectCommand(logged))).toMatchObject({ Expiration });
    expect(await s3.send(new HeadObjectCommand(logged))).toMatchObject({ Expiration });
    const other = { Bucket, Key: 'other' };
    expect((await s3.send(new PutObjectCommand({ ...other, Body: 'a' }))).Expiration).toBeUndefined();
    expect((await s3.send(new HeadObjectCommand(other))).Expiration).toBeUndefined();
  });
});
