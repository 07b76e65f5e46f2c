// Digests of XML request bodies, which the gateway reads itself. Objects' bodies are checked where they are stored.

import { S3Error } from '../contracts/s3-errors.ts';
import type { DigestClaim } from '../core/body.ts';
import { createDigest } from '../platform/digests.ts';

/** Throws when a document does not have the digests that were claimed for it. */
export async function verifyDocument(bytes: Uint8Array, claims: readonly DigestClaim[]): Promise<void> {
  for (const claim of claims) {
    const digest = await createDigest(claim.algorithm);
    digest.update(bytes);
    if (digest.finish().equals(claim.digest)) continue;
    throw new S3Error(claim.signedPayload === true ? 'XAmzContentSHA256Mismatch' : 'BadDigest');
  }
}
