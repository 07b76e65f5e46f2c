import { expect, test } from '@jest/globals';
import { METADATA_PATIENCE_MS } from '../../../src/core/limits.ts';
import { MetadataLog } from '../../../src/metadata/metadata-log.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { ManualClock } from '../../support/manual-clock.ts';

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
