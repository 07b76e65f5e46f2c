import { describe, expect, test } from '@jest/globals';
import { METADATA_HISTORY, METADATA_PATIENCE_MS } from '../../../src/core/limits.ts';
import { MetadataLog } from '../../../src/metadata/metadata-log.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('after a pause of the machine, which stops one clock only, a commit is not sent again', async () => {
  const clock = new ManualClock();
  let pausedMs = 0;
  let sent = 0;
  const log = new MetadataLog({
    client: {
      append: () => {
        sent += 1;
        pausedMs = 3_600_000;
        return Promise.resolve({ kind: 'unanswered', reason: 'timeout' });
      },
    },
    trust: { refuseFenced: () => undefined, applied: 0 },
    clock: {
      nowMs: () => clock.nowMs() + pausedMs,
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    },
    random: systemRandom,
    logger: silentLogger,
    metrics: noMetrics,
  } as never);
  const commit = log.commit({ subject: '$KV.s3.o.b.k', record: Buffer.from('{}'), expected: 'any' });
  const ended = expect(commit).rejects.toMatchObject({ code: 'metadata-unavailable' });
  for (let step = 0; step < 20; step += 1) await clock.advance(100);
  await ended;
  expect(sent).toBe(1);
});

test('a read that is under way when the log is closed does not try until patience is over', async () => {
  const clock = new ManualClock();
  let asked = 0;
  const last = (): Promise<object> => {
    asked += 1;
    if (asked > 1_000) void clock.advance(METADATA_PATIENCE_MS);
    return Promise.resolve({ kind: 'unanswered', reason: 'no connection' });
  };
  const log = new MetadataLog({
    client: { last },
    trust: { refuseFenced: () => undefined },
    clock,
    random: systemRandom,
    logger: silentLogger,
    metrics: noMetrics,
  } as never);
  const reading = log.last('$KV.s3.b.photos');
  const ended = expect(reading).rejects.toMatchObject({ code: 'store-closed' });
  await clock.advance(0);
  log.close();
  await ended;
  expect(asked).toBeLessThan(3);
});

describe('how far the stream goes', () => {
  function logOver(answers: { created?: string; lastSequence: number }[], holds = true) {
    const clock = new ManualClock();
    const log = new MetadataLog({
      client: { extent: async () => ({ kind: 'extent', created: 'then', ...answers.shift()! }) },
      trust: { applied: 5, pictures: (created: string) => created === 'then', refuseFenced: () => undefined },
      lease: { ready: () => Promise.resolve(), holds },
      clock,
      random: systemRandom,
      logger: silentLogger,
      metrics: noMetrics,
    } as never);
    return { log, clock };
  }

  test('is what the leader says', async () => {
    expect(await logOver([{ lastSequence: 9 }]).log.extent()).toBe(9);
  });

  test('a leader that knows less than our view is asked again', async () => {
    const { log, clock } = logOver([{ lastSequence: 4 }, { lastSequence: 6 }]);
    const asked = log.extent();
    await clock.advance(1_000);
    expect(await asked).toBe(6);
  });

  test('nothing is said of a stream that the view does not picture', async () => {
    expect(await logOver([{ created: 'anew', lastSequence: 9 }]).log.extent()).toBeUndefined();
  });

  test('a leader without a lease is not believed', async () => {
    const { log, clock } = logOver(
      Array.from({ length: 100 }, () => ({ lastSequence: 9 })),
      false,
    );
    const asked = expect(log.extent()).rejects.toMatchObject({ code: 'metadata-unavailable' });
    await clock.advance(METADATA_PATIENCE_MS + 1_000);
    await asked;
  });
});

describe('a commit whose first try was not answered', () => {
  const SUBJECT = '$KV.s3.o.b.k';
  const OTHER = '$KV.s3.v.b.k';
  const NOT_ANSWERED = { kind: 'unanswered', reason: 'timeout' } as const;
  const REFUSED = { kind: 'conflict' } as const;

  interface Kept {
    readonly sequence: number;
    readonly subject: string;
    readonly messageId: string;
    readonly payload: Buffer;
  }

  /** A stream whose messages the test writes, and whose answers it scripts. */
  class ScriptedStream {
    readonly clock = new ManualClock();
    readonly kept: Kept[] = [];
    /** What a leader that was cut off tells; otherwise what is kept. */
    history: readonly Kept[] | undefined;
    readonly sent: { messageId: string; expectedSequence?: number }[] = [];
    readonly log: MetadataLog;

    /** What happens at each try, and what is answered. */
    constructor(tries: ((own: string, stream: ScriptedStream) => object)[]) {
      const take = (message: { messageId: string; expectedSequence?: number }): Promise<object> => {
        this.sent.push(message);
        return Promise.resolve((tries.shift() ?? (() => REFUSED))(message.messageId, this));
      };
      this.log = new MetadataLog({
        client: {
          append: take,
          appendBatch: ({ messageId }: { messageId: string }) => take({ messageId }),
          last: (subject: string) => Promise.resolve(this.#found(this.#of(subject, this.kept).at(-1))),
          next: (subject: string, from: number) =>
            Promise.resolve(
              this.#found(
                this.#of(subject, this.history ?? this.kept).find(({ sequence }) => sequence >= from),
              ),
            ),
        },
        trust: { refuseFenced: () => undefined, applied: 0, check: () => Promise.resolve() },
        lease: { proven: () => undefined, ready: () => Promise.resolve(), holds: true },
        clock: this.clock,
        random: systemRandom,
        logger: silentLogger,
        metrics: noMetrics,
      } as never);
    }

    /** Others write, or we do. */
    store(
      sequence: number,
      messageId = `other-${sequence}`,
      { subject = SUBJECT, payload = 'x' } = {},
    ): void {
      this.kept.push({ sequence, subject, messageId, payload: Buffer.from(payload) });
    }

    async outcome(work: Promise<unknown>): Promise<unknown> {
      const settled = work.catch((error: unknown) => (error as { code: string }).code);
      for (let step = 0; step < 40; step += 1) await this.clock.advance(METADATA_PATIENCE_MS / 32);
      return settled;
    }

    #of(subject: string, messages: readonly Kept[]): readonly Kept[] {
      return messages.filter((message) => message.subject === subject);
    }

    #found(message: Kept | undefined): object {
      return message === undefined ? { kind: 'none' } : { kind: 'message', message };
    }
  }

  const overRevision5 = { subject: SUBJECT, record: Buffer.from('ours'), expected: { revision: 5 } } as const;
  const create = { subject: SUBJECT, record: Buffer.from('ours'), expected: 'absent' } as const;

  test('is no conflict while it is on its way to the quorum itself', async () => {
    const stream = new ScriptedStream([
      () => NOT_ANSWERED,
      () => REFUSED, // by our own first try, which nobody sees yet
      (own, there) => (there.store(6, own), REFUSED),
    ]);
    stream.store(5);
    expect(await stream.outcome(stream.log.commit(overRevision5))).toEqual({
      kind: 'committed',
      revision: 6,
    });
    expect(stream.sent.map(({ expectedSequence }) => expectedSequence)).toEqual([5, 5, 5]);
  });

  test('is committed also when somebody has written over it since', async () => {
    const lost = (own: string, there: ScriptedStream): object => {
      there.store(6, own);
      there.store(7);
      return NOT_ANSWERED;
    };
    const swapped = new ScriptedStream([lost]);
    swapped.store(5);
    expect(await swapped.outcome(swapped.log.commit(overRevision5))).toEqual({
      kind: 'committed',
      revision: 6,
    });
    const created = new ScriptedStream([lost]);
    expect(await created.outcome(created.log.commit(create))).toEqual({ kind: 'committed', revision: 6 });
  });

  test('is a conflict when somebody else was first', async () => {
    for (const commit of [overRevision5, create]) {
      const stream = new ScriptedStream([(_, there) => (there.store(6), NOT_ANSWERED)]);
      if (commit === overRevision5) stream.store(5);
      expect(await stream.outcome(stream.log.commit(commit))).toEqual({ kind: 'conflict' });
    }
  });

  test('is an error, and no conflict, where the history does not reach back, or a stale leader answers', async () => {
    const rolled = new ScriptedStream([() => NOT_ANSWERED]);
    for (let sequence = 10; sequence < 10 + METADATA_HISTORY; sequence += 1) rolled.store(sequence);
    expect(await rolled.outcome(rolled.log.commit(overRevision5))).toBe('metadata-unavailable');
    const stale = new ScriptedStream([() => NOT_ANSWERED]);
    stale.store(5);
    stale.store(7);
    // Who tells the last message knows more than who tells the history.
    stale.history = stale.kept.slice(0, 1);
    expect(await stale.outcome(stale.log.commit(overRevision5))).toBe('metadata-unavailable');
  });

  test('and one whose every try was refused is a conflict, however much has been written since', async () => {
    const stream = new ScriptedStream([() => REFUSED, (_, there) => (there.store(99), REFUSED)]);
    for (let sequence = 10; sequence < 10 + METADATA_HISTORY; sequence += 1) stream.store(sequence);
    stream.store(50, 'other-50', { payload: '' });
    expect(await stream.outcome(stream.log.commit(create))).toEqual({ kind: 'conflict' });
    expect(stream.sent.map(({ expectedSequence }) => expectedSequence)).toEqual([0, 50]);
  });

  test('of several records is judged alike', async () => {
    const commits = [
      overRevision5,
      { subject: OTHER, record: undefined, expected: { revision: 4 } },
    ] as const;
    const begin = (stream: ScriptedStream): void => {
      stream.store(4, 'other-4', { subject: OTHER });
      stream.store(5);
    };
    const overwritten = new ScriptedStream([
      (own, there) => {
        there.store(6, own);
        there.store(7, own, { subject: OTHER });
        there.store(8);
        there.store(9, 'other-9', { subject: OTHER });
        return NOT_ANSWERED;
      },
    ]);
    begin(overwritten);
    expect(await overwritten.outcome(overwritten.log.commitAll(commits))).toEqual({
      kind: 'committed',
      revision: 6,
    });
    const beaten = new ScriptedStream([
      (_, there) => (there.store(9, 'x', { subject: OTHER }), NOT_ANSWERED),
    ]);
    begin(beaten);
    expect(await beaten.outcome(beaten.log.commitAll(commits))).toEqual({ kind: 'conflict' });
  });
});
