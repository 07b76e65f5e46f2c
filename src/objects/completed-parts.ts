// Which parts an object is made of: what the client lists, held against what was uploaded.

import { OBJECT_BYTES_MAX, PART_BYTES_MIN } from '../core/limits.ts';
import type { PartRecord } from '../contracts/records.ts';
import type { CompletedPart, CompleteUploadOutcome } from './multipart-store.ts';
import type { ChecksumPlan } from './part-checksums.ts';

export type PartsRefusal = Extract<
  CompleteUploadOutcome,
  {
    readonly kind:
      | 'no-parts'
      | 'invalid-part-order'
      | 'invalid-part'
      | 'part-checksum-missing'
      | 'part-checksum-foreign'
      | 'too-small'
      | 'too-large';
  }
>;

export interface ChosenParts {
  readonly kind: 'chosen';
  readonly parts: readonly PartRecord[];
  readonly sizeBytes: number;
}

/** `listed` empty: all that were uploaded. */
export function chooseParts(
  listed: readonly CompletedPart[],
  uploaded: readonly PartRecord[],
  plan?: ChecksumPlan,
): ChosenParts | PartsRefusal {
  if (listed.some((part, index) => index > 0 && part.number <= (listed[index - 1]?.number ?? 0)))
    return { kind: 'invalid-part-order' };
  const parts = listed.length === 0 ? uploaded : matchParts(listed, uploaded, plan);
  if ('kind' in parts) return parts;
  if (parts.length === 0) return { kind: 'no-parts' };
  const small = parts.slice(0, -1).find((part) => part.size < PART_BYTES_MIN);
  if (small !== undefined)
    return { kind: 'too-small', number: small.number, sizeBytes: small.size, etag: small.etag };
  const sizeBytes = parts.reduce((sum, part) => sum + part.size, 0);
  return sizeBytes > OBJECT_BYTES_MAX
    ? { kind: 'too-large', sizeBytes }
    : { kind: 'chosen', parts, sizeBytes };
}

function matchParts(
  listed: readonly CompletedPart[],
  uploaded: readonly PartRecord[],
  plan: ChecksumPlan | undefined,
): readonly PartRecord[] | PartsRefusal {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const parts: PartRecord[] = [];
  for (const claim of listed) {
    const refusal = plan && judgeChecksum(claim, plan);
    if (refusal !== undefined) return refusal;
    const part = byNumber.get(claim.number);
    if (part === undefined || !matches(claim, part)) return { kind: 'invalid-part', number: claim.number };
    parts.push(part);
  }
  return parts;
}

/** The parts of a composite checksum have to be listed with theirs. */
function judgeChecksum({ number, checksum }: CompletedPart, plan: ChecksumPlan): PartsRefusal | undefined {
  if (checksum === undefined)
    return plan.type === 'COMPOSITE'
      ? { kind: 'part-checksum-missing', number, algorithm: plan.algorithm }
      : undefined;
  if (checksum.algorithm === plan.algorithm) return undefined;
  return { kind: 'part-checksum-foreign', number, algorithm: checksum.algorithm };
}

function matches({ etag, checksum }: CompletedPart, part: PartRecord): boolean {
  if (etag.toLowerCase() !== part.etag) return false;
  return checksum === undefined || part.checksums?.[checksum.algorithm] === checksum.digest;
}
