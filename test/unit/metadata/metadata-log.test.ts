import { describe, expect, test } from '@jest/globals';
import { METADATA_PATIENCE_MS } from '../../../src/core/limits.ts';
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
