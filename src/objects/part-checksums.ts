// The checksum of an object from those of its parts.
//
// COMPOSITE: the digest of the parts' digests, with their number behind a hyphen. FULL_OBJECT: what the digest of the whole
// body would be, which only CRCs can be combined to.

import { createDigest } from '../platform/digests.ts';
import { CrcCombination, isCrcAlgorithm } from './crc-combine.ts';
import type { PartRecord, UploadRecord } from '../contracts/records.ts';

export type ChecksumPlan = NonNullable<UploadRecord['checksum']>;

/** Base64, `-N` behind it where it is composite; `undefined` when a part lacks its digest or the plan cannot be done. */
export async function checksumOfParts(
  plan: ChecksumPlan,
  parts: readonly PartRecord[],
): Promise<string | undefined> {
  const digests: Buffer[] = [];
  for (const part of parts) {
    const digest = part.checksums?.[plan.algorithm];
    if (digest === undefined) return undefined;
    digests.push(Buffer.from(digest, 'base64'));
  }
  if (plan.type === 'COMPOSITE') {
    const composite = await createDigest(plan.algorithm);
    composite.update(Buffer.concat(digests));
    return `${composite.finish().toString('base64')}-${parts.length}`;
  }
  if (!isCrcAlgorithm(plan.algorithm)) return undefined;
  const whole = new CrcCombination(plan.algorithm);
  parts.forEach((part, index) => whole.append(digests[index] ?? Buffer.alloc(0), part.size));
  return whole.finish().toString('base64');
}

/** Clients claim composite checksums with and without the number of parts. */
export function sameChecksum(claimed: string, actual: string): boolean {
  return claimed === actual || claimed === actual.replace(/-\d+$/, '');
}
