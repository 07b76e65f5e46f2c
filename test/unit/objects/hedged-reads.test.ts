// A node that does not answer costs a read its hedge delay, not a timeout, and soon nothing at all; slow is not dead.

import { beforeEach, describe, expect, test } from '@jest/globals';
import { nodeId, type NodeId } from '../../../src/core/ids.ts';
import { PeerPace } from '../../../src/shards/peer-pace.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

const BYTES = 400_000;

describe('the pace of a node', () => {
  let pace: PeerPace;
  beforeEach(() => {
    pace = new PeerPace();
  });

  test('the hedge delay follows the 95th percentile, within its bounds', () => {
    expect(pace.hedgeDelayMs).toBe(250);
    for (let n = 0; n < 128; n += 1) pace.answered(1, 0);
    expect(pace.hedgeDelayMs).toBe(25);
    for (let n = 0; n < 128; n += 1) pace.answered(n % 10 === 0 ? 60 : 20, 0);
    expect(pace.hedgeDelayMs).toBe(180);
    expect(pace.medianMs(0)).toBe(20);
    for (let n = 0; n < 128; n += 1) pace.answered(5_000, 0);
    expect(pace.hedgeDelayMs).toBe(1_000);
  });

  test('three hedges without an answer make a node slow, a trial a second, one answer an ordinary one', () => {
    for (let n = 0; n < 3; n += 1) expect(pace.hedge(1_000)).toBe(true);
    expect(pace.isSlow(1_000)).toBe(false);
    expect(pace.isSlow(1_001)).toBe(true);
    expect(pace.isSlow(1_999)).toBe(true);
    expect(pace.isSlow(2_000)).toBe(false);
    pace.answered(3, 2_000);
    expect(pace.isSlow(2_001)).toBe(false);
  });

  test('that a node was late is forgotten five seconds after its last answer, and so are its old answers', () => {
    expect(pace.medianMs(0)).toBeUndefined();
    for (let n = 0; n < 128; n += 1) pace.answered(80, 1_000);
    expect(pace.medianMs(5_999)).toBe(80);
    expect(pace.medianMs(6_000)).toBeUndefined();
    pace.answered(2, 6_000);
    expect(pace.medianMs(6_000)).toBe(2);
  });

  test('hedges have a budget', () => {
    let allowed = 0;
    for (let n = 0; n < 100; n += 1) if (pace.hedge(0)) allowed += 1;
    expect(allowed).toBe(20);
    expect(pace.hedge(999)).toBe(false);
    expect(pace.hedge(2_000)).toBe(true);
  });
});

describe('a node that hangs', () => {
  let bench: ObjectBench;
  let bytes: Buffer;
  beforeEach(async () => {
    bench = new ObjectBench();
    bytes = verifiableBytes(BYTES);
    await bench.put('key', bytes);
  });

  function mostAsked(reads: readonly { readonly node: NodeId }[]): NodeId {
    const times = (node: NodeId): number => reads.filter((read) => read.node === node).length;
    return [...new Set(reads.map(({ node }) => node))].sort((one, other) => times(other) - times(one))[0]!;
  }

  async function timedRead(): Promise<number> {
    const began = performance.now();
    expect((await bench.read('key')).equals(bytes)).toBe(true);
    return performance.now() - began;
  }

  test('costs the first reads a hedge delay, later ones nothing, and is used again when it answers', async () => {
    for (let n = 0; n < 20; n += 1) await timedRead();
    // The node of a data shard: on a busy machine even the first reads may have asked the parity as well.
    const remote = mostAsked(bench.shards.reads.filter(({ node }) => !bench.shards.isLocal(node)));
    bench.shards.fault(remote, { stallsGet: true });
    for (let n = 0; n < 3; n += 1) expect(await timedRead()).toBeLessThan(900);
    bench.shards.pace(remote).isSlow(performance.now());
    bench.shards.reads.length = 0;
    for (let n = 0; n < 5; n += 1) await timedRead();
    expect(bench.shards.reads.filter(({ node }) => node === remote).length).toBeLessThanOrEqual(1);
    bench.shards.fault(remote, {});
    bench.shards.pace(remote).answered(1, performance.now());
    bench.shards.reads.length = 0;
    await timedRead();
    expect(bench.shards.reads.map(({ node }) => node)).toContain(remote);
  });

  test('is waited for when there is no other way', async () => {
    bench.shards.fault(3, { down: true });
    const slow = bench.shards.pace(nodeId(2));
    for (let n = 0; n < 3; n += 1) slow.hedge(0);
    await timedRead();
  });
});
