// CreateMultipartUpload: a record that parts can be attached to.

import { composeWriteId } from '../core/ids.ts';
import { newKeyRecord } from './customer-key.ts';
import { bucketStillThere } from './bucket-check.ts';
import type { UploadRecord } from '../contracts/records.ts';
import type { CreateUploadOutcome, CreateUploadRequest } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

const CHANCE_BYTES = 8;

export async function createUpload(
  context: ObjectContext,
  request: CreateUploadRequest,
): Promise<CreateUploadOutcome> {
  const { clock, metadata, random, self } = context;
  const { bucket, key, headers, meta, account, checksum, requestId } = request;
  const nowMs = clock.nowMs();
  // Time-ordered and unique, like a write.
  const id: string = composeWriteId(nowMs, self, random.bytes(CHANCE_BYTES));
  const record: UploadRecord = {
    v: 1,
    id,
    key,
    initiated: new Date(nowMs).toISOString(),
    headers,
    meta,
    account,
    ...request.properties,
    ...(request.customerKey && { customerKey: newKeyRecord(random, request.customerKey) }),
    ...(checksum === undefined ? {} : { checksum }),
    request: requestId,
  };
  const outcome = await metadata.uploads.create(bucket.id, record);
  if (outcome.kind === 'conflict') return { kind: 'no-such-bucket' };
  const { revision } = outcome;
  if (await bucketStillThere(metadata, bucket, revision))
    return { kind: 'created', uploadId: id, initiated: record.initiated };
  await metadata.uploads.remove({ bucketId: bucket.id, key, uploadId: id }, { revision });
  return { kind: 'no-such-bucket' };
}
