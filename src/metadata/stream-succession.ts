// A lost stream and the one that takes its place: made anew from the view of one node, followed by the others.
//
// JetStream can be lost as a whole (its disks, a mistaken `nats stream rm`), while every node still has all records in its view.
// An operator chooses the node whose view goes furthest and marks it; that node fills a new stream at its next start. A record in the new
// stream says which one it succeeds. Views of that one are then emptied and filled from the new stream.
//
// Invariants:
//   S1. A stream that holds records of anybody else is never written to: it would have to be removed first, by hand.
//   S2. Nobody follows the new stream before every record is in it (`done`). A restoration that was interrupted is gone on with.
//   S3. A view that knows more than the one the stream was restored from does not give that up: its node refuses to start.

import type { StreamState } from '../bus/stream-admin.ts';
import { PredastoreError } from '../core/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { MetadataLog } from './metadata-log.ts';
import { decodeSuccession, encodeSuccession, type Succession } from './succession-record.ts';
import { SUCCESSION_SUBJECT } from './subjects.ts';
import type { View } from './view.ts';
import type { ViewRecord } from './view-records.ts';

/** Appends under way at a time: a stream of three replicas is then busy, and memory stays small. */
const APPENDS_AT_ONCE = 64;
const PROGRESS_RECORDS = 10_000;

export interface SuccessionParts {
  /** Of the new stream; it must not judge by the position of the view. */
  readonly log: Pick<MetadataLog, 'commit' | 'last'>;
  readonly view: View;
  readonly logger: Logger;
}

export type Standing =
  /** The stream is the one that the view pictures, or a stranger: StreamTrust judges. */
  | 'unrelated'
  /** It is being filled by another node. */
  | 'underway'
  /** The view was emptied and follows the new stream from now on. */
  | 'followed';

/** What a stream is to our view that pictures another one. */
export async function follow(parts: SuccessionParts, state: StreamState | undefined): Promise<Standing> {
  const { view, logger } = parts;
  if (state === undefined || view.stream === '' || state.created === view.stream) return 'unrelated';
  const found = await successionIn(parts);
  if (found?.from !== view.stream) return 'unrelated';
  if (!found.done) return 'underway';
  const { applied } = view.position;
  if (applied > found.applied) {
    throw new PredastoreError(
      'server-unsuitable',
      `the stream was restored up to change ${found.applied} of the lost one, the view of this node goes to ${applied}. ` +
        'Remove the stream and restore it from this node, or remove the view of this node to give up what came later.',
    );
  }
  logger.warn('the metadata stream was restored: filling the view from it', { lost: view.stream, applied });
  await view.beginAnew();
  return 'followed';
}

/** Whether the stream is being filled in the place of a lost one: nobody may read it yet. */
export async function isBeingRestored(parts: SuccessionParts): Promise<boolean> {
  return (await successionIn(parts))?.done === false;
}

/** Writes every record of the view into a new stream; the view itself is then empty. Number of records. */
export async function restore(parts: SuccessionParts, state: StreamState): Promise<number> {
  const { view, logger, log } = parts;
  const { applied } = view.position;
  const found = await successionIn(parts);
  if (found === undefined && state.messages > 0) {
    throw new PredastoreError(
      'server-unsuitable',
      `the metadata stream made at ${state.created} holds records already. Remove it first (nats stream rm KV_s3), if they can go.`,
    );
  }
  if (found !== undefined && (found.from !== view.stream || found.done)) {
    throw new PredastoreError(
      'server-unsuitable',
      `the stream was restored already, from that of ${found.from}`,
    );
  }
  const ours: Succession = { v: 1, from: view.stream, applied, done: false };
  if (found === undefined) await mark(parts, ours);
  logger.warn('restoring the metadata stream from the view', { lost: view.stream, applied });
  let records = 0;
  let waiting: Promise<void>[] = [];
  for (const record of view.records()) {
    waiting.push(put(log, record));
    records += 1;
    if (records % PROGRESS_RECORDS === 0) logger.info('restoring', { records });
    if (waiting.length < APPENDS_AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  await mark(parts, { ...ours, done: true });
  await view.beginAnew();
  logger.warn('the metadata stream is restored', { records });
  return records;
}

async function put(log: SuccessionParts['log'], { subject, payload }: ViewRecord): Promise<void> {
  const outcome = await log.commit({ subject, record: payload, expected: 'absent' });
  if (outcome.kind === 'committed') return;
  // Written before a restoration was interrupted, or by a node that introduced itself anew.
  const last = await log.last(subject);
  if (last === undefined || !(last.payload.equals(payload) || subject.startsWith('$KV.s3.n.')))
    throw new PredastoreError('server-unsuitable', `the stream has another record at ${subject}`);
}

async function mark({ log }: SuccessionParts, succession: Succession): Promise<void> {
  await log.commit({
    subject: SUCCESSION_SUBJECT,
    record: encodeSuccession(succession),
    expected: 'any',
  });
}

async function successionIn({ log }: SuccessionParts): Promise<Succession | undefined> {
  const last = await log.last(SUCCESSION_SUBJECT);
  return last === undefined || last.payload.length === 0 ? undefined : decodeSuccession(last.payload);
}
