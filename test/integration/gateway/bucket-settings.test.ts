// What is configured of a bucket, as the AWS SDK sets and reads it: gateway, schemas and service together.

import {
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketTaggingCommand,
  DeleteBucketWebsiteCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketWebsiteCommand,
  ListBucketAnalyticsConfigurationsCommand,
  PutBucketAccelerateConfigurationCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketRequestPaymentCommand,
  PutBucketTaggingCommand,
  PutBucketWebsiteCommand,
  type S3Client,
  type CORSRule,
  type Event,
  type Tag,
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

describe('CORS rules', () => {
  const rules: CORSRule[] = [
    { ID: 'all', AllowedMethods: ['GET', 'HEAD'], AllowedOrigins: ['*'] },
    {
      AllowedMethods: ['PUT'],
      AllowedOrigins: ['https://*.example.org'],
      AllowedHeaders: ['x-amz-*', 'Content-Type'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 3000,
    },
  ];
  const put = (CORSRules: CORSRule[]): Promise<unknown> =>
    s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));

  test('come back as they were set, until they are deleted', async () => {
    expect(await refusal(s3.send(new GetBucketCorsCommand({ Bucket })))).toBe('404 NoSuchCORSConfiguration');
    await put(rules);
    expect((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(rules);
    await s3.send(new DeleteBucketCorsCommand({ Bucket }));
    await s3.send(new DeleteBucketCorsCommand({ Bucket }));
    expect(await refusal(s3.send(new GetBucketCorsCommand({ Bucket })))).toBe('404 NoSuchCORSConfiguration');
  });

  test.each<[string, CORSRule[], string]>([
    ['no rule', [], '400 MalformedXML'],
    ['no method', [{ AllowedMethods: [], AllowedOrigins: ['*'] }], '400 MalformedXML'],
    ['no origin', [{ AllowedMethods: ['GET'], AllowedOrigins: [] }], '400 MalformedXML'],
    ['a strange method', [{ AllowedMethods: ['PATCH'], AllowedOrigins: ['*'] }], '400 InvalidRequest'],
    ['two wildcards', [{ AllowedMethods: ['GET'], AllowedOrigins: ['*a*'] }], '400 InvalidRequest'],
    [
      'a wildcard to expose',
      [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], ExposeHeaders: ['*'] }],
      '400 InvalidRequest',
    ],
    [
      'a header to expose that would end the line',
      [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'], ExposeHeaders: ['a b'] }],
      '400 InvalidRequest',
    ],
    [
      'a hundred and one rules',
      Array.from({ length: 101 }, () => ({ AllowedMethods: ['GET'], AllowedOrigins: ['*'] })),
      '400 InvalidRequest',
    ],
  ])('with %s are refused and change nothing', async (_what, wrong, expected) => {
    await put(rules);
    expect(await refusal(put(wrong))).toBe(expected);
    expect((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(rules);
  });

  async function fetched(
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; body: string }> {
    const response = await fetch(`${gateway.endpoint}${path}`, { method, headers });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  test('answer a preflight with the first rule that fits', async () => {
    await put(rules);
    const { status, headers, body } = await fetched('OPTIONS', '/photos/cat.jpg', {
      origin: 'https://app.example.org',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'X-Amz-Meta-Name, content-type',
    });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.org',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-amz-meta-name, content-type',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '3000',
      'access-control-allow-credentials': 'true',
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    });
  });

  test.each<[string, Record<string, string>, number, string]>([
    ['without an origin', {}, 400, 'BadRequest'],
    ['without a method', { origin: 'https://a.example.org' }, 400, 'BadRequest'],
    [
      'with a strange method',
      { origin: 'https://a.example.org', 'access-control-request-method': 'PATCH' },
      400,
      'BadRequest',
    ],
    [
      'of another origin',
      { origin: 'https://example.com', 'access-control-request-method': 'PUT' },
      403,
      'AccessForbidden',
    ],
    [
      'with a header that no rule has',
      {
        origin: 'https://a.example.org',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization',
      },
      403,
      'AccessForbidden',
    ],
  ])('refuse a preflight %s', async (_what, headers, status, code) => {
    await put(rules);
    const reply = await fetched('OPTIONS', '/photos/cat.jpg', headers);
    expect(reply.status).toBe(status);
    expect(reply.body).toContain(`<Code>${code}</Code>`);
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a bucket without them refuses every preflight', async () => {
    const asked = { origin: 'https://a.example.org', 'access-control-request-method': 'GET' };
    const reply = await fetched('OPTIONS', '/photos', asked);
    expect(reply.status).toBe(403);
    expect(reply.body).toContain('CORS is not enabled for this bucket');
  });

  test('show a reply to scripts, a refusal too, and keep it from other origins', async () => {
    await put([{ AllowedMethods: ['GET'], AllowedOrigins: ['https://app.example.org'] }]);
    const own = await fetched('GET', '/photos/secret', { origin: 'https://app.example.org' });
    expect(own.status).toBe(403);
    expect(own.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    const other = await fetched('GET', '/photos/secret', { origin: 'https://example.com' });
    expect(other.status).toBe(403);
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('that allow everybody say so, and promise no cookies', async () => {
    await put(rules);
    const reply = await fetched('GET', '/photos/secret', { origin: 'https://anywhere.test' });
    expect(reply.headers.get('access-control-allow-origin')).toBe('*');
    expect(reply.headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('tags of a bucket', () => {
  const put = (TagSet: Tag[]): Promise<unknown> =>
    s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));

  test('come back as they were set, until they are deleted', async () => {
    expect(await refusal(s3.send(new GetBucketTaggingCommand({ Bucket })))).toBe('404 NoSuchTagSet');
    const tags = [
      { Key: 'team', Value: 'storage + co @ home: 1/2' },
      { Key: 'überzahl', Value: '' },
    ];
    await put(tags);
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(tags);
    await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await refusal(s3.send(new GetBucketTaggingCommand({ Bucket })))).toBe('404 NoSuchTagSet');
  });

  test.each<[string, Tag[], string]>([
    [
      'a name twice',
      [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
      '400 InvalidTag',
    ],
    ['a long name', [{ Key: 'x'.repeat(129), Value: '' }], '400 InvalidTag'],
    ['a long value', [{ Key: 'a', Value: 'x'.repeat(257) }], '400 InvalidTag'],
    ['a name of the system', [{ Key: 'aws:cloud', Value: '' }], '400 InvalidTag'],
    ['a sign that AWS has not', [{ Key: 'a', Value: '<' }], '400 InvalidTag'],
    [
      'fifty-one of them',
      Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: '' })),
      '400 BadRequest',
    ],
  ])('with %s are refused', async (_what, wrong, expected) => {
    expect(await refusal(put(wrong))).toBe(expected);
  });
});

describe('the default encryption', () => {
  const put = (SSEAlgorithm: 'AES256' | 'aws:kms'): Promise<unknown> =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm }, BucketKeyEnabled: false }],
        },
      }),
    );

  test('can be AES256, which is what happens', async () => {
    const notSet = '404 ServerSideEncryptionConfigurationNotFoundError';
    expect(await refusal(s3.send(new GetBucketEncryptionCommand({ Bucket })))).toBe(notSet);
    await put('AES256');
    const { ServerSideEncryptionConfiguration: set } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    expect(set?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect(await refusal(s3.send(new GetBucketEncryptionCommand({ Bucket })))).toBe(notSet);
  });

  test('cannot be that of a key management service, because there is none', async () => {
    expect(await refusal(put('aws:kms'))).toBe('501 NotImplemented');
  });
});

describe('notifications', () => {
  const ARN = 'arn:aws:sqs:eu-central-1:123456789012:queue';
  const put = (events: string[], filter?: [string, string], more: object = {}): Promise<unknown> =>
    s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              QueueArn: ARN,
              Events: events as Event[],
              ...(filter && {
                Filter: { Key: { FilterRules: [{ Name: filter[0] as 'prefix', Value: filter[1] }] } },
              }),
            },
          ],
          ...more,
        },
      }),
    );

  test('are none until they are set, and can be turned off', async () => {
    const get = async () => {
      const { $metadata: _meta, ...rest } = await s3.send(
        new GetBucketNotificationConfigurationCommand({ Bucket }),
      );
      return rest;
    };
    expect(await get()).toEqual({});
    await put(['s3:ObjectCreated:*'], ['prefix', 'a&b']);
    expect(await get()).toEqual({
      QueueConfigurations: [
        {
          Id: expect.any(String),
          QueueArn: ARN,
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'a&b' }] } },
        },
      ],
    });
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }));
    expect(await get()).toEqual({});
  });

  test('with an unknown event, a strange filter or two destinations for one event are refused', async () => {
    expect(await refusal(put(['s3:ObjectEaten:*']))).toBe('400 InvalidArgument');
    expect(await refusal(put(['s3:ObjectCreated:*'], ['infix', 'a']))).toBe('400 InvalidArgument');
    const topic = (Events: Event[]) => ({
      TopicConfigurations: [{ TopicArn: ARN.replace('sqs', 'sns'), Events }],
    });
    expect(await refusal(put(['s3:ObjectCreated:*'], undefined, topic(['s3:ObjectCreated:Put'])))).toBe(
      '400 InvalidArgument',
    );
    await put(['s3:ObjectCreated:*'], undefined, topic(['s3:ObjectRemoved:*']));
  });
});

describe('the website configuration', () => {
  test('comes back as it was set, until it is deleted', async () => {
    const get = () => s3.send(new GetBucketWebsiteCommand({ Bucket }));
    expect(await refusal(get())).toBe('404 NoSuchWebsiteConfiguration');
    const website = {
      IndexDocument: { Suffix: 'index.html' },
      ErrorDocument: { Key: 'error.html' },
      RoutingRules: [
        { Condition: { KeyPrefixEquals: 'docs/' }, Redirect: { ReplaceKeyPrefixWith: 'documents/' } },
      ],
    };
    await s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: website }));
    expect(await get()).toMatchObject(website);
    await s3.send(new DeleteBucketWebsiteCommand({ Bucket }));
    expect(await refusal(get())).toBe('404 NoSuchWebsiteConfiguration');
  });

  test('needs a document or a redirect', async () => {
    const put = (WebsiteConfiguration: object) =>
      refusal(s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration })));
    expect(await put({})).toBe('400 InvalidArgument');
    expect(await put({ IndexDocument: { Suffix: 'a/b' } })).toBe('400 InvalidArgument');
  });
});

describe('what cannot be configured', () => {
  test('answers with its default, or that it is not there', async () => {
    expect(await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).toMatchObject({
      Payer: 'BucketOwner',
    });
    expect((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toBeUndefined();
    expect((await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).Status).toBeUndefined();
    const listed = await s3.send(new ListBucketAnalyticsConfigurationsCommand({ Bucket }));
    expect(listed).toMatchObject({ IsTruncated: false });
    expect(await refusal(s3.send(new GetBucketReplicationCommand({ Bucket })))).toBe(
      '404 ReplicationConfigurationNotFoundError',
    );
  });

  test('takes its default, and refuses to be anything else', async () => {
    const pay = (Payer: 'BucketOwner' | 'Requester') =>
      s3.send(new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer } }));
    await pay('BucketOwner');
    expect(await refusal(pay('Requester'))).toBe('501 NotImplemented');
    const accelerate = (Status: 'Enabled' | 'Suspended') =>
      s3.send(new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: { Status } }));
    await accelerate('Suspended');
    expect(await refusal(accelerate('Enabled'))).toBe('501 NotImplemented');
    const log = (LoggingEnabled?: { TargetBucket: string; TargetPrefix: string }) =>
      s3.send(
        new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: LoggingEnabled && { LoggingEnabled } }),
      );
    expect(await refusal(log({ TargetBucket: 'b', TargetPrefix: '' }))).toBe('501 NotImplemented');
  });
});

test('nothing is told of a bucket that is not there, or that belongs to somebody else', async () => {
  await bench.buckets.create({ name: 'foreign', account: '999999999999', region: REGION });
  const commands = [
    GetBucketCorsCommand,
    GetBucketTaggingCommand,
    GetBucketEncryptionCommand,
    GetBucketLifecycleConfigurationCommand,
    GetBucketNotificationConfigurationCommand,
    GetBucketWebsiteCommand,
    DeleteBucketCorsCommand,
    DeleteBucketTaggingCommand,
    DeleteBucketEncryptionCommand,
    DeleteBucketLifecycleCommand,
    DeleteBucketWebsiteCommand,
  ] as unknown as (new (input: { Bucket: string }) => GetBucketCorsCommand)[];
  for (const Command of commands) {
    expect(await refusal(s3.send(new Command({ Bucket: 'absent' })))).toBe('404 NoSuchBucket');
    expect(await refusal(s3.send(new Command({ Bucket: 'foreign' })))).toBe('403 AccessDenied');
  }
});
