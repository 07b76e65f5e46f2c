// The lease of reads: it holds for three seconds from the sending of what was stored, is renewed ahead, and is waited for once it ended.

import { expect, test } from '@jest/globals';
import { ReadLease } from '../../../src/metadata/read-lease.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const QUORUM_MS = 200;

class Bench {
  readonly clock = new ManualClock();
  proofs = 0;
  reachable = true;
  readonly lease: ReadLease;

  constructor(replicated = true) {
    const prove = async (): Promise<void> => {
      this.proofs += 1;
      const sentMs = this.clock.monotonicMs();
      await this.clock.sleep(QUORUM_MS);
      if (!this.reachable) throw new Error('no quorum');
      this.lease.proven(sentMs);
    };
    this.lease = new ReadLease({ clock: this.clock, replicated, prove });
  }
}

test('without a proof nothing is believed; the first reader waits for one', async () => {
  const { clock, lease } = new Bench();
  expect(lease.holds).toBe(false);
  const ready = lease.ready();
  await clock.advance(QUORUM_MS);
  await ready;
  expect(lease.holds).toBe(true);
});

test('it ends three seconds after the sending, not after the answer', async () => {
  const { clock, lease } = new Bench();
  void lease.ready();
  await clock.advance(QUORUM_MS);
  await clock.advance(2_999 - QUORUM_MS);
  expect(lease.holds).toBe(true);
  await clock.advance(1);
  expect(lease.holds).toBe(false);
});

test('a node that reads all the time never waits', async () => {
  const bench = new Bench();
  void bench.lease.ready();
  await bench.clock.advance(QUORUM_MS);
  for (let n = 0; n < 100; n += 1) {
    let waited = true;
    void bench.lease.ready().then(() => (waited = false));
    await bench.clock.advance(0);
    expect(waited).toBe(false);
    await bench.clock.advance(100);
  }
  expect(bench.proofs).toBeLessThan(20);
});

test('without a quorum it ends, and readers are told', async () => {
  const bench = new Bench();
  void bench.lease.ready();
  await bench.clock.advance(QUORUM_MS);
  bench.reachable = false;
  await bench.clock.advance(2_500);
  await bench.lease.ready(); // still holds; the renewal that it starts fails
  await bench.clock.advance(600);
  const refused = expect(bench.lease.ready()).rejects.toThrow('no quorum');
  await bench.clock.advance(QUORUM_MS);
  await refused;
  expect(bench.lease.holds).toBe(false);
});

test('an older proof does not shorten it; one server needs none', async () => {
  const { clock, lease } = new Bench();
  await clock.advance(10_000);
  lease.proven(9_900);
  lease.proven(5_000);
  expect(lease.holds).toBe(true);
  expect(new Bench(false).lease.holds).toBe(true);
});
