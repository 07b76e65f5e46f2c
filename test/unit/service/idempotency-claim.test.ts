import { expect, test } from '@jest/globals';
import { IDEMPOTENCY_RENEW_MS } from '../../../src/core/limits.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { Claim } from '../../../src/service/idempotency/claim.ts';
import type { ValueWrite, WriteOutcome } from '../../../src/bus/kept-values.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('a renewal that is under way when the work ends is the last one', async () => {
  const clock = new ManualClock();
  const written: ValueWrite[] = [];
  const held: (() => void)[] = [];
  const stream = {
    read: () => Promise.resolve(undefined),
    write: async (write: ValueWrite): Promise<WriteOutcome> => {
      written.push(write);
      await new Promise<void>((resolve) => held.push(resolve));
      return { kind: 'written', sequence: written.length + 1 };
    },
  };
  const record = { state: 'claimed', print: 'print', claim: 'claim', node: 1 } as const;
  const claim = new Claim({ stream, clock, log: silentLogger }, 'key', record, 1);

  await clock.advance(IDEMPOTENCY_RENEW_MS);
  expect(written).toHaveLength(1);
  const ended = claim.release();
  held.shift()?.();
  await clock.advance(0);
  held.shift()?.();
  await ended;

  await clock.advance(10 * IDEMPOTENCY_RENEW_MS);
  expect(written.map((write) => write.value === undefined)).toEqual([false, true]);
  expect(clock.pending).toBe(0);
});
