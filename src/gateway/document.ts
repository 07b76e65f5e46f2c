// Digests of XML request bodies, which the gateway reads itself. Objects' bodies are checked where they are stored.

import type { DigestClaim } from '../core/body.ts';
import { DigestMismatchError } from '../core/errors.ts';
import { createDigest } from '../platform/digests.ts';

/** Throws when a document does not have the digests that were claimed for it. */
export async function verifyDocument(bytes: Uint8Array, claims: readonly DigestClaim[]): Promise<void> {
  for (const claim of claims) {
    const digest = await createDigest(claim.algorithm);
    digest.update(bytes);
    const actual = digest.finish();
    if (actual.equals(claim.digest)) continue;
    const code = claim.signedPayload === true ? 'body-sha256-mismatch' : 'body-digest-mismatch';
    const { algorithm, digest: claimed, ofChecksum = false } = claim;
    throw new DigestMismatchError(code, { algorithm, claimed, actual, ofChecksum });
  }
}
