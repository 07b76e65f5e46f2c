import { describe, expect, test } from '@jest/globals';
import { CompactionPace, type PaceParts } from '../../../src/segments/compaction-pace.ts';
import { HandClock } from '../../support/hand-clock.ts';

/** A clock on which resting takes no time and is written down. */
class RestingClock extends HandClock {
  readonly restsMs: number[] = [];

  override sleep(delayMs: number): Promise<void> {
    this.restsMs.push(Math.round(delayMs));
    this.advance(delayMs);
    return Promise.resolve();
  }
}

const MIB = 1024 * 1024;

/** Three steps of 100 ms and `bytes` each, with `operations` of others during each; the rests after them. */
async function rests(bytes: number, operations: number, parts: Partial<PaceParts> = {}): Promise<number[]> {
  const clock = new RestingClock();
  let begun = 0;
  const settings = { intervalMs: 0, bytesPerS: 64 * MIB };
  const pace = new CompactionPace({
    clock,
    settings,
    pressure: () => 'none',
    foreground: () => begun,
    ...parts,
  });
  pace.begin();
  for (let step = 0; step < 3; step += 1) {
    clock.advance(100);
    begun += operations;
    await pace.rest(bytes);
  }
  return clock.restsMs;
}

describe('compaction rests', () => {
  test('as long as a step took when nobody else is there, and twelve times as long beside others', async () => {
    expect(await rests(MIB, 0)).toEqual([100, 100, 100]);
    expect(await rests(MIB, 1)).toEqual([1150, 1150, 1150]);
  });

  test('so long that it keeps to its rate', async () => {
    expect(await rests(32 * MIB, 0)).toEqual([400, 400, 400]);
  });

  test('less when the disk runs full, whoever is there, and not at all when it is full', async () => {
    expect(await rests(MIB, 1, { pressure: () => 'nearfull' })).toEqual([100, 100, 100]);
    expect(await rests(32 * MIB, 1, { pressure: () => 'full' })).toEqual([]);
  });

  test('not at all without settings', async () => {
    expect(await rests(MIB, 1, { settings: undefined })).toEqual([]);
  });

  test('no longer when it is hurried, and as usual afterwards', async () => {
    const clock = new HandClock();
    const settings = { intervalMs: 0, bytesPerS: 1 };
    const pace = new CompactionPace({ clock, settings, pressure: () => 'none', foreground: () => 0 });
    pace.begin();
    const resting = pace.rest(1e6);
    pace.hurry();
    await resting;
    await pace.rest(1e6);
    pace.calm();
    let isOver = false;
    const last = pace.rest(1e6).then(() => (isOver = true));
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    pace.hurry();
    await last;
  });
});
