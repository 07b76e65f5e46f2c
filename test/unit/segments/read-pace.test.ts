import { describe, expect, test } from '@jest/globals';
import { ReadPace } from '../../../src/segments/read-pace.ts';
import { HandClock } from '../../support/hand-clock.ts';

describe('small reads', () => {
  test('block while the disk answers at once, and stop doing so for a while after a slow one', () => {
    const clock = new HandClock();
    const pace = new ReadPace(clock, 8240);
    expect(pace.mayBlock(8240)).toBe(true);
    expect(pace.mayBlock(8241)).toBe(false);
    expect(pace.run(() => 5)).toBe(5);
    expect(pace.mayBlock(1)).toBe(true);
    pace.run(() => {
      clock.advance(10);
      return 0;
    });
    expect(pace.mayBlock(1)).toBe(false);
    clock.advance(250);
    expect(pace.mayBlock(1)).toBe(true);
  });

  test('never block when the limit is zero', () => {
    expect(new ReadPace(new HandClock(), 0).mayBlock(1)).toBe(false);
  });
});
