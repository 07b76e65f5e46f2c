// CompleteMultipartUpload: the parts become one object by one commit. No byte is moved.
//
// Invariants:
//   C1. The object is committed before the upload ends: a crash between the two leaves both, and completing again finds the
//       object it made and only ends the upload.
//   C2. Blobs are referenced while the upload was open a moment ago (ReferenceWindow), so none of them can be gone.
// A completion and an abort at the same moment may both succeed: then the object stands.

import { MULTIPART_PARTS_MAX } from '../core/limits.ts';
import { assembledObject } from './assembled-object.ts';
import { journalMissing } from './blob-debts.ts';
import { commitOnce, judgeCommit, type CommitDecision } from './commit-object.ts';
import { chooseParts, type ChosenParts, type PartsRefusal } from './completed-parts.ts';
import { unconditional } from './conditions.ts';
import { addressOf, findRecord } from './find-record.ts';
import { checksumOfParts, sameChecksum, type ChecksumPlan } from './part-checksums.ts';
import { COMMIT_TRIES_MAX, persistently } from './persistently.ts';
import { ReferenceWindow, tooSlowToReference } from './reference-window.ts';
import { uploadAddressOf } from './upload-part.ts';
import type { ObjectRecord, PartRecord, UploadRecord } from '../contracts/records.ts';
import type { Versioned } from '../metadata/metadata-store.ts';
import type { CompleteUploadOutcome, CompleteUploadRequest } from './multipart-store.ts';
import type { ObjectContext } from './object-context.ts';

type Refusal = Exclude<CompleteUploadOutcome, { readonly kind: 'completed' }>;
type Attempt = CompleteUploadOutcome | { readonly kind: 'raced' } | 'too-late';

export async function completeUpload(
  context: ObjectContext,
  request: CompleteUploadRequest,
): Promise<CompleteUploadOutcome> {
  let late = 0;
  return persistently(context, request.conditions, async () => {
    const attempt = await tryToComplete(context, request);
    if (attempt !== 'too-late') return attempt;
    late += 1;
    if (late >= COMMIT_TRIES_MAX) throw tooSlowToReference();
    return { kind: 'raced' };
  });
}

async function tryToComplete(context: ObjectContext, request: CompleteUploadRequest): Promise<Attempt> {
  const window = new ReferenceWindow(context.clock);
  const { uploads, objects } = context.metadata;
  const address = uploadAddressOf(request);
  const upload = await uploads.get(address);
  if (upload === undefined) return completedBefore(context, request);
  const current = await objects.get(addressOf(request));
  const uploaded = await uploads.parts(address, 0, MULTIPART_PARTS_MAX);
  const assembled = await assemble(context, request, upload.record, uploaded.parts);
  if ('kind' in assembled) {
    // Its parts go with an upload: perhaps somebody completed it between the two questions.
    const isOpen = (await uploads.get(address)) !== undefined;
    return isOpen ? assembled : completedBefore(context, request);
  }
  const made = current?.record;
  if (made?.upload === request.uploadId && made.etag === assembled.etag) {
    await uploads.remove(address, { revision: upload.revision });
    return { kind: 'completed', record: made };
  }
  const decision: CommitDecision = unconditional(request.conditions)
    ? { kind: 'go', expected: 'any' }
    : judgeCommit(request.conditions, current);
  if (decision.kind === 'refused') return { kind: decision.verdict };
  if (!window.open) return 'too-late';
  const target = { ...request, referenced: window.opened };
  const ending = await commitOnce(context, target, assembled, decision);
  if (ending.kind !== 'committed') return ending;
  await uploads.remove(address, { revision: upload.revision });
  journalMissing(context, request, assembled.blobs);
  return { kind: 'completed', record: ending.record };
}

/** The upload is gone: either this very completion has happened already, or somebody ended it otherwise. */
async function completedBefore(
  context: ObjectContext,
  request: CompleteUploadRequest,
): Promise<CompleteUploadOutcome> {
  const found = await findRecord(context, request);
  if ('kind' in found) return { kind: found.kind === 'no-such-bucket' ? found.kind : 'no-such-upload' };
  if (found.record.upload !== request.uploadId) return { kind: 'no-such-upload' };
  return { kind: 'completed', record: found.record };
}

async function assemble(
  context: ObjectContext,
  request: CompleteUploadRequest,
  upload: UploadRecord,
  uploaded: readonly Versioned<PartRecord>[],
): Promise<ObjectRecord | Refusal> {
  const chosen: ChosenParts | PartsRefusal = chooseParts(
    request.parts,
    uploaded.map(({ record }) => record),
    upload.checksum,
  );
  if (chosen.kind !== 'chosen') return chosen;
  const { parts, sizeBytes } = chosen;
  if (request.sizeBytes !== undefined && request.sizeBytes !== sizeBytes)
    return { kind: 'size-mismatch', sizeBytes };
  const plan = planOf(request, upload);
  if (plan !== undefined && 'kind' in plan) return plan;
  const checksum = plan === undefined ? undefined : await checksumOfParts(plan, parts);
  // A claim of an upload that keeps no such checksum is nothing that could be checked.
  if (request.checksum !== undefined && checksum !== undefined) {
    const { algorithm, digest } = request.checksum;
    if (!sameChecksum(digest, checksum)) return { kind: 'checksum-mismatch', algorithm };
  }
  const modified = new Date(context.clock.nowMs()).toISOString();
  return assembledObject({ upload, parts, plan, checksum, modified, request: request.requestId });
}

/** What the upload was created with decides; without it, what the completion claims. */
function planOf(
  { checksum, checksumType }: CompleteUploadRequest,
  upload: UploadRecord,
): ChecksumPlan | undefined | Refusal {
  if (upload.checksum === undefined) {
    if (checksum === undefined) return undefined;
    return { algorithm: checksum.algorithm, type: checksumType ?? 'COMPOSITE' };
  }
  const { algorithm: expected, type } = upload.checksum;
  if (checksumType !== undefined && checksumType !== type)
    return { kind: 'checksum-type-differs', expected: type };
  if (checksum !== undefined && checksum.algorithm !== expected)
    return { kind: 'checksum-differs', expected, actual: checksum.algorithm };
  return upload.checksum;
}
