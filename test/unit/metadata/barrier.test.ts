import { describe, expect, test } from '@jest/globals';

import { Barrier } from '../../../src/metadata/barrier.ts';

/** Appends that finish when told to; the sequence is the number of the append. */
function heldAppends() {
  const finish: ((fails?: boolean) => void)[] = [];
  const barrier = new Barrier(
    () =>
      new Promise((resolve, reject) => {
        const sequence = finish.length + 1;
        finish.push((fails = false) => (fails ? reject(new Error(`append ${sequence}`)) : resolve(sequence)));
      }),
  );
  return { barrier, finish };
}

describe('the barrier', () => {
  test('a caller never shares an append that began before it; those who wait share one', async () => {
    const { barrier, finish } = heldAppends();
    const first = barrier.pass();
    const waiting = [barrier.pass(), barrier.pass(), barrier.pass()];
    expect(finish).toHaveLength(1);
    finish[0]!();
    expect(await first).toBe(1);
    await new Promise(setImmediate);
    expect(finish).toHaveLength(2);
    const late = barrier.pass();
    finish[1]!();
    expect(await Promise.all(waiting)).toEqual([2, 2, 2]);
    await new Promise(setImmediate);
    finish[2]!();
    expect(await late).toBe(3);
  });

  test('a failure is told to its own callers only', async () => {
    const { barrier, finish } = heldAppends();
    const first = barrier.pass();
    const second = barrier.pass();
    finish[0]!(true);
    await expect(first).rejects.toThrow('append 1');
    await new Promise(setImmediate);
    finish[1]!();
    expect(await second).toBe(2);
    const third = barrier.pass();
    finish[2]!();
    expect(await third).toBe(3);
  });
});
