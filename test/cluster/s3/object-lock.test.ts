// Object lock through the AWS SDK on a cluster of real processes, each request at another node.

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  UploadPartCommand,
  type ObjectLockRetention,
  type ObjectLockRule,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestCluster } from '../../support/cluster.ts';

const DAY_MS = 86_400_000;
const LOCKED = { name: 'AccessDenied', message: 'Access Denied because object protected by object lock.' };

let cluster: TestCluster;
let clients: S3Client[];
let turn = 0;
let buckets = 0;

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
  clients = [1, 2, 3].map((node) => cluster.s3(node));
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

/** Every request goes to the next node. */
function next(): S3Client {
  turn += 1;
  return clients[turn % clients.length]!;
}

async function newBucket(ObjectLockEnabledForBucket = true): Promise<string> {
  buckets += 1;
  const Bucket = `locks-${buckets}`;
  await next().send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket }));
  return Bucket;
}

async function put(
  Bucket: string,
  Key: string,
  fields: Partial<PutObjectCommandInput> = {},
): Promise<string> {
  const reply = await next().send(new PutObjectCommand({ Bucket, Key, Body: 'bytes', ...fields }));
  return reply.VersionId!;
}

function inDays(days: number): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000 + days * DAY_MS);
}

async function retain(
  version: { Bucket: string; Key: string; VersionId: string },
  Retention: ObjectLockRetention,
  BypassGovernanceRetention?: boolean,
): Promise<void> {
  await next().send(new PutObjectRetentionCommand({ ...version, Retention, BypassGovernanceRetention }));
}

async function remove(
  version: { Bucket: string; Key: string; VersionId?: string },
  BypassGovernanceRetention?: boolean,
): Promise<void> {
  await next().send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention }));
}

async function refusalOf(request: Promise<unknown>): Promise<{ name: string; message: string }> {
  return request.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as { name: string; message: string },
  );
}

async function configure(Bucket: string, Rule?: ObjectLockRule): Promise<void> {
  await next().send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', ...(Rule && { Rule }) },
    }),
  );
}

describe('a bucket', () => {
  test('made with object lock is versioned for good', async () => {
    const Bucket = await newBucket();
    const { ObjectLockConfiguration } = await next().send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled' });
    expect((await next().send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const suspending = new PutBucketVersioningCommand({
      Bucket,
      VersioningConfiguration: { Status: 'Suspended' },
    });
    expect(await refusalOf(next().send(suspending))).toMatchObject({ name: 'InvalidBucketState' });
  });

  test('gets object lock later, once it is versioned', async () => {
    const Bucket = await newBucket(false);
    const unset = next().send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(await refusalOf(unset)).toMatchObject({ name: 'ObjectLockConfigurationNotFoundError' });
    expect(await refusalOf(configure(Bucket))).toMatchObject({ name: 'InvalidBucketState' });
    await put(Bucket, 'k');
    const unlocked = { Bucket, Key: 'k', VersionId: 'null' };
    const retaining = retain(unlocked, { Mode: 'GOVERNANCE', RetainUntilDate: inDays(1) });
    expect(await refusalOf(retaining)).toMatchObject({ name: 'InvalidRequest' });
    const held = put(Bucket, 'k', { ObjectLockLegalHoldStatus: 'ON' });
    expect(await refusalOf(held)).toMatchObject({ name: 'InvalidRequest' });
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await next().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await configure(Bucket);
    // What was written before there were versions can be locked, and is then kept.
    await next().send(new PutObjectLegalHoldCommand({ ...unlocked, LegalHold: { Status: 'ON' } }));
    await put(Bucket, 'k');
    expect(await refusalOf(remove(unlocked))).toMatchObject(LOCKED);
  });

  test('gives its default retention to new versions, whatever makes them', async () => {
    const Bucket = await newBucket();
    await configure(Bucket, { DefaultRetention: { Mode: 'GOVERNANCE', Days: 2 } });
    const { ObjectLockConfiguration } = await next().send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(ObjectLockConfiguration?.Rule).toEqual({ DefaultRetention: { Mode: 'GOVERNANCE', Days: 2 } });
    const made = await put(Bucket, 'put');
    await next().send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/put` }));
    const { UploadId } = await next().send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    const part = { Bucket, Key: 'parts', UploadId, PartNumber: 1 };
    const { ETag } = await next().send(new UploadPartCommand({ ...part, Body: 'bytes' }));
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    await next().send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload }));
    for (const Key of ['put', 'copy', 'parts']) {
      const head = await next().send(new HeadObjectCommand({ Bucket, Key }));
      expect(head.ObjectLockMode).toBe('GOVERNANCE');
      // Last-Modified has seconds only.
      const days = (head.ObjectLockRetainUntilDate!.getTime() - head.LastModified!.getTime()) / DAY_MS;
      expect(days).toBeGreaterThanOrEqual(2);
      expect(days).toBeLessThan(2 + 1000 / DAY_MS);
    }
    const until = inDays(5);
    const own = await put(Bucket, 'own', { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until });
    const { Retention } = await next().send(new GetObjectRetentionCommand({ Bucket, Key: 'own' }));
    expect(Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: until });
    expect(own).toBeDefined();
    await configure(Bucket);
    expect(await refusalOf(remove({ Bucket, Key: 'put', VersionId: made }))).toMatchObject(LOCKED);
    await put(Bucket, 'free');
    expect(
      (await next().send(new HeadObjectCommand({ Bucket, Key: 'free' }))).ObjectLockMode,
    ).toBeUndefined();
  });

  test.each([
    [{ DefaultRetention: { Mode: 'GOVERNANCE', Days: 1, Years: 1 } }, 'MalformedXML'],
    [{ DefaultRetention: { Mode: 'GOVERNANCE' } }, 'MalformedXML'],
    [{ DefaultRetention: { Days: 1 } }, 'MalformedXML'],
    [{ DefaultRetention: { Mode: 'governance' as 'GOVERNANCE', Days: 1 } }, 'MalformedXML'],
    [{}, 'MalformedXML'],
    [{ DefaultRetention: { Mode: 'GOVERNANCE', Days: 0 } }, 'InvalidArgument'],
    [{ DefaultRetention: { Mode: 'COMPLIANCE', Years: -1 } }, 'InvalidArgument'],
    [{ DefaultRetention: { Mode: 'COMPLIANCE', Years: 101 } }, 'InvalidArgument'],
  ] satisfies [ObjectLockRule, string][])('does not take the rule %j', async (rule, code) => {
    expect(await refusalOf(configure('locks-1', rule))).toMatchObject({ name: code });
  });
});

describe('a version', () => {
  test('under GOVERNANCE goes for those who bypass it, and is overwritten by anybody', async () => {
    const Bucket = await newBucket();
    const VersionId = await put(Bucket, 'k');
    const version = { Bucket, Key: 'k', VersionId };
    const unset = next().send(new GetObjectRetentionCommand(version));
    expect(await refusalOf(unset)).toMatchObject({ name: 'NoSuchObjectLockConfiguration' });
    const Retention = { Mode: 'GOVERNANCE', RetainUntilDate: inDays(3) } as const;
    await retain(version, Retention);
    expect((await next().send(new GetObjectRetentionCommand(version))).Retention).toEqual(Retention);
    expect(await refusalOf(remove(version))).toMatchObject(LOCKED);
    const shorter = { ...Retention, RetainUntilDate: inDays(2) };
    expect(await refusalOf(retain(version, shorter))).toMatchObject(LOCKED);
    expect(await refusalOf(retain(version, {}))).toMatchObject(LOCKED);
    await retain(version, { ...Retention, RetainUntilDate: inDays(4) });
    await retain(version, shorter, true);

    const Objects = [{ Key: 'k', VersionId }, { Key: 'other' }];
    const many = await next().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(many.Errors).toEqual([{ Key: 'k', VersionId, Code: 'AccessDenied', Message: LOCKED.message }]);
    expect(many.Deleted).toHaveLength(1);

    await put(Bucket, 'k');
    await remove({ Bucket, Key: 'k' });
    expect((await next().send(new GetObjectCommand(version))).ObjectLockMode).toBe('GOVERNANCE');
    expect(await refusalOf(remove(version))).toMatchObject(LOCKED);
    await remove(version, true);
    const gone = next().send(new HeadObjectCommand(version));
    expect(await refusalOf(gone)).toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  test('under COMPLIANCE goes for nobody before its time, and then for anybody', async () => {
    const Bucket = await newBucket();
    const soon = new Date(Date.now() + 3000);
    const VersionId = await put(Bucket, 'k', {
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: soon,
    });
    const version = { Bucket, Key: 'k', VersionId };
    expect(await refusalOf(remove(version, true))).toMatchObject(LOCKED);
    expect(await refusalOf(retain(version, {}, true))).toMatchObject(LOCKED);
    const governance = { Mode: 'GOVERNANCE', RetainUntilDate: inDays(1) } as const;
    expect(await refusalOf(retain(version, governance, true))).toMatchObject(LOCKED);
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const refused = await remove(version).then(
        () => false,
        () => true,
      );
      if (!refused) break;
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(soon.getTime() / 1000) * 1000);
  });

  test('under a legal hold goes for nobody until it is lifted', async () => {
    const Bucket = await newBucket();
    const VersionId = await put(Bucket, 'k', { ObjectLockLegalHoldStatus: 'ON' });
    const version = { Bucket, Key: 'k', VersionId };
    expect(await refusalOf(remove(version, true))).toMatchObject(LOCKED);
    const hold = await next().send(new GetObjectLegalHoldCommand(version));
    expect(hold.LegalHold).toEqual({ Status: 'ON' });
    await next().send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'OFF' } }));
    expect((await next().send(new HeadObjectCommand(version))).ObjectLockLegalHoldStatus).toBe('OFF');
    await remove(version);
    await put(Bucket, 'l');
    const never = next().send(new GetObjectLegalHoldCommand({ Bucket, Key: 'l' }));
    expect(await refusalOf(never)).toMatchObject({ name: 'NoSuchObjectLockConfiguration' });
  });

  test('is locked or deleted, never both, when both are asked for at once', async () => {
    const Bucket = await newBucket();
    const versions = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => ({
        Bucket,
        Key: `k${index % 4}`,
        VersionId: await put(Bucket, `k${index % 4}`),
      })),
    );
    const settled = await Promise.all(
      versions.map((version) =>
        Promise.allSettled([
          remove(version),
          next().send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'ON' } })),
        ]),
      ),
    );
    for (const [index, [removal, locking]] of settled.entries()) {
      const head = next().send(new HeadObjectCommand(versions[index]!));
      const isThere = await head.then(
        () => true,
        () => false,
      );
      // A removal of what was already locked is refused, and so is a lock of what is gone.
      expect([removal.status, locking.status]).toEqual(
        isThere ? ['rejected', 'fulfilled'] : ['fulfilled', 'rejected'],
      );
    }
  });

  test('that is to be locked needs whole words, a future and a digest', async () => {
    const Bucket = await newBucket();
    const Past = inDays(-1);
    const refused = async (fields: Partial<PutObjectCommandInput>): Promise<unknown> =>
      refusalOf(put(Bucket, 'k', fields));
    const until = { ObjectLockRetainUntilDate: inDays(1) };
    for (const fields of [
      { ObjectLockMode: 'GOVERNANCE' },
      until,
      { ObjectLockMode: 'governance' as 'GOVERNANCE', ...until },
      { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: Past },
      { ObjectLockLegalHoldStatus: 'on' as 'ON' },
    ] satisfies Partial<PutObjectCommandInput>[]) {
      expect(await refused(fields)).toMatchObject({ name: 'InvalidArgument' });
    }
    const plain = cluster.s3();
    plain.config.requestChecksumCalculation = () => Promise.resolve('WHEN_REQUIRED');
    const bare = { Bucket, Key: 'k', Body: 'bytes', ObjectLockLegalHoldStatus: 'OFF' } as const;
    expect(await refusalOf(plain.send(new PutObjectCommand(bare)))).toMatchObject({
      name: 'InvalidRequest',
      message:
        'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    });
    const { UploadId } = await next().send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'parts', ObjectLockLegalHoldStatus: 'OFF' }),
    );
    const part = { Bucket, Key: 'parts', UploadId, PartNumber: 1, Body: 'bytes' };
    const message = expect.stringContaining('Put Part requests with Object Lock parameters');
    expect(await refusalOf(plain.send(new UploadPartCommand(part)))).toMatchObject({ message });
    const ContentMD5 = 'S3BbWPHo+Oc5CIDZsZ7dzA==';
    expect(await refusalOf(plain.send(new PutObjectCommand({ ...bare, ContentMD5 })))).toMatchObject({
      name: 'BadDigest',
    });
  });
});
