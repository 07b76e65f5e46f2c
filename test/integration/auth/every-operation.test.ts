// Every operation asks for the permissions that AWS documents for it, on both planes alike: over HTTP with the AWS SDK and over
// NATS. A row that is missing here is an operation that nobody judged.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html.

import * as sdk from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Identity } from '../../../src/auth/identity.ts';
import { principalArnOf } from '../../../src/auth/credentials.ts';
import { parseIdentityPolicy } from '../../../src/auth/policy/document.ts';
import { operationNames, type OperationName } from '../../../src/contracts/operations.ts';
import { AccessBench, outcomeOf } from '../../support/access-bench.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ACCOUNT, OTHER_ACCOUNT } from '../../support/service-bench.ts';

type Parameters = Readonly<Record<string, unknown>>;

interface Row {
  readonly operation: OperationName;
  /** What AWS asks for, all of them. */
  readonly actions: readonly string[];
  readonly parameters: Parameters;
}

const B = { Bucket: 'table' };
const K = { ...B, Key: 'k' };
const UPLOAD = { ...K, UploadId: 'AAAAAAAAAAAAAAAAAAAAAA' };
const PUBLIC = '{"Version":"2012-10-17","Statement":[]}';
const TAGS = { Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } };
const RULE = { AllowedMethods: ['GET'], AllowedOrigins: ['*'] };
const LIFECYCLE = {
  Rules: [{ ID: 'r', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
};
const BLOCK = { PublicAccessBlockConfiguration: { BlockPublicAcls: true } };
const ENCRYPTION = {
  ServerSideEncryptionConfiguration: {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  },
};

const row = (operation: OperationName, actions: string, parameters: Parameters): Row => ({
  operation,
  actions: actions.split(' ').map((name) => `s3:${name}`),
  parameters,
});

const ROWS: readonly Row[] = [
  row('ListBuckets', 'ListAllMyBuckets', {}),
  row('CreateBucket', 'CreateBucket', { Bucket: 'another' }),
  row('CreateBucket', 'CreateBucket PutBucketAcl', { Bucket: 'another', ACL: 'private' }),
  row('CreateBucket', 'CreateBucket PutBucketOwnershipControls', {
    Bucket: 'another',
    ObjectOwnership: 'ObjectWriter',
  }),
  row('CreateBucket', 'CreateBucket PutBucketObjectLockConfiguration PutBucketVersioning', {
    Bucket: 'another',
    ObjectLockEnabledForBucket: true,
  }),
  row('HeadBucket', 'ListBucket', B),
  row('DeleteBucket', 'DeleteBucket', B),
  row('GetBucketLocation', 'GetBucketLocation', B),
  row('GetBucketPolicy', 'GetBucketPolicy', B),
  row('PutBucketPolicy', 'PutBucketPolicy', { ...B, Policy: PUBLIC }),
  row('DeleteBucketPolicy', 'DeleteBucketPolicy', B),
  row('GetBucketPolicyStatus', 'GetBucketPolicyStatus', B),
  row('GetPublicAccessBlock', 'GetBucketPublicAccessBlock', B),
  row('PutPublicAccessBlock', 'PutBucketPublicAccessBlock', { ...B, ...BLOCK }),
  row('DeletePublicAccessBlock', 'PutBucketPublicAccessBlock', B),
  row('GetBucketOwnershipControls', 'GetBucketOwnershipControls', B),
  row('PutBucketOwnershipControls', 'PutBucketOwnershipControls', {
    ...B,
    OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
  }),
  row('DeleteBucketOwnershipControls', 'PutBucketOwnershipControls', B),
  row('GetBucketAcl', 'GetBucketAcl', B),
  row('PutBucketAcl', 'PutBucketAcl', { ...B, ACL: 'private' }),
  row('GetObjectAcl', 'GetObjectAcl', K),
  row('PutObjectAcl', 'PutObjectAcl', { ...K, ACL: 'private' }),
  row('GetBucketCors', 'GetBucketCORS', B),
  row('PutBucketCors', 'PutBucketCORS', { ...B, CORSConfiguration: { CORSRules: [RULE] } }),
  row('DeleteBucketCors', 'PutBucketCORS', B),
  row('GetBucketTagging', 'GetBucketTagging', B),
  row('PutBucketTagging', 'PutBucketTagging', { ...B, ...TAGS }),
  row('DeleteBucketTagging', 'PutBucketTagging', B),
  row('GetBucketEncryption', 'GetEncryptionConfiguration', B),
  row('PutBucketEncryption', 'PutEncryptionConfiguration', { ...B, ...ENCRYPTION }),
  row('DeleteBucketEncryption', 'PutEncryptionConfiguration', B),
  row('GetBucketLifecycleConfiguration', 'GetLifecycleConfiguration', B),
  row('PutBucketLifecycleConfiguration', 'PutLifecycleConfiguration', {
    ...B,
    LifecycleConfiguration: LIFECYCLE,
  }),
  row('DeleteBucketLifecycle', 'PutLifecycleConfiguration', B),
  row('GetBucketNotificationConfiguration', 'GetBucketNotification', B),
  row('PutBucketNotificationConfiguration', 'PutBucketNotification', { ...B, NotificationConfiguration: {} }),
  row('GetBucketWebsite', 'GetBucketWebsite', B),
  row('PutBucketWebsite', 'PutBucketWebsite', {
    ...B,
    WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } },
  }),
  row('DeleteBucketWebsite', 'DeleteBucketWebsite', B),
  row('GetBucketVersioning', 'GetBucketVersioning', B),
  row('PutBucketVersioning', 'PutBucketVersioning', {
    ...B,
    VersioningConfiguration: { Status: 'Enabled' },
  }),
  row('GetObjectLockConfiguration', 'GetBucketObjectLockConfiguration', B),
  row('PutObjectLockConfiguration', 'PutBucketObjectLockConfiguration', {
    ...B,
    ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
  }),
  row('GetObjectRetention', 'GetObjectRetention', K),
  row('PutObjectRetention', 'PutObjectRetention', { ...K, Retention: {} }),
  row('GetObjectLegalHold', 'GetObjectLegalHold', K),
  row('PutObjectLegalHold', 'PutObjectLegalHold', { ...K, LegalHold: { Status: 'ON' } }),
  row('RestoreObject', 'RestoreObject', { ...K, RestoreRequest: { Days: 1 } }),
  row('ListObjectsV2', 'ListBucket', B),
  row('ListObjects', 'ListBucket', B),
  row('ListObjectVersions', 'ListBucketVersions', B),
  row('ListMultipartUploads', 'ListBucketMultipartUploads', B),
  row('PutObject', 'PutObject', { ...K, Body: '' }),
  row('PutObject', 'PutObject PutObjectTagging', { ...K, Body: '', Tagging: 'a=b' }),
  row('PutObject', 'PutObject PutObjectAcl', { ...K, Body: '', ACL: 'private' }),
  row('PutObject', 'PutObject PutObjectLegalHold', { ...K, Body: '', ObjectLockLegalHoldStatus: 'ON' }),
  row('GetObject', 'GetObject', K),
  row('GetObject', 'GetObjectVersion', { ...K, VersionId: 'null' }),
  row('HeadObject', 'GetObject', K),
  row('HeadObject', 'GetObjectVersion', { ...K, VersionId: 'null' }),
  row('GetObjectAttributes', 'GetObjectAttributes GetObject', { ...K, ObjectAttributes: ['ETag'] }),
  row('GetObjectAttributes', 'GetObjectVersionAttributes GetObjectVersion', {
    ...K,
    VersionId: 'null',
    ObjectAttributes: ['ETag'],
  }),
  row('DeleteObject', 'DeleteObject', K),
  row('DeleteObject', 'DeleteObjectVersion', { ...K, VersionId: 'null' }),
  row('GetObjectTagging', 'GetObjectTagging', K),
  row('GetObjectTagging', 'GetObjectVersionTagging', { ...K, VersionId: 'null' }),
  row('PutObjectTagging', 'PutObjectTagging', { ...K, ...TAGS }),
  row('DeleteObjectTagging', 'DeleteObjectTagging', K),
  row('CopyObject', 'PutObject GetObject', { ...B, Key: 'copy', CopySource: 'table/k' }),
  row('CopyObject', 'PutObject GetObjectVersion', {
    ...B,
    Key: 'copy',
    CopySource: 'table/k?versionId=null',
  }),
  row('CopyObject', 'PutObject GetObject GetObjectTagging PutObjectTagging', {
    ...B,
    Key: 'copy',
    CopySource: 'table/tagged',
  }),
  row('CopyObject', 'PutObject GetObject PutObjectTagging', {
    ...B,
    Key: 'copy',
    CopySource: 'table/tagged',
    TaggingDirective: 'REPLACE',
    Tagging: 'c=d',
  }),
  row('CreateMultipartUpload', 'PutObject', K),
  row('CreateMultipartUpload', 'PutObject PutObjectTagging', { ...K, Tagging: 'a=b' }),
  row('UploadPart', 'PutObject', { ...UPLOAD, PartNumber: 1, Body: '' }),
  row('UploadPartCopy', 'PutObject GetObject', { ...UPLOAD, PartNumber: 1, CopySource: 'table/k' }),
  row('CompleteMultipartUpload', 'PutObject', {
    ...UPLOAD,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"x"' }] },
  }),
  row('AbortMultipartUpload', 'AbortMultipartUpload', UPLOAD),
  row('ListParts', 'ListMultipartUploadParts', UPLOAD),
];

/** Judged otherwise: key by key below; browsers ask it unsigned; the server's own permissions guard them (nats-permissions). */
const ELSEWHERE: readonly OperationName[] = [
  'DeleteObjects',
  'OptionsObject',
  'AdminStatus',
  'AdminMaintenance',
  'AdminMembership',
];
/** The account itself always gets at its policy, whatever the policy says. */
const ALWAYS_OWN: ReadonlySet<string> = new Set(['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy']);
/** Judged before there is a bucket that could have a policy. */
const BUCKETLESS: ReadonlySet<string> = new Set(['ListBuckets', 'CreateBucket']);

const USER = { accessKeyId: 'AKIAUSER', secretAccessKey: 'u' };
const ROOT = { accessKeyId: 'AKIAROOT', secretAccessKey: 'r' };
const STRANGER = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 's' };
const USER_ARN = principalArnOf(ACCOUNT, USER.accessKeyId);
const DENIED = { http: 403, nats: 'AccessDenied' };

let nats: TestNats;
let access: AccessBench;
let clients: Readonly<Record<'user' | 'root' | 'stranger' | 'anybody', sdk.S3Client>>;
let userPolicy: object;

beforeAll(async () => {
  nats = await startNats();
  const credential = (keys: typeof USER, accountId: string): object => ({
    ...keys,
    accountId,
    displayName: 'x',
  });
  access = await AccessBench.start({
    urls: nats.urls,
    credentials: [
      credential(USER, ACCOUNT),
      credential(ROOT, ACCOUNT),
      credential(STRANGER, OTHER_ACCOUNT),
    ] as never,
    identities: {
      identityOf: (accountId, arn): Identity | undefined => {
        if (arn === USER_ARN) {
          const caller = { accountId, arns: [arn], actsAsAccount: false };
          return { caller, policies: [parseIdentityPolicy(JSON.stringify(userPolicy))] };
        }
        const arns = arn === undefined ? [] : [arn];
        return { caller: { accountId, arns, actsAsAccount: true } };
      },
    },
  });
  clients = {
    user: access.s3(USER),
    root: access.s3(ROOT),
    stranger: access.s3(STRANGER),
    anybody: access.anonymous(),
  };
});

afterAll(async () => {
  await access.close();
  await nats.stop();
});

beforeEach(async () => {
  for (const Bucket of ['another', 'table']) {
    for (const Key of ['k', 'tagged', 'copy']) {
      await access.bench.ask('DeleteObject', { Bucket, Key }).catch(() => undefined);
    }
    await access.bench.ask('DeleteBucketPolicy', { Bucket }).catch(() => undefined);
    await access.bench.ask('DeleteBucket', { Bucket }).catch(() => undefined);
  }
  await access.bench.ask('CreateBucket', B);
  await access.bench.ask('PutObject', K, { body: 'x' });
  await access.bench.ask('PutObject', { ...B, Key: 'tagged', Tagging: 'a=b' }, { body: 'x' });
});

const allow = (...Action: readonly string[]): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const allButOne = (action: string): object => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: action, Resource: '*' },
  ],
});

const CALLERS = {
  user: { accountId: ACCOUNT, principalArn: USER_ARN },
  root: { accountId: ACCOUNT },
  stranger: { accountId: OTHER_ACCOUNT },
  anybody: {},
};

/** What a caller is told on both planes; only denials are looked at. */
async function told(who: keyof typeof CALLERS, { operation, parameters }: Row): Promise<object> {
  const name = `${operation}Command` as 'GetObjectCommand';
  const outcome = await outcomeOf(clients[who].send(new sdk[name](structuredClone(parameters) as never)));
  const code = await access.nats(operation, parameters, CALLERS[who]);
  return { http: outcome === 'ok' ? 200 : Number(outcome.slice(0, 3)), nats: code };
}

async function expectAllowed(who: keyof typeof CALLERS, asked: Row): Promise<void> {
  const answer = (await told(who, asked)) as { http: number; nats: string };
  // A 403 that is about the object, not about who asks.
  const isRefused = answer.http === 403 && answer.nats !== 'InvalidObjectState';
  expect([isRefused, answer.nats === 'AccessDenied', answer]).toEqual([false, false, answer]);
  expect(answer.http).toBeLessThan(500);
}

test('no operation is left out', () => {
  const judged = new Set([...ROWS.map(({ operation }) => operation), ...ELSEWHERE]);
  expect(operationNames.filter((name) => !judged.has(name))).toEqual([]);
});

describe.each(ROWS.map((one) => [one.operation, one.actions.join(' '), one] as const))(
  '%s, %s',
  (_name, _actions, asked) => {
    test('is allowed by just that, and by nothing less', async () => {
      userPolicy = allow(...asked.actions);
      await expectAllowed('user', asked);
      for (const missing of asked.actions) {
        userPolicy = allow(...asked.actions.filter((action) => action !== missing), 'ec2:*');
        await recreate();
        expect([missing, await told('user', asked)]).toEqual([missing, DENIED]);
      }
    });

    test('is taken by an explicit Deny of the identity and of the bucket', async () => {
      for (const action of asked.actions) {
        userPolicy = allButOne(action);
        expect([action, await told('user', asked)]).toEqual([action, DENIED]);
        if (BUCKETLESS.has(asked.operation)) continue;
        userPolicy = allow('*');
        await denyInBucket(action);
        expect([action, await told('user', asked)]).toEqual([action, DENIED]);
        if (!ALWAYS_OWN.has(asked.operation)) {
          expect([action, await told('root', asked)]).toEqual([action, DENIED]);
        }
        await access.bench.ask('DeleteBucketPolicy', B);
      }
    });

    test('is nothing for strangers', async () => {
      expect(await told('anybody', asked)).toEqual(DENIED);
      if (!BUCKETLESS.has(asked.operation)) expect(await told('stranger', asked)).toEqual(DENIED);
    });
  },
);

async function denyInBucket(Action: string): Promise<void> {
  const Resource = ['arn:aws:s3:::table', 'arn:aws:s3:::table/*'];
  const level = /Bucket|Configuration|List(?!Multipart)/.test(Action) ? Resource[0] : Resource[1];
  const statement = { Effect: 'Deny', Principal: '*', Action, Resource: level };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await access.bench.ask('PutBucketPolicy', { ...B, Policy });
}

async function recreate(): Promise<void> {
  await access.bench.ask('DeleteBucket', { Bucket: 'another' }).catch(() => undefined);
  await access.bench.ask('CreateBucket', B).catch(() => undefined);
  await access.bench.ask('PutObject', K, { body: 'x' });
}

describe('DeleteObjects', () => {
  const asked = (...keys: readonly string[]): Parameters => ({
    ...B,
    Delete: { Objects: keys.map((Key) => ({ Key })) },
  });

  test('is judged key by key', async () => {
    userPolicy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::table/k*' }],
    };
    const { Deleted, Errors } = await clients.user.send(
      new sdk.DeleteObjectsCommand(structuredClone(asked('k', 'tagged')) as never),
    );
    expect(Deleted).toEqual([{ Key: 'k' }]);
    expect(Errors).toMatchObject([{ Key: 'tagged', Code: 'AccessDenied' }]);
    const over = await access.bench.ask('DeleteObjects', asked('k2', 'tagged'), {
      account: ACCOUNT,
      principalArn: USER_ARN,
    });
    expect(over.result).toMatchObject({ Deleted: [{ Key: 'k2' }], Errors: [{ Key: 'tagged' }] });
    expect((await access.bench.ask('HeadObject', { ...B, Key: 'tagged' })).result.ETag).toBeDefined();
  });

  test('of versions asks for another permission', async () => {
    userPolicy = allow('s3:DeleteObject');
    const Delete = { Objects: [{ Key: 'k', VersionId: 'null' }, { Key: 'tagged' }] };
    const { Deleted, Errors } = await clients.user.send(new sdk.DeleteObjectsCommand({ ...B, Delete }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['tagged']);
    expect(Errors).toMatchObject([{ Key: 'k', Code: 'AccessDenied' }]);
  });

  test('is nothing for strangers', async () => {
    const one: Row = { operation: 'DeleteObjects', actions: [], parameters: asked('k') };
    expect(await told('anybody', one)).toEqual(DENIED);
    expect(await told('stranger', one)).toEqual(DENIED);
  });
});

describe('the public', () => {
  const read: Row = row('GetObject', 'GetObject', K);
  const list: Row = row('ListObjectsV2', 'ListBucket', B);
  const allowPublic = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::table/*' },
    ],
  };

  test('may what a policy lets it, unless the bucket is blocked', async () => {
    await access.bench.ask('PutBucketPolicy', { ...B, Policy: JSON.stringify(allowPublic) });
    expect(await told('anybody', read)).toEqual({ http: 200, nats: 'ok' });
    expect(await told('anybody', list)).toEqual(DENIED);
    expect(await told('stranger', read)).toEqual({ http: 200, nats: 'ok' });
    const PublicAccessBlockConfiguration = { RestrictPublicBuckets: true };
    await access.bench.ask('PutPublicAccessBlock', { ...B, PublicAccessBlockConfiguration });
    expect(await told('anybody', read)).toEqual(DENIED);
    expect(await told('stranger', read)).toEqual(DENIED);
    expect(await told('root', read)).toEqual({ http: 200, nats: 'ok' });
  });

  test('may what a list lets it, unless lists are ignored', async () => {
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' }] };
    await access.bench.ask('PutBucketOwnershipControls', { ...B, OwnershipControls });
    await access.bench.ask('PutBucketAcl', { ...B, ACL: 'public-read' });
    expect(await told('anybody', list)).toEqual({ http: 200, nats: 'ok' });
    expect(await told('anybody', read)).toEqual(DENIED);
    await access.bench.ask('PutObjectAcl', { ...K, ACL: 'public-read' });
    expect(await told('anybody', read)).toEqual({ http: 200, nats: 'ok' });
    const PublicAccessBlockConfiguration = { IgnorePublicAcls: true };
    await access.bench.ask('PutPublicAccessBlock', { ...B, PublicAccessBlockConfiguration });
    expect([await told('anybody', read), await told('anybody', list)]).toEqual([DENIED, DENIED]);
  });
});

test("the policy of a bucket is its own account's, whatever it allows", async () => {
  const theirs = { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` };
  const all = { Effect: 'Allow', Principal: theirs, Action: 's3:*', Resource: 'arn:aws:s3:::table' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [all] });
  await access.bench.ask('PutBucketPolicy', { ...B, Policy });
  expect(await told('stranger', row('GetBucketAcl', 'GetBucketAcl', B))).toEqual({ http: 200, nats: 'ok' });
  for (const name of ['GetBucketPolicy', 'DeleteBucketPolicy'] as const) {
    expect(await told('stranger', row(name, name, B))).toEqual({ http: 405, nats: 'MethodNotAllowed' });
  }
});

describe('a form without a policy', () => {
  const post = async (): Promise<number> => {
    const form = new FormData();
    form.set('key', 'k');
    form.set('file', new Blob(['by anybody']), 'f.txt');
    const { status } = await fetch(`${access.gateway.endpoint}/table`, { method: 'POST', body: form });
    return status;
  };

  test('is an unsigned upload: refused, unless anybody may write', async () => {
    expect(await post()).toBe(403);
    const anybody = {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::table/*',
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [anybody] });
    await access.bench.ask('PutBucketPolicy', { ...B, Policy });
    expect(await post()).toBe(204);
    const { Body } = await clients.root.send(new sdk.GetObjectCommand({ ...B, Key: 'k' }));
    expect(await Body!.transformToString()).toBe('by anybody');
  });
});

test('a prefix that is denied is not reached by copying it', async () => {
  const secret = { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::table/k' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [secret] });
  await access.bench.ask('PutBucketPolicy', { ...B, Policy });
  const copy = row('CopyObject', 'PutObject', { ...B, Key: 'copy', CopySource: 'table/k' });
  const part = row('UploadPartCopy', 'PutObject', { ...UPLOAD, PartNumber: 1, CopySource: 'table/k' });
  expect([await told('root', copy), await told('root', part)]).toEqual([DENIED, DENIED]);
});
