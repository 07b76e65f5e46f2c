// What is said of a commit is true: against a model of the stream whose answers get lost, whose appends linger before the quorum has
// them or are dropped with their leader, and whose old leaders tell old history. Others write the same subjects meanwhile.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { AppendOutcome, LastOutcome, OutgoingMessage } from '../../../src/bus/stream-client.ts';
import { METADATA_HISTORY } from '../../../src/core/limits.ts';
import { MetadataLog } from '../../../src/metadata/metadata-log.ts';
import type { CommitOutcome } from '../../../src/metadata/metadata-store.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { SeededChance } from '../../support/seeded-chance.ts';

const SUBJECTS = ['$KV.s3.o.b.k', '$KV.s3.v.b.k'] as const;
const UNANSWERED = { kind: 'unanswered', reason: 'lost' } as const;
const REFUSED = { kind: 'conflict' } as const;

interface Entry {
  readonly subject: string;
  readonly messageId: string;
  readonly payload: Uint8Array;
}

class ModelStream {
  readonly stored: (Entry & { readonly sequence: number })[] = [];
  readonly #chance: SeededChance;
  /** Taken by the leader, not yet by the quorum. What a batch has is one of them. */
  #inFlight: (readonly Entry[])[] = [];
  #others = 0;

  constructor(chance: SeededChance) {
    this.#chance = chance;
  }

  get size(): number {
    return this.stored.length;
  }

  append(message: OutgoingMessage): Promise<AppendOutcome> {
    const { messageId = '' } = message;
    this.disturb();
    const known = this.stored.find((entry) => entry.messageId === messageId);
    if (known !== undefined)
      return this.#answered({ kind: 'stored', sequence: known.sequence, duplicate: true });
    if (this.#inFlight.some((entries) => entries.some((entry) => entry.messageId === messageId)))
      return Promise.resolve(UNANSWERED);
    return this.#propose([message], messageId);
  }

  appendBatch(batch: { messages: readonly OutgoingMessage[]; messageId: string }): Promise<AppendOutcome> {
    this.disturb();
    return this.#propose(batch.messages, batch.messageId);
  }

  last(subject: string): Promise<LastOutcome> {
    // As the leader has it, or one that was cut off a while ago: here nobody asks for a lease.
    const known = this.#chance.chance(0.15)
      ? this.#chance.integer(0, this.stored.length)
      : this.stored.length;
    return this.#told(this.#history(subject).findLast(({ sequence }) => sequence <= known));
  }

  next(subject: string, from: number): Promise<LastOutcome> {
    return this.#told(this.#history(subject).find(({ sequence }) => sequence >= from));
  }

  lastSequence(subject: string): number {
    return this.stored.findLast((entry) => entry.subject === subject)?.sequence ?? 0;
  }

  /** Somebody else writes, the quorum catches up, or the leader changes and what it had not passed on is gone. */
  disturb(): void {
    for (let left = this.#chance.integer(0, 3); left > 0; left -= 1) {
      const what = this.#chance.fraction();
      if (what < 0.35) this.write(this.#chance.pick(SUBJECTS));
      else if (what < 0.8) this.settle(1);
      else this.#inFlight = [];
    }
  }

  write(subject: string): void {
    if (this.#isBusy(subject)) return;
    this.#others += 1;
    const payload = this.#chance.chance(0.3) ? '' : 'theirs';
    this.#inFlight.push([{ subject, messageId: `other-${this.#others}`, payload: Buffer.from(payload) }]);
    if (this.#chance.chance(0.8)) this.settle();
  }

  settle(most = Infinity): void {
    for (const entries of this.#inFlight.splice(0, most))
      for (const entry of entries) this.stored.push({ ...entry, sequence: this.stored.length + 1 });
  }

  #propose(messages: readonly OutgoingMessage[], messageId: string): Promise<AppendOutcome> {
    const isRefused = messages.some(
      ({ subject, expectedSequence }) =>
        expectedSequence !== undefined &&
        (this.#isBusy(subject) || this.lastSequence(subject) !== expectedSequence),
    );
    if (isRefused) return this.#answered(REFUSED);
    this.#inFlight.push(messages.map(({ subject, payload }) => ({ subject, payload, messageId })));
    if (this.#chance.chance(0.4)) return Promise.resolve(UNANSWERED);
    this.settle();
    const sequence = this.stored.length - messages.length + 1;
    return this.#answered({ kind: 'stored', sequence, duplicate: false });
  }

  #answered(outcome: AppendOutcome): Promise<AppendOutcome> {
    return Promise.resolve(this.#chance.chance(0.5) ? UNANSWERED : outcome);
  }

  #isBusy(subject: string): boolean {
    return this.#inFlight.some((entries) => entries.some((entry) => entry.subject === subject));
  }

  #history(subject: string): readonly (Entry & { sequence: number })[] {
    this.disturb();
    return this.stored.filter((entry) => entry.subject === subject).slice(-METADATA_HISTORY);
  }

  #told(entry: (Entry & { sequence: number }) | undefined): Promise<LastOutcome> {
    if (this.#chance.chance(0.1)) return Promise.resolve(UNANSWERED);
    if (entry === undefined) return Promise.resolve({ kind: 'none' });
    const message = { ...entry, payload: Buffer.from(entry.payload), storedMs: 0, isTombstone: false };
    return Promise.resolve({ kind: 'message', message });
  }
}

/** Time passes in sleeps alone, and takes none. */
function leapingClock(): Clock {
  let ms = 0;
  return {
    nowMs: () => ms,
    monotonicMs: () => ms,
    after: () => ({ cancel: () => undefined }),
    sleep: (delayMs) => {
      ms += Math.max(1, delayMs);
      return Promise.resolve();
    },
  };
}

async function commitOnce(chance: SeededChance, stream: ModelStream): Promise<CommitOutcome | 'unknown'> {
  const log = new MetadataLog({
    client: stream,
    trust: { refuseFenced: () => undefined, applied: 0, check: () => Promise.resolve() },
    // Under it a leader is the true one, which the model's is whenever it tells of the history.
    lease: { proven: () => undefined, ready: () => Promise.resolve(), holds: true },
    clock: leapingClock(),
    random: { ...systemRandom, fraction: () => chance.fraction() },
    logger: silentLogger,
    metrics: noMetrics,
  } as never);
  const expectedOf = (subject: string) => {
    const revision = stream.lastSequence(subject);
    const isThere = (stream.stored.findLast((entry) => entry.subject === subject)?.payload.length ?? 0) > 0;
    return isThere ? ({ revision } as const) : ('absent' as const);
  };
  const commits = SUBJECTS.map((subject) => ({
    subject,
    record: Buffer.from('ours'),
    expected: expectedOf(subject),
  }));
  const [first] = commits;
  try {
    return await (chance.chance(0.5) ? log.commitAll(commits) : log.commit(first!));
  } catch (error) {
    expect(error).toMatchObject({ code: 'metadata-unavailable' });
    return 'unknown';
  }
}

test('committed is stored, for good and once; a conflict is not, and never will be', async () => {
  const seen: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const chance = new SeededChance(seed);
      const stream = new ModelStream(chance.fork('stream'));
      for (let before = chance.integer(0, 12); before > 0; before -= 1) stream.write(chance.pick(SUBJECTS));
      stream.settle();
      const outcome = await commitOnce(chance.fork('commit'), stream);
      if (chance.chance(0.5)) stream.disturb();
      stream.settle();
      const ours = stream.stored.filter(({ payload }) => Buffer.from(payload).toString() === 'ours');
      const kind = outcome === 'unknown' ? outcome : outcome.kind;
      seen[kind] = (seen[kind] ?? 0) + 1;
      if (outcome === 'unknown') return;
      if (outcome.kind === 'conflict') expect(ours).toEqual([]);
      else {
        expect(ours[0]?.sequence).toBe(outcome.revision);
        expect(ours.filter(({ subject }) => subject === SUBJECTS[0])).toHaveLength(1);
      }
    }),
    { numRuns: 2_000 },
  );
  // The model does all of it, or the test could not fail.
  expect(Math.min(seen['committed'] ?? 0, seen['conflict'] ?? 0, seen['unknown'] ?? 0)).toBeGreaterThan(20);
});
