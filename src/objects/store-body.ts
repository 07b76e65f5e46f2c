// A body becomes blobs: one, or none when it is empty. The record that describes it is sealed beside every shard.

import { PredastoreError } from '../core/errors.ts';
import { DigestCheck, type VerifiedDigests } from './digest-check.ts';
import { writeBlob } from './write-blob.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { DigestAlgorithm, IncomingBody } from '../core/body.ts';
import type { BlobContext } from './blob-context.ts';
import type { ObjectCipher } from './customer-key.ts';
import type { ObjectLocator } from './object-store.ts';

export interface BodyToStore<R> {
  readonly object: ObjectLocator;
  readonly body: IncomingBody;
  readonly signal: AbortSignal;
  /** A checksum to compute and keep even when the sender does not announce it. */
  readonly checksum?: DigestAlgorithm;
  readonly cipher?: ObjectCipher;
  /** Where the sealed copy says it belongs, beside bucket and key: the upload of a part. */
  readonly place?: Readonly<Record<string, string>>;
  /** The record to be committed: called before the shards commit, and again with what is known after. */
  readonly describe: (blobs: readonly BlobRecord[], digests: VerifiedDigests) => R;
}

export interface StoredBody<R> {
  readonly record: R;
  readonly nearFull: boolean;
}

/** Durable once resolved; exists once the caller has committed the record. */
export async function storeBody<R>(context: BlobContext, work: BodyToStore<R>): Promise<StoredBody<R>> {
  const { object, body, signal, checksum, cipher, place } = work;
  const keep = { ...(checksum && { checksum }), ...(cipher && { cipher }) };
  const describe: typeof work.describe = (blobs, digests) =>
    work.describe(blobs, cipher === undefined ? digests : { ...digests, md5: cipher.etagOf(digests.md5) });
  if (body.lengthBytes === 0) {
    return { record: describe([], await drainEmpty(body, checksum)), nearFull: false };
  }
  const seal = (blob: BlobRecord, digests: VerifiedDigests): Uint8Array => {
    const record = describe([blob], digests);
    return Buffer.from(JSON.stringify({ bucket: object.bucket.id, key: object.key, ...place, record }));
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
