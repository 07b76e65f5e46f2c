// The metadata stream as the tables use it: read the last record of a subject, commit the next one, set a barrier.
//
// Owns: patience. Every operation is tried again, unchanged, until it is answered or METADATA_PATIENCE_MS is over.
//
// Invariants:
//   1. A commit is sent under one message id however often it is tried; the stream stores it once.
//   2. `committed` was acknowledged by the leader, or the leader's last message of the subject carries our message id.
//   3. `conflict` is somebody else's record, seen. A try whose fate is unknown never ends as `conflict` unseen, and not because others have
//      written over it since: what a subject had (its history) tells, or it ends as an error.
//   4. A read whose answer is older than what our own view holds is not believed (a leader may be stale or have lost
//      messages to a damaged disk): it is asked again, and then it is an error.
//   5. A read is answered only under a lease (read-lease.ts): a leader that was cut off is not believed, whatever it says.
//   6. A fenced stream decides nothing: reads and commits are refused.

import { setMaxListeners } from 'node:events';
import type {
  ExtentOutcome,
  LastMessage,
  LastOutcome,
  OutgoingMessage,
  StreamClient,
  Unanswered,
} from '../bus/stream-client.ts';
import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { METADATA_HISTORY, METADATA_PATIENCE_MS, METADATA_REQUEST_TIMEOUT_MS } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { CounterMetric, Metrics } from '../platform/metrics.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import { encodeNote, type EventNote } from './event-note.ts';
import type { CommitOutcome, Expectation } from './metadata-store.ts';
import type { ReadLease } from './read-lease.ts';
import type { StreamTrust } from './stream-trust.ts';

const RETRY_BASE_MS = 20;
const RETRY_MAX_MS = 1_000;
const NO_PAYLOAD = new Uint8Array(0);

export interface LogOptions {
  readonly client: StreamClient;
  readonly trust: Pick<StreamTrust, 'applied' | 'check' | 'pictures' | 'refuseFenced'>;
  readonly lease: Pick<ReadLease, 'ready' | 'holds' | 'proven'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Commit {
  readonly subject: string;
  /** `undefined` writes a tombstone. */
  readonly record: Uint8Array | undefined;
  readonly expected: Expectation;
  readonly note?: EventNote;
  /** With `any`: a subject that must have no message, which forbids the commit. */
  readonly unless?: string;
}

export interface ConditionalCommit extends Commit {
  readonly expected: Exclude<Expectation, 'any'>;
}

export class MetadataLog {
  readonly #options: LogOptions;
  readonly #retries: CounterMetric;
  readonly #contradictions: CounterMetric;
  readonly #closing = new AbortController();
  /** Message ids are this and a number: unique to this process, whatever a caller uses for request ids. */
  readonly #instance: string;
  #commits = 0;

  constructor(options: LogOptions) {
    this.#options = options;
    // As many as there are operations that wait to try again: Node warns of a leak above ten.
    setMaxListeners(0, this.#closing.signal);
    this.#instance = options.random.bytes(12).toString('base64url');
    this.#retries = options.metrics.counter(
      'predastore_metadata_retries_total',
      'Metadata requests sent again because they were not answered',
      ['operation'],
    );
    this.#contradictions = options.metrics.counter(
      'predastore_metadata_contradictions_total',
      'Answers of the stream leader that were older than the local view',
    );
  }

  /** The live record at `subject`, or `undefined`. `witness` is the revision of the record in our own view, 0 for none. */
  async read(subject: string, witness: () => number): Promise<LastMessage | undefined> {
    const { client } = this.#options;
    const messageOf = (last: Answered<LastOutcome>): LastMessage | undefined =>
      last.kind === 'message' ? last.message : undefined;
    const answer = await this.#askLeader<Answered<LastOutcome>>(
      (timeoutMs) => client.last(subject, timeoutMs),
      (last) => (messageOf(last)?.sequence ?? 0) >= witness(),
    );
    const message = messageOf(answer);
    return message?.payload.length === 0 ? undefined : message;
  }

  /**
   * Like `read`, but `undefined` is proven: a barrier that a quorum acknowledged has passed since, and the view that holds
   * everything before it has no such record. A leader that was just cut off may still answer for a moment; it cannot pass a
   * barrier, so what it does not know of is never reported as absent.
   */
  async readProven(
    subject: string,
    witness: () => number,
    catchUp: () => Promise<void>,
  ): Promise<LastMessage | undefined> {
    const message = await this.read(subject, witness);
    if (message !== undefined) return message;
    await catchUp();
    return witness() === 0 ? undefined : this.read(subject, witness);
  }

  /**
   * How far the stream goes: no commit acknowledged before the call has a higher sequence. Under a lease, like every read.
   * `undefined`: the stream is not the one that our view pictures.
   */
  async extent(): Promise<number | undefined> {
    const { client, trust } = this.#options;
    let appliedBefore = 0;
    const { created, lastSequence } = await this.#askLeader<Answered<ExtentOutcome>>(
      (timeoutMs) => {
        appliedBefore = trust.applied;
        return client.extent(timeoutMs);
      },
      (extent) => !trust.pictures(extent.created) || extent.lastSequence >= appliedBefore,
    );
    return trust.pictures(created) ? lastSequence : undefined;
  }

  /** Commits a record or tombstone under the given expectation. `shards-unavailable`: `unless` forbids it. */
  async commit(commit: Commit): Promise<CommitOutcome> {
    const { client, trust, lease, clock } = this.#options;
    const { expected, unless } = commit;
    assert(unless === undefined || expected === 'any', 'a message has one condition');
    const attempt = this.#begin('commit');
    const forbidden = unless === undefined ? {} : { expectedSequence: 0, expectedSubject: unless };
    const message = { ...messageFor(commit), ...this.#identity(), ...forbidden };
    const oldestExpected = expectedSequenceOf(commit);
    let expectedSequence = oldestExpected;
    let newestExpected = oldestExpected;
    for (;;) {
      this.#refuse();
      const appliedBefore = trust.applied;
      const sentMs = clock.monotonicMs();
      const outcome = await client.append(
        expected === 'any' ? message : { ...message, expectedSequence },
        attempt.timeoutMs(),
      );
      if (outcome.kind === 'stored') {
        if (!outcome.duplicate) {
          lease.proven(sentMs);
          await trust.check(outcome.sequence, appliedBefore);
        }
        return { kind: 'committed', revision: outcome.sequence };
      }
      if (outcome.kind === 'unanswered') {
        attempt.isUnsure = true;
        await attempt.again(outcome.reason);
        continue;
      }
      const decided = await this.#decideConflict(commit, {
        messageId: message.messageId,
        isUnsure: attempt.isUnsure,
        oldestExpected,
        newestExpected,
      });
      if (typeof decided !== 'number') return decided;
      expectedSequence = decided;
      newestExpected = Math.max(newestExpected, decided);
      await attempt.again(
        unless === undefined
          ? 'a tombstone or a commit is in the way'
          : 'the write is perhaps being condemned',
      );
    }
  }

  /**
   * Commits several records in one step: all or none, in this order, one revision after the other; `committed` has that of the first.
   * Every one has a condition on its subject. `proof`: a subject that has a message only if this very commit happened, however
   * much has happened since.
   */
  async commitAll(commits: readonly ConditionalCommit[], proof?: string): Promise<CommitOutcome> {
    const { client, trust, lease, clock } = this.#options;
    const attempt = this.#begin('commit');
    const { messageId } = this.#identity();
    const expected = commits.map(expectedSequenceOf);
    const newest = [...expected];
    for (let tries = 1; ; tries += 1) {
      this.#refuse();
      const appliedBefore = trust.applied;
      const messages = commits.map((commit, index) => ({
        ...messageFor(commit),
        expectedSequence: expected[index] ?? 0,
      }));
      const batch = { messages, messageId, batchId: `${messageId}.${tries.toString(36)}` };
      const sentMs = clock.monotonicMs();
      const outcome = await client.appendBatch(batch, attempt.timeoutMs());
      if (outcome.kind === 'stored') {
        lease.proven(sentMs);
        await trust.check(outcome.sequence, appliedBefore);
        return { kind: 'committed', revision: outcome.sequence };
      }
      if (outcome.kind === 'unanswered') {
        attempt.isUnsure = true;
        await attempt.again(outcome.reason);
        continue;
      }
      const decided = await this.#decideBatchConflict(commits, {
        messageId,
        proof,
        isUnsure: attempt.isUnsure,
        newest,
      });
      if ('kind' in decided) return decided;
      // Nothing was in the way but a commit in flight: somebody else's, unless an earlier try of ours may be it.
      const isUnchanged = decided.every((sequence, index) => sequence === expected[index]);
      if (isUnchanged && !attempt.isUnsure) return { kind: 'conflict' };
      decided.forEach((sequence, index) => {
        expected[index] = sequence;
        newest[index] = Math.max(newest[index] ?? 0, sequence);
      });
      await attempt.again('a commit or a tombstone is in the way');
    }
  }

  /** What a refused batch means: an outcome, or the sequences over which its records may be written. */
  async #decideBatchConflict(
    commits: readonly ConditionalCommit[],
    tries: BatchTries,
  ): Promise<CommitOutcome | readonly number[]> {
    const { messageId, proof, isUnsure, newest } = tries;
    const last = await Promise.all(commits.map(({ subject }) => this.#last(subject)));
    const own = ownRevision(commits, last, messageId);
    if (own !== undefined) return { kind: 'committed', revision: own };
    const proven = !isUnsure || proof === undefined ? undefined : await this.#last(proof);
    if (proven !== undefined) return { kind: 'committed', revision: proven.sequence };
    const sequences = commits.map((commit, index) =>
      last[index]?.messageId === messageId ? last[index].sequence : sequenceToReplace(commit, last[index]),
    );
    // Where a record is not what the tries expected: others wrote over ours, perhaps, or over what was there before.
    const isOthers = (index: number): boolean => last[index]?.messageId !== messageId;
    const over = isUnsure
      ? sequences.findIndex((sequence, index) => isOthers(index) && sequence !== newest[index])
      : -1;
    if (over >= 0) {
      const fate = await this.#fateOfBatch(commits, over, { tries, last: last[over] });
      if (fate?.kind === 'committed') return fate;
      if (fate === undefined) return commits.map(expectedSequenceOf);
    }
    return sequences.every((sequence) => sequence !== undefined) ? sequences : { kind: 'conflict' };
  }

  /** What record `over` of a batch tells of all: a batch is there as a whole or not at all. */
  async #fateOfBatch(
    commits: readonly ConditionalCommit[],
    over: number,
    { tries, last }: { tries: BatchTries; last: LastMessage | undefined },
  ): Promise<CommitOutcome | undefined> {
    const commit = commits[over];
    assert(commit !== undefined, 'one of the records');
    const oldestExpected = expectedSequenceOf(commit);
    const newestExpected = tries.newest[over] ?? oldestExpected;
    const fate = await this.#fateOf(commit.subject, last, { ...tries, oldestExpected, newestExpected });
    return fate?.kind === 'committed' ? { kind: 'committed', revision: fate.revision - over } : fate;
  }

  /** The last message of a subject as the leader has it, tombstones included. */
  last(subject: string): Promise<LastMessage | undefined> {
    this.#refuse();
    return this.#last(subject);
  }

  /** Appends to a barrier subject; the returned sequence is above that of every commit acknowledged before the call. */
  async mark(subject: string): Promise<number> {
    const { client, trust, lease, clock } = this.#options;
    const attempt = this.#begin('barrier');
    for (;;) {
      this.#refuse();
      const appliedBefore = trust.applied;
      const sentMs = clock.monotonicMs();
      const outcome = await client.append({ subject, payload: NO_PAYLOAD }, attempt.timeoutMs());
      if (outcome.kind === 'stored') {
        lease.proven(sentMs);
        await trust.check(outcome.sequence, appliedBefore);
        return outcome.sequence;
      }
      await attempt.again(outcome.kind === 'unanswered' ? outcome.reason : outcome.kind);
    }
  }

  /** What the leader answers under a lease. An answer that knows less than our own view does is asked for again. */
  async #askLeader<Answer>(
    question: (timeoutMs: number) => Promise<Answer | Unanswered>,
    knowsEnough: (answer: Answer) => boolean,
  ): Promise<Answer> {
    const attempt = this.#begin('read');
    const { lease } = this.#options;
    for (;;) {
      this.#refuse();
      await lease.ready();
      const outcome = await question(attempt.timeoutMs());
      if (isUnanswered(outcome) || !lease.holds) {
        await attempt.again(isUnanswered(outcome) ? outcome.reason : 'the read lease ended');
        continue;
      }
      if (knowsEnough(outcome)) return outcome;
      this.#contradictions.add(1);
      await attempt.again('the stream leader answers with less than the local view holds');
    }
  }

  /** Ends the patience of everything under way. */
  close(): void {
    this.#closing.abort();
  }

  /** What a refused append means: an outcome, or the sequence over which an absent record may still be written. */
  async #decideConflict(commit: Commit, tries: Tries): Promise<CommitOutcome | number> {
    const { subject, expected, unless } = commit;
    const { messageId, isUnsure } = tries;
    if (!isUnsure && expected !== 'absent' && unless === undefined) return { kind: 'conflict' };
    const last = await this.#last(subject);
    if (last?.messageId === messageId) return { kind: 'committed', revision: last.sequence };
    if (unless !== undefined) return this.#refuseForbidden(unless);
    assert(expected !== 'any', 'what has no condition is not refused for one');
    // Nothing that can be seen is in the way: an append is on its way to the quorum, and it may be an earlier try of ours.
    const replaceable = sequenceToReplace({ expected }, last);
    if (replaceable !== undefined) return replaceable;
    if (!isUnsure) return { kind: 'conflict' };
    return (await this.#fateOf(subject, last, tries)) ?? tries.oldestExpected;
  }

  /**
   * What became of our earlier tries, now that somebody else's message is the last of the subject: ours may have been stored, and written
   * over since. The subject's history tells, if it reaches back far enough; `undefined`: it does not.
   */
  async #fateOf(
    subject: string,
    last: LastMessage | undefined,
    { messageId, oldestExpected, newestExpected }: Tries,
  ): Promise<CommitOutcome | undefined> {
    const { lease } = this.#options;
    await lease.ready();
    const kept = await this.#historyOf(subject);
    const own = kept.find((message) => message.messageId === messageId);
    if (own !== undefined) return { kind: 'committed', revision: own.sequence };
    const sequences = kept.map(({ sequence }) => sequence);
    // All that there is, or all since what was expected; nothing fell out of the history meanwhile, or there would be more.
    const reachesBack =
      kept.length < METADATA_HISTORY ||
      (kept.length === METADATA_HISTORY && Math.min(...sequences) <= oldestExpected);
    // A leader that was cut off may not have the newest: ours could be among these. Something has to follow what was expected.
    const newest = Math.max(0, ...sequences);
    const reachesNow = newest > newestExpected && newest >= (last?.sequence ?? 0);
    return reachesBack && reachesNow && lease.holds ? { kind: 'conflict' } : undefined;
  }

  /** What the leader still has of a subject, oldest first. */
  async #historyOf(subject: string): Promise<readonly LastMessage[]> {
    const kept: LastMessage[] = [];
    let from = 1;
    for (;;) {
      const next = await this.#ask((timeoutMs) => this.#options.client.next(subject, from, timeoutMs));
      if (next === undefined) return kept;
      kept.push(next);
      from = next.sequence + 1;
    }
  }

  /** A commit that was refused though anything may be replaced: for its mark, or for one that is on its way. */
  async #refuseForbidden(unless: string): Promise<0> {
    if ((await this.#last(unless)) === undefined) return 0;
    throw new PredastoreError('shards-unavailable', 'the commit came too late: its shards were given up');
  }

  /**
   * What the message of a subject at `sequence` replaced, tombstones included; `undefined`: nothing. A subject keeps a few messages
   * (`history`), so this takes as many questions. `metadata-unavailable` where the message itself is not found: a leader that does
   * not know it may not know what came before it either.
   */
  async before(subject: string, sequence: number): Promise<LastMessage | undefined> {
    const attempt = this.#begin('read');
    let found: LastMessage | undefined;
    for (;;) {
      this.#refuse();
      const from = (found?.sequence ?? 0) + 1;
      const next = await this.#ask((timeoutMs) => this.#options.client.next(subject, from, timeoutMs));
      if (next?.sequence === sequence) return found;
      if (next === undefined || next.sequence > sequence) {
        found = undefined;
        await attempt.again('the stream leader does not have the commit that is asked about');
      } else found = next;
    }
  }

  #last(subject: string): Promise<LastMessage | undefined> {
    return this.#ask((timeoutMs) => this.#options.client.last(subject, timeoutMs));
  }

  async #ask(question: (timeoutMs: number) => Promise<LastOutcome>): Promise<LastMessage | undefined> {
    const attempt = this.#begin('read');
    for (;;) {
      const outcome = await question(attempt.timeoutMs());
      if (outcome.kind === 'message') return outcome.message;
      if (outcome.kind === 'none') return undefined;
      await attempt.again(outcome.reason);
    }
  }

  /** What this process's next commit is known by. */
  #identity(): { readonly messageId: string } {
    this.#commits += 1;
    return { messageId: `${this.#instance}.${this.#commits.toString(36)}` };
  }

  #refuse(): void {
    if (this.#closing.signal.aborted) throw new PredastoreError('store-closed', 'metadata is closed');
    this.#options.trust.refuseFenced();
  }

  #begin(operation: string): Attempt {
    const retry = (): void => this.#retries.add(1, { operation });
    return new Attempt({ ...this.#options, operation, retry, closing: this.#closing.signal });
  }
}

type Answered<Outcome> = Exclude<Outcome, Unanswered>;

function isUnanswered(outcome: unknown): outcome is Unanswered {
  return (outcome as Partial<Unanswered>).kind === 'unanswered';
}

function messageFor({ subject, record, note }: Omit<Commit, 'expected'>): OutgoingMessage {
  const message = { subject, payload: record ?? NO_PAYLOAD, tombstone: record === undefined };
  return note === undefined ? message : { ...message, note: encodeNote(note) };
}

interface AttemptOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly operation: string;
  readonly retry: () => void;
  readonly closing: AbortSignal;
}

/** Of the first try. */
function expectedSequenceOf({ expected }: Pick<Commit, 'expected'>): number {
  return typeof expected === 'object' ? expected.revision : 0;
}

/** How a commit was tried so far. */
interface BatchTries {
  readonly messageId: string;
  /** A try before was not answered: it may have been stored, or be on its way. What was refused was not. */
  readonly isUnsure: boolean;
  readonly proof: string | undefined;
  /** What the tries expected at most, for every record. */
  readonly newest: readonly number[];
}

interface Tries extends Omit<BatchTries, 'proof' | 'newest'> {
  /** No try expected anything older. */
  readonly oldestExpected: number;
  /** And none anything newer. */
  readonly newestExpected: number;
}

/** Of the first message of a batch that is stored: ours is the last message of one of its subjects. */
function ownRevision(
  commits: readonly ConditionalCommit[],
  last: readonly (LastMessage | undefined)[],
  messageId: string,
): number | undefined {
  const isOwn = last.map((message) => message?.messageId === messageId);
  const own = isOwn.indexOf(true);
  if (own < 0) return undefined;
  // A server of one replica that lost power may have kept the first messages of a batch only: that one is sent again as a whole.
  const isTorn =
    isOwn[0] === true &&
    commits.some((commit, index) => !isOwn[index] && sequenceToReplace(commit, last[index]) !== undefined);
  return isTorn ? undefined : (last[own]?.sequence ?? own) - own;
}

/** The sequence over which a message may be written; none where the last one is not what the commit expects. */
function sequenceToReplace(
  { expected }: Pick<ConditionalCommit, 'expected'>,
  last: LastMessage | undefined,
): number | undefined {
  if (expected !== 'absent') return last?.sequence === expected.revision ? expected.revision : undefined;
  return last === undefined || last.payload.length === 0 ? (last?.sequence ?? 0) : undefined;
}

/** One operation and its tries. */
class Attempt {
  readonly #options: AttemptOptions;
  readonly #deadlineMs: number;
  readonly #wallDeadlineMs: number;
  /** Whether a try was not answered, whose fate is not known. */
  isUnsure = false;
  #tries = 0;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#deadlineMs = options.clock.monotonicMs() + METADATA_PATIENCE_MS;
    this.#wallDeadlineMs = options.clock.nowMs() + METADATA_PATIENCE_MS;
  }

  /** How long the next try may take. */
  timeoutMs(): number {
    const { clock } = this.#options;
    const leftMs = this.#deadlineMs - clock.monotonicMs();
    // By either clock: after a pause of the whole machine the stream has forgotten the message id, and would store an old write anew.
    return Math.min(METADATA_REQUEST_TIMEOUT_MS, leftMs, this.#wallDeadlineMs - clock.nowMs());
  }

  /** Waits a little before the next try; throws when patience is over. */
  async again(reason: string): Promise<void> {
    const { clock, random, logger, operation, retry, closing } = this.#options;
    retry();
    await clock.sleep(backoffMs(random, this.#tries, RETRY_BASE_MS, RETRY_MAX_MS), closing);
    this.#tries += 1;
    if (closing.aborted)
      throw new PredastoreError('store-closed', `metadata ${operation}: the node is closing`);
    if (this.timeoutMs() > 0) return;
    logger.error('metadata is unavailable', { operation, tries: this.#tries, reason });
    throw new PredastoreError('metadata-unavailable', `metadata ${operation} was given up: ${reason}`);
  }
}
