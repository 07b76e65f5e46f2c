import { describe, expect, test } from '@jest/globals';
import { SHARD_PROGRESS_BYTES } from '../../../src/core/limits.ts';
import { IdleWatch } from '../../../src/shards/idle-watch.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function watched(): { clock: ManualClock; watch: IdleWatch; stalls: () => number } {
  const clock = new ManualClock();
  let count = 0;
  const watch = new IdleWatch({ clock, limitMs: 1000, onStall: () => (count += 1) });
  return { clock, watch, stalls: () => count };
}

describe('the idle watch', () => {
  test('reports one stall after the limit of waiting, and no timer stays', async () => {
    const { clock, watch, stalls } = watched();
    watch.begin();
    await clock.advance(999);
    expect(stalls()).toBe(0);
    await clock.advance(1);
    await clock.advance(10_000);
    expect(stalls()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('time in which we do not wait does not count', async () => {
    const { clock, watch, stalls } = watched();
    for (let turn = 0; turn < 9; turn += 1) {
      watch.begin();
      await clock.advance(100);
      watch.end(0);
      await clock.advance(60_000);
    }
    expect(stalls()).toBe(0);
    watch.begin();
    await clock.advance(99);
    expect(stalls()).toBe(0);
    await clock.advance(1);
    expect(stalls()).toBe(1);
  });

  test('dripping does not help', async () => {
    const { clock, watch, stalls } = watched();
    for (let turn = 0; turn < 10; turn += 1) {
      watch.begin();
      await clock.advance(100);
      watch.end(1);
    }
    watch.begin();
    await clock.advance(1);
    expect(stalls()).toBe(1);
  });

  test('real progress is forgiven for ever', async () => {
    const { clock, watch, stalls } = watched();
    for (let turn = 0; turn < 100; turn += 1) {
      watch.begin();
      await clock.advance(900);
      watch.end(SHARD_PROGRESS_BYTES);
    }
    expect(stalls()).toBe(0);
  });

  test('a closed watch never reports', async () => {
    const { clock, watch, stalls } = watched();
    watch.begin();
    watch.close();
    await clock.advance(5000);
    expect([stalls(), clock.pending]).toEqual([0, 0]);
  });
});
