// A body becomes blobs: one, or none when it is empty. The record that describes it is sealed beside every shard.

import { PredastoreError } from '../core/errors.ts';
import { DigestCheck, type VerifiedDigests } from './digest-check.ts';
import { writeBlob } from './write-blob.ts';
import { encodeSealedRecord, sealedBucketOf, type SealedRecord } from '../metadata/sealed-record.ts';
import type { BlobRecord, ObjectRecord, PartRecord, UploadRecord } from '../contracts/records.ts';
import type { DigestAlgorithm, IncomingBody } from '../core/body.ts';
import type { BlobContext } from './blob-context.ts';
import type { ObjectCipher } from './customer-key.ts';
import type { ObjectLocator } from './object-store.ts';

type Described = ObjectRecord | PartRecord;

export interface BodyToStore<R extends Described> {
  readonly object: ObjectLocator;
  readonly body: IncomingBody;
  readonly signal: AbortSignal;
  /** A checksum to compute and keep even when the sender does not announce it. */
  readonly checksum?: DigestAlgorithm;
  readonly cipher?: ObjectCipher;
  /** Of a part: the upload that the sealed copy says it belongs to. */
  readonly upload?: UploadRecord;
  /** The record to be committed: called before the shards commit, and again with what is known after. */
  readonly describe: (blobs: readonly BlobRecord[], digests: VerifiedDigests) => R;
}

export interface StoredBody<R extends Described> {
  readonly record: R;
  readonly nearFull: boolean;
}

/** Durable once resolved; exists once the caller has committed the record. */
export async function storeBody<R extends Described>(
  context: BlobContext,
  work: BodyToStore<R>,
): Promise<StoredBody<R>> {
  const { object, body, signal, checksum, cipher, upload } = work;
  const keep = { ...(checksum && { checksum }), ...(cipher && { cipher }) };
  const describe: typeof work.describe = (blobs, digests) =>
    work.describe(blobs, cipher === undefined ? digests : { ...digests, md5: cipher.etagOf(digests.md5) });
  if (body.lengthBytes === 0) {
    return { record: describe([], await drainEmpty(body, checksum)), nearFull: false };
  }
  const seal = (blob: BlobRecord, digests: VerifiedDigests): Uint8Array => {
    const record = describe([blob], digests);
    const place = { bucket: object.bucket.id, key: object.key, in: sealedBucketOf(object.bucket) };
    const part = upload && { upload: upload.id, of: upload };
    // A record of a part comes with its upload, one of an object without.
    return encodeSealedRecord({ ...place, record, ...part } as SealedRecord);
  };
  const write = { bucket: object.bucket.name, key: object.key, body, signal, ...keep };
  const { blob, digests, nearFull } = await writeBlob(context, write, seal);
  return { record: describe([blob], digests), nearFull };
}

/** The checksums of a record, absent when there are none. */
export function checksumsOf({ checksums }: VerifiedDigests): {
  readonly checksums?: VerifiedDigests['checksums'];
} {
  return Object.keys(checksums).length === 0 ? {} : { checksums };
}

async function drainEmpty(body: IncomingBody, checksum?: DigestAlgorithm): Promise<VerifiedDigests> {
  const digests = await DigestCheck.start(body, checksum);
  for await (const chunk of body.bytes) {
    if (chunk.length > 0)
      throw new PredastoreError('body-too-long', 'the body goes on past its declared length');
  }
  return digests.finish(body.claims());
}
