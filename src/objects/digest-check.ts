// The one place where a body is held against what its sender said of it.

import { timingSafeEqual } from 'node:crypto';
import { present } from '../core/assert.ts';
import { DigestMismatchError } from '../core/errors.ts';
import { createDigest, type Digest } from '../platform/digests.ts';
import type { DigestAlgorithm, DigestClaim, IncomingBody } from '../core/body.ts';

export interface VerifiedDigests {
  /** Lower-case hex. */
  readonly md5: string;
  /** Base64 of every announced digest except MD5. */
  readonly checksums: Readonly<Partial<Record<DigestAlgorithm, string>>>;
}

/** Computes MD5 and the announced digests while the bytes pass, and checks the claims at the end. */
export class DigestCheck {
  readonly #digests: ReadonlyMap<DigestAlgorithm, Digest>;
  readonly #announced: readonly DigestAlgorithm[];
  readonly #checksum: DigestAlgorithm | undefined;

  private constructor(
    digests: ReadonlyMap<DigestAlgorithm, Digest>,
    announced: readonly DigestAlgorithm[],
    checksum: DigestAlgorithm | undefined,
  ) {
    this.#digests = digests;
    this.#announced = announced;
    this.#checksum = checksum;
  }

  /** `checksum` is computed and kept whatever the sender announces. */
  static async start(body: IncomingBody, checksum?: DigestAlgorithm): Promise<DigestCheck> {
    const announced = checksum === undefined ? body.announced : [...body.announced, checksum];
    const digests = new Map<DigestAlgorithm, Digest>();
    for (const algorithm of new Set<DigestAlgorithm>(['md5', ...announced])) {
      digests.set(algorithm, await createDigest(algorithm));
    }
    return new DigestCheck(digests, announced, checksum);
  }

  update(bytes: Uint8Array): void {
    for (const digest of this.#digests.values()) digest.update(bytes);
  }

  /** Throws `body-digest-mismatch` or `body-sha256-mismatch`; else returns what to keep with the object. */
  finish(claims: readonly DigestClaim[]): VerifiedDigests {
    const results = new Map<DigestAlgorithm, Buffer>();
    for (const [algorithm, digest] of this.#digests) results.set(algorithm, digest.finish());
    for (const claim of claims) check(claim, results.get(claim.algorithm));
    const checksums: Partial<Record<DigestAlgorithm, string>> = {};
    for (const algorithm of this.#announced) {
      const digest = results.get(algorithm);
      if (digest === undefined) continue;
      if (algorithm === this.#checksum || isChecksum(algorithm, claims))
        checksums[algorithm] = digest.toString('base64');
    }
    return { md5: present(results.get('md5'), 'MD5 of a body').toString('hex'), checksums };
  }
}

/** The hash of a signed payload belongs to the signature, not to the object. */
function isChecksum(algorithm: DigestAlgorithm, claims: readonly DigestClaim[]): boolean {
  const own = claims.filter((claim) => claim.algorithm === algorithm);
  return own.length === 0 || own.some((claim) => claim.signedPayload !== true);
}

function check(claim: DigestClaim, actual: Uint8Array = new Uint8Array(0)): void {
  const claimed = Buffer.from(claim.digest);
  if (actual.length === claimed.length && timingSafeEqual(actual, claimed)) return;
  const code = claim.signedPayload === true ? 'body-sha256-mismatch' : 'body-digest-mismatch';
  const { algorithm, ofChecksum = false } = claim;
  throw new DigestMismatchError(code, { algorithm, claimed, actual, ofChecksum });
}
