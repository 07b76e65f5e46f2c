import { beforeEach, describe, expect, test } from '@jest/globals';
import { ConfiguredCredentials } from '../../../src/auth/credentials.ts';
import {
  ACCOUNT,
  benchWithBucket,
  OTHER_ACCOUNT,
  type Asked,
  type ServiceBench,
} from '../../support/service-bench.ts';

const Bucket = 'photos';
const CAT = { Bucket, Key: 'cat' };
const OTHER: Asked = { account: OTHER_ACCOUNT, body: 'x' };
const ANYBODY: Asked = { account: undefined, body: 'x' };
const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers';

function policy(fields: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::photos/*',
        ...fields,
      },
    ],
  });
}

const block = (fields: object): Record<string, unknown> => ({
  Bucket,
  PublicAccessBlockConfiguration: fields,
});
const owned = (ObjectOwnership: string): Record<string, unknown> => ({
  Bucket,
  OwnershipControls: { Rules: [{ ObjectOwnership }] },
});

let bench: ServiceBench;
beforeEach(async () => {
  const entry = {
    accessKeyId: 'OTHERKEY',
    secretAccessKey: 'secret',
    accountId: OTHER_ACCOUNT,
    displayName: 'bob',
    email: 'bob@example.com',
  };
  bench = await benchWithBucket({ accounts: new ConfiguredCredentials([entry]) });
  await bench.ask('PutObject', CAT, { body: 'meow' });
});

describe('a bucket policy', () => {
  test('is given back as it was put, until it is deleted', async () => {
    expect(await bench.refusalCode('GetBucketPolicy', { Bucket })).toBe('NoSuchBucketPolicy');
    expect(await bench.refusalCode('GetBucketPolicyStatus', { Bucket })).toBe('NoSuchBucketPolicy');
    const text = ` ${policy()}\n`;
    await bench.ask('PutBucketPolicy', { Bucket, Policy: text });
    expect((await bench.ask('GetBucketPolicy', { Bucket })).result).toEqual({ Policy: text });
    expect((await bench.ask('GetBucketPolicyStatus', { Bucket })).result).toEqual({
      PolicyStatus: { IsPublic: true },
    });
    await bench.ask('DeleteBucketPolicy', { Bucket });
    await bench.ask('DeleteBucketPolicy', { Bucket });
    expect(await bench.refusalCode('GetBucketPolicy', { Bucket })).toBe('NoSuchBucketPolicy');
  });

  test('lets others do what it says, at once and no more', async () => {
    expect(await bench.refusalCode('GetObject', CAT, OTHER)).toBe('AccessDenied');
    await bench.ask('PutBucketPolicy', { Bucket, Policy: policy({ Principal: { AWS: OTHER_ACCOUNT } }) });
    await expect(bench.ask('GetObject', CAT, OTHER)).resolves.toBeDefined();
    expect(await bench.refusalCode('GetObject', CAT, ANYBODY)).toBe('AccessDenied');
    expect(await bench.refusalCode('PutObject', CAT, OTHER)).toBe('AccessDenied');
    expect(await bench.refusalCode('GetBucketPolicy', { Bucket }, OTHER)).toBe('AccessDenied');
  });

  test('lets nobody find out by asking which keys exist', async () => {
    await bench.ask('PutBucketPolicy', { Bucket, Policy: policy() });
    expect(await bench.refusalCode('GetObject', { Bucket, Key: 'dog' }, ANYBODY)).toBe('AccessDenied');
    const listing = policy({
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: ['arn:aws:s3:::photos/*', 'arn:aws:s3:::photos'],
    });
    await bench.ask('PutBucketPolicy', { Bucket, Policy: listing });
    expect(await bench.refusalCode('GetObject', { Bucket, Key: 'dog' }, ANYBODY)).toBe('NoSuchKey');
  });

  test('tells whoever may list some prefixes which keys exist there, and nowhere else', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:ListBucket',
          Resource: 'arn:aws:s3:::photos',
          Condition: { StringLike: { 's3:prefix': 'open/*' } },
        },
      ],
    });
    await bench.ask('PutBucketOwnershipControls', owned('ObjectWriter'));
    await bench.ask('PutBucketPolicy', { Bucket, Policy });
    for (const operation of ['HeadObject', 'GetObject'] as const) {
      expect(await bench.refusalCode(operation, { Bucket, Key: 'open/dog' }, ANYBODY)).toBe('NoSuchKey');
      expect(await bench.refusalCode(operation, { Bucket, Key: 'dog' }, ANYBODY)).toBe('AccessDenied');
    }
  });

  test('is heard before anything is said of an encryption that there is not', async () => {
    const strange = [
      { ServerSideEncryption: 'AES192' },
      { ServerSideEncryption: 'aws:kms' },
      { SSECustomerAlgorithm: 'AES192' },
    ];
    for (const fields of strange)
      expect(await bench.refusalCode('PutObject', { ...CAT, ...fields }, OTHER)).toBe('AccessDenied');
    expect(await bench.refusalCode('GetObject', { ...CAT, SSECustomerKey: 'x' }, OTHER)).toBe('AccessDenied');
  });

  test('asks for the permissions of tags, lists and versions too', async () => {
    const put = { ...CAT, Key: 'new' };
    await bench.ask('PutBucketOwnershipControls', owned('ObjectWriter'));
    await bench.ask('PutBucketPolicy', { Bucket, Policy: policy({ Action: 's3:PutObject' }) });
    await expect(bench.ask('PutObject', put, OTHER)).resolves.toBeDefined();
    expect(await bench.refusalCode('PutObject', { ...put, ACL: 'public-read' }, OTHER)).toBe('AccessDenied');
  });

  test('can ask for tags of the object', async () => {
    await bench.ask('PutBucketPolicy', {
      Bucket,
      Policy: policy({ Condition: { StringEquals: { 's3:ExistingObjectTag/shared': 'yes' } } }),
    });
    expect(await bench.refusalCode('GetObject', CAT, ANYBODY)).toBe('AccessDenied');
    const bucket = await bench.buckets.head(Bucket);
    if (bucket === undefined) throw new Error('the bucket is missing');
    await bench.objects.revise({
      bucket,
      key: 'cat',
      requestId: 'r',
      change: () => ({ tags: { shared: 'yes' } }),
    });
    await expect(bench.ask('GetObject', CAT, ANYBODY)).resolves.toBeDefined();
  });

  test('judges each key of DeleteObjects', async () => {
    const Policy = policy({ Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::photos/tmp/*' });
    await bench.ask('PutBucketPolicy', { Bucket, Policy });
    const Delete = { Objects: [{ Key: 'tmp/a' }, { Key: 'cat' }] };
    const { result } = await bench.ask('DeleteObjects', { Bucket, Delete }, OTHER);
    expect(result).toEqual({
      Deleted: [{ Key: 'tmp/a' }],
      Errors: [{ Key: 'cat', Code: 'AccessDenied', Message: 'Access Denied.' }],
    });
  });

  test('that is no policy is refused in the words of AWS', async () => {
    const error = await bench.refusal('PutBucketPolicy', { Bucket, Policy: '{}' });
    expect(error).toMatchObject({ code: 'MalformedPolicy', message: 'Missing required field Statement' });
  });

  test('may name an access key of the configuration', async () => {
    await bench.ask('PutBucketPolicy', { Bucket, Policy: policy({ Principal: 'OTHERKEY' }) });
    const principalArn = `arn:aws:iam::${OTHER_ACCOUNT}:user/OTHERKEY`;
    bench.policies.set(principalArn, [{ bucket: '*', actions: ['*'] }]);
    await expect(bench.ask('GetObject', CAT, { ...OTHER, principalArn })).resolves.toBeDefined();
    expect(await bench.refusalCode('GetObject', CAT, OTHER)).toBe('AccessDenied');
  });
});

describe('a public-access block', () => {
  const all = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  test('is given back, until it is deleted', async () => {
    expect(await bench.refusalCode('GetPublicAccessBlock', { Bucket })).toBe(
      'NoSuchPublicAccessBlockConfiguration',
    );
    await bench.ask('PutPublicAccessBlock', block({ BlockPublicAcls: true }));
    const { result } = await bench.ask('GetPublicAccessBlock', { Bucket });
    expect(result.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: false,
      BlockPublicPolicy: false,
      RestrictPublicBuckets: false,
    });
    await bench.ask('DeletePublicAccessBlock', { Bucket });
    expect(await bench.refusalCode('GetPublicAccessBlock', { Bucket })).toBe(
      'NoSuchPublicAccessBlockConfiguration',
    );
  });

  test('refuses public policies and lists, and keeps earlier ones from counting', async () => {
    await bench.ask('PutBucketOwnershipControls', owned('ObjectWriter'));
    await bench.ask('PutObject', { ...CAT, ACL: 'public-read' }, { body: 'meow' });
    await bench.ask('PutBucketPolicy', {
      Bucket,
      Policy: policy({ Resource: 'arn:aws:s3:::photos/open/*' }),
    });
    await bench.ask('PutObject', { Bucket, Key: 'open/a' }, { body: 'meow' });
    await expect(bench.ask('GetObject', CAT, ANYBODY)).resolves.toBeDefined();
    await expect(bench.ask('GetObject', { Bucket, Key: 'open/a' }, ANYBODY)).resolves.toBeDefined();
    await bench.ask('PutPublicAccessBlock', block(all));
    expect(await bench.refusalCode('GetObject', CAT, ANYBODY)).toBe('AccessDenied');
    expect(await bench.refusalCode('GetObject', { Bucket, Key: 'open/a' }, ANYBODY)).toBe('AccessDenied');
    expect(await bench.refusalCode('PutBucketPolicy', { Bucket, Policy: policy() })).toBe('AccessDenied');
    expect(await bench.refusalCode('PutBucketAcl', { Bucket, ACL: 'public-read' })).toBe('AccessDenied');
    expect(await bench.refusalCode('PutObjectAcl', { ...CAT, ACL: 'public-read' })).toBe('AccessDenied');
    expect(await bench.refusalCode('PutObject', { ...CAT, ACL: 'public-read' }, { body: 'x' })).toBe(
      'AccessDenied',
    );
    await expect(bench.ask('GetObject', CAT)).resolves.toBeDefined();
  });

  test('stands on new buckets from the start where the operator says so', async () => {
    const strict = await benchWithBucket({ blockPublicAccess: true });
    expect(
      (await strict.ask('GetPublicAccessBlock', { Bucket })).result.PublicAccessBlockConfiguration,
    ).toEqual(all);
  });
});

describe('ownership controls', () => {
  test('of new buckets are what the operator says, unless the client says something', async () => {
    const lenient = await benchWithBucket({ objectOwnership: 'ObjectWriter' });
    const of = async (name: string): Promise<string | undefined> =>
      (await lenient.ask('GetBucketOwnershipControls', { Bucket: name })).result.OwnershipControls.Rules[0]
        ?.ObjectOwnership;
    expect(await of(Bucket)).toBe('ObjectWriter');
    await lenient.ask('CreateBucket', { Bucket: 'open', ACL: 'public-read' });
    expect(await of('open')).toBe('ObjectWriter');
    await lenient.ask('CreateBucket', { Bucket: 'closed', ObjectOwnership: 'BucketOwnerEnforced' });
    expect(await of('closed')).toBe('BucketOwnerEnforced');
  });

  test('are those of AWS today, and can be changed and deleted', async () => {
    const ownership = async (): Promise<string | undefined> =>
      (await bench.ask('GetBucketOwnershipControls', { Bucket })).result.OwnershipControls.Rules[0]
        ?.ObjectOwnership;
    expect(await ownership()).toBe('BucketOwnerEnforced');
    await bench.ask('PutBucketOwnershipControls', owned('BucketOwnerPreferred'));
    expect(await ownership()).toBe('BucketOwnerPreferred');
    await bench.ask('PutBucketAcl', { Bucket, ACL: 'public-read' });
    expect(await bench.refusalCode('PutBucketOwnershipControls', owned('BucketOwnerEnforced'))).toBe(
      'InvalidBucketAclWithObjectOwnership',
    );
    await bench.ask('DeleteBucketOwnershipControls', { Bucket });
    expect(await bench.refusalCode('GetBucketOwnershipControls', { Bucket })).toBe(
      'OwnershipControlsNotFoundError',
    );
  });

  test('decide who owns what somebody else writes', async () => {
    await bench.ask('PutBucketOwnershipControls', owned('BucketOwnerPreferred'));
    await bench.ask('PutBucketAcl', { Bucket, ACL: 'public-read-write' });
    await bench.ask('PutObject', { Bucket, Key: 'kept' }, OTHER);
    await bench.ask('PutObject', { Bucket, Key: 'given', ACL: 'bucket-owner-full-control' }, OTHER);
    expect(await bench.refusalCode('GetObject', { Bucket, Key: 'kept' })).toBe('AccessDenied');
    await expect(bench.ask('GetObject', { Bucket, Key: 'kept' }, OTHER)).resolves.toBeDefined();
    await expect(bench.ask('GetObject', { Bucket, Key: 'given' })).resolves.toBeDefined();
    expect((await bench.ask('GetObjectAcl', { Bucket, Key: 'kept' }, OTHER)).result.Owner).toEqual({
      ID: OTHER_ACCOUNT,
      DisplayName: 'bob',
    });
    expect((await bench.ask('GetObjectAcl', { Bucket, Key: 'given' })).result.Owner.ID).toBe(ACCOUNT);
  });

  test('let nobody without an account look into an upload or end it', async () => {
    await bench.ask('PutBucketOwnershipControls', owned('ObjectWriter'));
    await bench.ask('PutBucketAcl', { Bucket, ACL: 'public-read-write' });
    const upload = { Bucket, Key: 'big', UploadId: 'unheard-of' };
    for (const operation of ['ListParts', 'AbortMultipartUpload'] as const) {
      expect(await bench.refusalCode(operation, upload, ANYBODY)).toBe('AccessDenied');
      expect(await bench.refusalCode(operation, upload)).toMatch(/^NoSuch/);
    }
  });

  test('of a new bucket come with its creation', async () => {
    expect(await bench.refusalCode('CreateBucket', { Bucket: 'open', ACL: 'public-read' })).toBe(
      'InvalidBucketAclWithObjectOwnership',
    );
    await bench.ask('CreateBucket', { Bucket: 'open', ACL: 'public-read', ObjectOwnership: 'ObjectWriter' });
    await expect(bench.ask('ListObjectsV2', { Bucket: 'open' }, ANYBODY)).resolves.toBeDefined();
  });
});

describe('access control lists', () => {
  const owner = {
    Grantee: { Type: 'CanonicalUser', ID: ACCOUNT, DisplayName: ACCOUNT },
    Permission: 'FULL_CONTROL',
  };
  test('are the owner alone where they are disabled, and cannot be changed there', async () => {
    expect((await bench.ask('GetBucketAcl', { Bucket })).result).toEqual({
      Owner: { ID: ACCOUNT, DisplayName: ACCOUNT },
      Grants: [owner],
    });
    expect(await bench.refusalCode('PutBucketAcl', { Bucket, ACL: 'public-read' })).toBe(
      'AccessControlListNotSupported',
    );
    expect(await bench.refusalCode('PutObjectAcl', { ...CAT, ACL: 'private' })).toBe(
      'AccessControlListNotSupported',
    );
    expect(await bench.refusalCode('PutObject', { ...CAT, ACL: 'public-read' }, { body: 'x' })).toBe(
      'AccessControlListNotSupported',
    );
    await expect(
      bench.ask('PutObject', { ...CAT, ACL: 'bucket-owner-full-control' }, { body: 'x' }),
    ).resolves.toBeDefined();
  });

  describe('where they are enabled', () => {
    beforeEach(() => bench.ask('PutBucketOwnershipControls', owned('ObjectWriter')));

    test('go in as headers, documents and names, and come out alike', async () => {
      await bench.ask('PutBucketAcl', {
        Bucket,
        GrantRead: `id="${OTHER_ACCOUNT}", uri="${ALL_USERS}"`,
        GrantWriteACP: 'emailAddress=bob@example.com',
      });
      const bob = { Type: 'CanonicalUser', ID: OTHER_ACCOUNT, DisplayName: 'bob' };
      expect((await bench.ask('GetBucketAcl', { Bucket })).result.Grants).toEqual([
        { Grantee: bob, Permission: 'READ' },
        { Grantee: { Type: 'Group', URI: ALL_USERS }, Permission: 'READ' },
        { Grantee: bob, Permission: 'WRITE_ACP' },
      ]);
      const Grants = [
        owner,
        { Grantee: { Type: 'AmazonCustomerByEmail', EmailAddress: 'BOB@example.com' }, Permission: 'READ' },
      ];
      await bench.ask('PutObjectAcl', { ...CAT, AccessControlPolicy: { Owner: { ID: ACCOUNT }, Grants } });
      expect((await bench.ask('GetObjectAcl', CAT)).result.Grants).toEqual([
        owner,
        { Grantee: bob, Permission: 'READ' },
      ]);
      await expect(bench.ask('GetObject', CAT, OTHER)).resolves.toBeDefined();
    });

    test('of a name show what everybody may first, then the owner', async () => {
      await bench.ask('PutBucketAcl', { Bucket, ACL: 'public-read-write' });
      const everybody = { Type: 'Group', URI: ALL_USERS };
      expect((await bench.ask('GetBucketAcl', { Bucket })).result.Grants).toEqual([
        { Grantee: everybody, Permission: 'READ' },
        { Grantee: everybody, Permission: 'WRITE' },
        owner,
      ]);
    });

    test('of an object may grant WRITE, which lets nobody do anything', async () => {
      const grant = `id=${OTHER_ACCOUNT}`;
      const grants = { GrantFullControl: grant, GrantWrite: grant, GrantRead: grant };
      await bench.ask('PutObject', { ...CAT, ...grants }, { body: 'x' });
      const { Grants } = (await bench.ask('GetObjectAcl', CAT, OTHER)).result;
      expect(Grants.map(({ Permission }) => Permission)).toEqual(['READ', 'WRITE', 'FULL_CONTROL']);
      expect(await bench.refusalCode('PutObject', CAT, { ...OTHER, body: 'y' })).toBe('AccessDenied');
    });

    test('make the writer the owner that listings name, while they are enabled', async () => {
      await bench.ask('PutBucketAcl', { Bucket, ACL: 'public-read-write' });
      await bench.ask('PutObject', { Bucket, Key: 'bobs' }, { ...OTHER, body: 'x' });
      const ownerListed = async (): Promise<unknown> =>
        (await bench.ask('ListObjects', { Bucket, Prefix: 'bobs' })).result.Contents?.[0]?.Owner;
      expect(await ownerListed()).toEqual({ ID: OTHER_ACCOUNT, DisplayName: 'bob' });
      await bench.ask('PutBucketAcl', { Bucket, ACL: 'private' });
      await bench.ask('PutBucketOwnershipControls', owned('BucketOwnerEnforced'));
      expect(await ownerListed()).toEqual({ ID: ACCOUNT, DisplayName: ACCOUNT });
    });

    test('READ of a bucket is not enough to copy an object out of it', async () => {
      await bench.ask('PutBucketAcl', { Bucket, ACL: 'public-read-write' });
      const copy = { Bucket, Key: 'mine', CopySource: 'photos/cat' };
      expect(await bench.refusalCode('GetObject', CAT, OTHER)).toBe('AccessDenied');
      expect(await bench.refusalCode('CopyObject', copy, OTHER)).toBe('AccessDenied');
    });

    test.each<[string, object, string]>([
      ['nothing', {}, 'MissingSecurityHeader'],
      ['a name nobody knows', { ACL: 'open' }, 'InvalidArgument'],
      ['a name of objects', { ACL: 'bucket-owner-read' }, 'InvalidArgument'],
      ['a name and a grant', { ACL: 'private', GrantRead: `id=${OTHER_ACCOUNT}` }, 'InvalidRequest'],
      [
        'a name and a document',
        { ACL: 'private', AccessControlPolicy: { Owner: { ID: ACCOUNT }, Grants: [] } },
        'UnexpectedContent',
      ],
      ['a document without an owner', { AccessControlPolicy: { Grants: [] } }, 'MalformedACLError'],
      [
        'another owner',
        { AccessControlPolicy: { Owner: { ID: OTHER_ACCOUNT }, Grants: [] } },
        'AccessDenied',
      ],
      [
        'an owner nobody knows',
        { AccessControlPolicy: { Owner: { ID: 'nobody' }, Grants: [] } },
        'InvalidArgument',
      ],
      [
        'a grant to nobody',
        {
          AccessControlPolicy: {
            Owner: { ID: ACCOUNT },
            Grants: [{ Grantee: { Type: 'CanonicalUser' }, Permission: 'READ' }],
          },
        },
        'MalformedACLError',
      ],
      ['a grantee nobody knows', { GrantRead: 'id=000000000009' }, 'InvalidArgument'],
      [
        'an address nobody has',
        { GrantRead: 'emailAddress=eve@example.com' },
        'UnresolvableGrantByEmailAddress',
      ],
      ['a group nobody knows', { GrantRead: 'uri=http://example.com/' }, 'InvalidArgument'],
      ['nonsense', { GrantRead: 'everybody' }, 'InvalidArgument'],
    ])('are refused with %s', async (_name, fields, code) => {
      expect(await bench.refusalCode('PutBucketAcl', { Bucket, ...fields })).toBe(code);
    });

    test('without any grant keep the owner out of the data, never out of the list', async () => {
      await bench.ask('PutBucketAcl', {
        Bucket,
        AccessControlPolicy: { Owner: { ID: ACCOUNT }, Grants: [] },
      });
      expect(await bench.refusalCode('PutObject', CAT, { body: 'x' })).toBe('AccessDenied');
      await expect(bench.ask('GetObject', CAT)).resolves.toBeDefined();
      await expect(bench.ask('GetBucketAcl', { Bucket })).resolves.toBeDefined();
      await bench.ask('PutBucketAcl', { Bucket, ACL: 'private' });
      await expect(bench.ask('PutObject', CAT, { body: 'x' })).resolves.toBeDefined();
    });
  });
});
