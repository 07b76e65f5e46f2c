// Multipart uploads and copies through three real nodes and the AWS SDK: every step at another node.

import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/platform/clock.ts';
import { TestCluster } from '../../support/cluster.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

const MIB = 1024 * 1024;
const Bucket = 'films';
const GRACE_S = 10;

let cluster: TestCluster;
let clients: S3Client[];

beforeAll(async () => {
  const config = `[reclaim]\ngrace_seconds = ${GRACE_S}`;
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1, config });
  clients = [1, 2, 3].map((node) => cluster.s3(node));
  await clients[0]!.send(new CreateBucketCommand({ Bucket }));
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

const at = (node: number): S3Client => clients[node - 1]!;

async function read(node: number, Key: string, PartNumber?: number): Promise<Buffer> {
  const reply = await at(node).send(
    new GetObjectCommand({ Bucket, Key, ...(PartNumber === undefined ? {} : { PartNumber }) }),
  );
  return Buffer.from(await reply.Body!.transformToByteArray());
}

describe('an upload in parts', () => {
  test('by the SDK comes back whole and by part through another node', async () => {
    const bytes = verifiableBytes(17 * MIB + 5);
    const params = { Bucket, Key: 'film', Body: bytes, Metadata: { camera: 'x100' } };
    await new Upload({ client: at(1), params, partSize: 5 * MIB, queueSize: 3 }).done();
    expect((await read(2, 'film')).equals(bytes)).toBe(true);
    const second = bytes.subarray(5 * MIB, 10 * MIB);
    expect((await read(3, 'film', 2)).equals(second)).toBe(true);
    // The SDK asks for CRC32 in every part; each part has its own, which it compares when it reads that part.
    const part = { Bucket, Key: 'film', PartNumber: 2, ChecksumMode: 'ENABLED' as const };
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(second));
    expect(await at(3).send(new HeadObjectCommand(part))).toMatchObject({
      ChecksumCRC32: crc.toString('base64'),
      ChecksumType: 'COMPOSITE',
    });
  });

  test('may be begun, fed and completed at three nodes, with parts of an object', async () => {
    const where = { Bucket, Key: 'mixed' };
    const { UploadId } = await at(1).send(new CreateMultipartUploadCommand(where));
    const copied = await at(2).send(
      new UploadPartCopyCommand({
        ...where,
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/film`,
        CopySourceRange: `bytes=3-${6 * MIB + 2}`,
      }),
    );
    const Body = verifiableBytes(1000);
    const sent = await at(3).send(new UploadPartCommand({ ...where, UploadId, PartNumber: 2, Body }));
    const listed = await at(2).send(new ListMultipartUploadsCommand({ Bucket }));
    expect(listed.Uploads?.map((upload) => upload.UploadId)).toEqual([UploadId]);
    const Parts = [
      { PartNumber: 1, ETag: copied.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: sent.ETag },
    ];
    const completion = { ...where, UploadId, MultipartUpload: { Parts } };
    const first = await at(1).send(new CompleteMultipartUploadCommand(completion));
    const again = await at(2).send(new CompleteMultipartUploadCommand(completion));
    expect(again.ETag).toBe(first.ETag);
    const film = await read(1, 'film');
    const expected = Buffer.concat([film.subarray(3, 6 * MIB + 3), Body]);
    expect((await read(3, 'mixed')).equals(expected)).toBe(true);
    expect((await at(3).send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
  });
});

test('a copy outlives its source, also when the shards of the source are reclaimed', async () => {
  const bytes = await read(1, 'film');
  await at(2).send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `/${Bucket}/film` }));
  await at(3).send(new DeleteObjectCommand({ Bucket, Key: 'film' }));
  await at(1).send(new DeleteObjectCommand({ Bucket, Key: 'mixed' }));
  await systemClock.sleep((GRACE_S + 5) * 1000);
  expect((await read(1, 'copy')).equals(bytes)).toBe(true);
}, 60_000);
