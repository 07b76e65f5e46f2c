// Versions, delete markers and tags through the AWS SDK on a cluster of real processes, each request at another node.

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestCluster } from '../../support/cluster.ts';

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

async function newBucket(Status?: 'Enabled' | 'Suspended'): Promise<string> {
  buckets += 1;
  const Bucket = `versions-${buckets}`;
  await next().send(new CreateBucketCommand({ Bucket }));
  if (Status !== undefined) await setVersioning(Bucket, Status);
  return Bucket;
}

async function setVersioning(Bucket: string, Status: 'Enabled' | 'Suspended'): Promise<void> {
  await next().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
}

async function put(Bucket: string, Key: string, Body: string): Promise<string | undefined> {
  return (await next().send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
}

async function read(Bucket: string, Key: string, VersionId?: string): Promise<string> {
  const reply = await next().send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return reply.Body!.transformToString();
}

interface Refusal {
  readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly headers: Readonly<Record<string, string>> };
}

async function refusalOf(request: Promise<unknown>): Promise<Refusal> {
  return request.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as Refusal,
  );
}

/** Key, version, whether it is current, whether it is a marker. */
async function versionsOf(Bucket: string): Promise<string[]> {
  const page = await next().send(new ListObjectVersionsCommand({ Bucket }));
  const objects = (page.Versions ?? []).map((version) => ({ ...version, kind: 'object' }));
  const markers = (page.DeleteMarkers ?? []).map((version) => ({ ...version, kind: 'marker' }));
  return [...objects, ...markers].map(
    ({ Key, VersionId, IsLatest, kind }) => `${Key} ${VersionId} ${kind}${IsLatest ? ' latest' : ''}`,
  );
}

describe('a versioned bucket', () => {
  test('keeps what is overwritten and deleted, and gives it back by its id', async () => {
    const Bucket = await newBucket();
    expect((await next().send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect(await put(Bucket, 'k', 'before')).toBeUndefined();
    await setVersioning(Bucket, 'Enabled');
    expect((await next().send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const first = await put(Bucket, 'k', 'first');
    const second = await put(Bucket, 'k', 'second');
    expect(await read(Bucket, 'k')).toBe('second');
    expect(await read(Bucket, 'k', first)).toBe('first');
    expect(await read(Bucket, 'k', 'null')).toBe('before');
    const marker = await next().send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(marker).toMatchObject({ DeleteMarker: true });

    const gone = await refusalOf(read(Bucket, 'k'));
    expect(gone).toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    expect(gone.$response.headers).toMatchObject({
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': marker.VersionId,
    });
    const named = await refusalOf(read(Bucket, 'k', marker.VersionId));
    expect(named).toMatchObject({ name: 'MethodNotAllowed', $metadata: { httpStatusCode: 405 } });
    expect(named.$response.headers).toMatchObject({ 'x-amz-delete-marker': 'true', allow: 'DELETE' });
    expect(named.$response.headers['last-modified']).toBeDefined();
    const head = await refusalOf(next().send(new HeadObjectCommand({ Bucket, Key: 'k' })));
    expect(head.$response.headers['x-amz-delete-marker']).toBe('true');

    expect(await versionsOf(Bucket)).toEqual([
      `k ${second} object`,
      `k ${first} object`,
      'k null object',
      `k ${marker.VersionId} marker latest`,
    ]);
    expect((await next().send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    const taken = await next().send(
      new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId }),
    );
    expect(taken).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
    expect(await read(Bucket, 'k')).toBe('second');
    await next().send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: second }));
    expect(await read(Bucket, 'k')).toBe('first');
    const notEmpty = await refusalOf(next().send(new DeleteBucketCommand({ Bucket })));
    expect(notEmpty.name).toBe('BucketNotEmpty');
    const Objects = [first, 'null'].map((VersionId) => ({ Key: 'k', VersionId }));
    const deleted = await next().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(deleted.Deleted).toEqual(Objects);
    expect(await versionsOf(Bucket)).toEqual([]);
    await next().send(new DeleteBucketCommand({ Bucket }));
  });

  test('that is suspended replaces the null version and keeps the others', async () => {
    const Bucket = await newBucket('Enabled');
    const first = await put(Bucket, 'k', 'first');
    await setVersioning(Bucket, 'Suspended');
    // AWS names no version in the reply to such a write.
    expect(await put(Bucket, 'k', 'null one')).toBeUndefined();
    expect(await put(Bucket, 'k', 'null two')).toBeUndefined();
    expect(await versionsOf(Bucket)).toEqual(['k null object latest', `k ${first} object`]);
    const marker = await next().send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    expect(await versionsOf(Bucket)).toEqual([`k ${first} object`, 'k null marker latest']);
    await setVersioning(Bucket, 'Enabled');
    const second = await put(Bucket, 'k', 'second');
    await setVersioning(Bucket, 'Suspended');
    await put(Bucket, 'k', 'null three');
    expect(await versionsOf(Bucket)).toEqual([
      'k null object latest',
      `k ${second} object`,
      `k ${first} object`,
    ]);
    await next().send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: 'null' }));
    expect(await read(Bucket, 'k')).toBe('second');
  });

  test('refuses what is no version and does not find what never was', async () => {
    const Bucket = await newBucket('Enabled');
    const id = await put(Bucket, 'k', 'x');
    const other = `${id!.slice(0, -2)}AA`;
    const malformed = await refusalOf(read(Bucket, 'k', 'no-version'));
    expect(malformed).toMatchObject({ name: 'InvalidArgument', $metadata: { httpStatusCode: 400 } });
    const foreign = '3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY.MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo'.replace('+', '_');
    for (const VersionId of [other, foreign]) {
      expect(await refusalOf(read(Bucket, 'k', VersionId))).toMatchObject({ name: 'NoSuchVersion' });
      const removed = await next().send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
      expect(removed).toMatchObject({ VersionId });
    }
    expect(await read(Bucket, 'k')).toBe('x');
  });

  test('restores a version by copying it, and names both versions', async () => {
    const Bucket = await newBucket('Enabled');
    const first = await put(Bucket, 'k', 'first');
    await put(Bucket, 'k', 'second');
    const CopySource = `${Bucket}/k?versionId=${first}`;
    const copy = await next().send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource }));
    expect(copy.CopySourceVersionId).toBe(first);
    expect(await read(Bucket, 'k')).toBe('first');
    expect(await versionsOf(Bucket)).toHaveLength(3);
    const { VersionId: marker } = await next().send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    const ofMarker = new CopyObjectCommand({
      Bucket,
      Key: 'l',
      CopySource: `${Bucket}/k?versionId=${marker}`,
    });
    expect(await refusalOf(next().send(ofMarker))).toMatchObject({ name: 'InvalidRequest' });
  });

  test('makes a version of a completed upload, with its tags', async () => {
    const Bucket = await newBucket('Enabled');
    const Key = 'k';
    await put(Bucket, Key, 'first');
    const { UploadId } = await next().send(
      new CreateMultipartUploadCommand({ Bucket, Key, Tagging: 'colour=blue&size=5+cm' }),
    );
    const part = { Bucket, Key, UploadId, PartNumber: 1 };
    const { ETag } = await next().send(new UploadPartCommand({ ...part, Body: 'uploaded' }));
    const Parts = [{ PartNumber: 1, ETag }];
    const completed = await next().send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
    expect(await read(Bucket, Key, completed.VersionId)).toBe('uploaded');
    const { TagSet } = await next().send(new GetObjectTaggingCommand({ Bucket, Key }));
    expect(TagSet).toEqual([
      { Key: 'colour', Value: 'blue' },
      { Key: 'size', Value: '5 cm' },
    ]);
    expect(await versionsOf(Bucket)).toHaveLength(2);
  });

  test('takes a delete marker for absence where a PUT is conditional', async () => {
    const Bucket = await newBucket('Enabled');
    const once = (): Promise<unknown> =>
      next().send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfNoneMatch: '*' }));
    await once();
    expect(await refusalOf(once())).toMatchObject({ name: 'PreconditionFailed' });
    await next().send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    const crowd = await Promise.allSettled(Array.from({ length: 100 }, once));
    expect(crowd.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await versionsOf(Bucket)).toHaveLength(3);
  });

  test('loses no version of writers and deleters at every node', async () => {
    const Bucket = await newBucket('Enabled');
    const ids = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        if (at % 4 !== 0) return put(Bucket, 'k', `${at}`);
        return (await next().send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).VersionId;
      }),
    );
    const versions = await versionsOf(Bucket);
    expect(versions.filter((text) => text.endsWith(' latest'))).toHaveLength(1);
    const listed = versions.map((text) => text.split(' ')[1]);
    expect([...listed].sort()).toEqual([...ids].sort());
    await Promise.all(
      ids.map((VersionId) => next().send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }))),
    );
    expect(await versionsOf(Bucket)).toEqual([]);
  });

  test('pages through versions with both markers', async () => {
    const Bucket = await newBucket('Enabled');
    for (const Key of ['a', 'a', 'b/1', 'b/2', 'c', 'c', 'c']) await put(Bucket, Key, 'x');
    const all = await versionsOf(Bucket);
    const paged: string[] = [];
    let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
    for (;;) {
      const page = await next().send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2, ...markers }));
      const latest = (isLatest: boolean | undefined): string => (isLatest === true ? ' latest' : '');
      paged.push(
        ...page.Versions!.map(
          ({ Key, VersionId, IsLatest }) => `${Key} ${VersionId} object${latest(IsLatest)}`,
        ),
      );
      if (page.IsTruncated !== true) break;
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    expect(paged).toEqual(all);
    const grouped = await next().send(new ListObjectVersionsCommand({ Bucket, Delimiter: '/' }));
    expect(grouped.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
    expect(grouped.Versions).toHaveLength(5);
  });
});

describe('a bucket that was never versioned', () => {
  test('lists every object as its version null, which can be deleted by that name', async () => {
    const Bucket = await newBucket();
    await put(Bucket, 'k', 'x');
    expect(await versionsOf(Bucket)).toEqual(['k null object latest']);
    const Objects = [{ Key: 'k', VersionId: 'null' }];
    const deleted = await next().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(deleted.Deleted).toEqual(Objects);
    expect(await versionsOf(Bucket)).toEqual([]);
  });
});

describe('tags of objects', () => {
  test('are set, replaced, counted and removed, of any version, and stay what they are in copies', async () => {
    const Bucket = await newBucket('Enabled');
    const Key = 'k';
    const Body = 'x';
    const first = await next().send(new PutObjectCommand({ Bucket, Key, Body, Tagging: 'a=1&b=2' }));
    const second = await next().send(new PutObjectCommand({ Bucket, Key, Body }));
    const { VersionId } = first;
    expect((await next().send(new HeadObjectCommand({ Bucket, Key, VersionId }))).TagCount).toBe(2);
    const TagSet = [{ Key: 'only', Value: 'one' }];
    const set = await next().send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
    expect(set.VersionId).toBe(second.VersionId);
    await next().send(new PutObjectTaggingCommand({ Bucket, Key, VersionId, Tagging: { TagSet: [] } }));
    const old = await next().send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }));
    expect(old).toMatchObject({ TagSet: [], VersionId });
    const source = { Bucket, CopySource: `${Bucket}/${Key}` };
    await next().send(new CopyObjectCommand({ ...source, Key: 'copy' }));
    await next().send(
      new CopyObjectCommand({ ...source, Key: 'other', TaggingDirective: 'REPLACE', Tagging: 'c=3' }),
    );
    const tagsOf = async (key: string): Promise<unknown> =>
      (await next().send(new GetObjectTaggingCommand({ Bucket, Key: key }))).TagSet;
    expect(await tagsOf('copy')).toEqual(TagSet);
    expect(await tagsOf('other')).toEqual([{ Key: 'c', Value: '3' }]);
    await next().send(new DeleteObjectTaggingCommand({ Bucket, Key }));
    expect(await tagsOf(Key)).toEqual([]);
    expect(await versionsOf(Bucket)).toHaveLength(4);
  });

  test.each([
    ['eleven', Array.from({ length: 11 }, (_, at) => ({ Key: `k${at}`, Value: '' })), 'BadRequest'],
    ['two of one name', Array.from({ length: 2 }, () => ({ Key: 'k', Value: '' })), 'InvalidTag'],
    ['one with a long name', [{ Key: 'k'.repeat(129), Value: '' }], 'InvalidTag'],
    ['one with a long value', [{ Key: 'k', Value: 'v'.repeat(257) }], 'InvalidTag'],
    ['one of the system', [{ Key: 'aws:k', Value: '' }], 'InvalidTag'],
  ])('%s are refused', async (_what, TagSet, code) => {
    const Bucket = await newBucket();
    await put(Bucket, 'k', 'x');
    const request = new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet } });
    expect(await refusalOf(next().send(request))).toMatchObject({ name: code });
  });
});

describe('conditional deletions', () => {
  test('delete what is as said and nothing else', async () => {
    const Bucket = await newBucket();
    await put(Bucket, 'k', 'four');
    const { ETag, LastModified } = await next().send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    const remove = (conditions: object): Promise<unknown> =>
      next().send(new DeleteObjectCommand({ Bucket, Key: 'k', ...conditions }));
    for (const wrong of [
      { IfMatch: '"0"' },
      { IfMatchSize: 5 },
      { IfMatchLastModifiedTime: new Date(LastModified!.getTime() - 5000) },
    ]) {
      expect(await refusalOf(remove(wrong))).toMatchObject({ name: 'PreconditionFailed' });
    }
    await remove({ IfMatch: ETag, IfMatchSize: 4, IfMatchLastModifiedTime: LastModified });
    expect(await versionsOf(Bucket)).toEqual([]);
    expect(await refusalOf(remove({ IfMatch: ETag }))).toMatchObject({ name: 'NoSuchKey' });
  });
});
