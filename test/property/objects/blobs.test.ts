import { StripeBuffers } from '../../../src/objects/stripe-buffers.ts';
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bodyOf, collect, type ByteRange, type IncomingBody } from '../../../src/core/body.ts';
import { errorCodeOf } from '../../../src/core/errors.ts';
import { nodeId } from '../../../src/core/ids.ts';
import type { BlobContext } from '../../../src/objects/blob-context.ts';
import { openBlob } from '../../../src/objects/read-blob.ts';
import { writeBlob, type WrittenBlob } from '../../../src/objects/write-blob.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { createErasureCode } from '../../../src/shards/reed-solomon.ts';
import { createRing } from '../../../src/shards/ring.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { MemoryShards } from '../../support/memory-shards.ts';

function contextOf(shards: MemoryShards, k: number, m: number, floor = k): BlobContext {
  const nodes = [...shards.stored.keys()].map((id) => ({ id, weight: 1 }));
  const ring = createRing({ epoch: 1, nodes });
  return {
    self: nodeId(1),
    coding: { k, m, floor },
    ring: () => ring,
    erasureCode: createErasureCode,
    buffers: new StripeBuffers(),
    shards,
    clock: fastClock(100),
    random: systemRandom,
    logger: silentLogger,
  };
}

function write(context: BlobContext, body: IncomingBody): Promise<WrittenBlob> {
  const signal = new AbortController().signal;
  return writeBlob(context, { bucket: 'b', key: 'k', body, signal }, () => Buffer.from('record'));
}

async function read(context: BlobContext, written: WrittenBlob, range: ByteRange): Promise<Buffer> {
  const opened = await openBlob(context, written.blob, range);
  if (opened.kind === 'gone') throw new Error('gone');
  return collect(opened.bytes, 100_000_000);
}

const codings = fc.constantFrom([1, 0], [1, 1], [2, 1], [3, 2], [4, 2], [5, 3]);
const sizes = fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 1_500_000 }));
const places = fc.tuple(
  fc.double({ min: 0, max: 0.999, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

function rangeOf(size: number, [from, span]: [number, number]): ByteRange {
  const start = Math.floor(from * size);
  return { start, end: Math.min(size, start + 1 + Math.floor(span * size)) };
}

describe('a blob', () => {
  test('reads back any range byte for byte with any M nodes gone', async () => {
    const cases = fc.record({
      coding: codings,
      size: sizes,
      places: fc.array(places, { minLength: 3, maxLength: 3 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ coding: [k = 1, m = 0], size, places, seed }) => {
        const shards = new MemoryShards(k + m, 1 + (seed % (k + m)));
        const context = contextOf(shards, k, m);
        const bytes = randomBytes(size);
        const written = await write(context, bodyOf(bytes));
        expect(written.digests.md5).toBe(createHash('md5').update(bytes).digest('hex'));
        for (let lost = 0; lost < m; lost += 1)
          shards.fault(1 + ((seed + lost) % (k + m)), { refuses: true });
        for (const place of places) {
          const range = rangeOf(size, place);
          expect((await read(context, written, range)).equals(bytes.subarray(range.start, range.end))).toBe(
            true,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test('reads on byte for byte when nodes break off or stall in the middle', async () => {
    const cases = fc.record({
      coding: fc.constantFrom([2, 1], [3, 2], [4, 2]),
      size: fc.integer({ min: 200_000, max: 2_000_000 }),
      after: fc.nat(600_000),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ coding: [k = 1, m = 0], size, after, seed }) => {
        const shards = new MemoryShards(k + m, 1 + (seed % (k + m)));
        const context = contextOf(shards, k, m);
        const bytes = randomBytes(size);
        const written = await write(context, bodyOf(bytes));
        for (let lost = 0; lost < m; lost += 1) {
          const fault = seed % 2 === lost % 2 ? { breaksAfterBytes: after } : { stallsReadAfterBytes: after };
          shards.fault(1 + ((seed + lost) % (k + m)), fault);
        }
        expect((await read(context, written, { start: 0, end: size })).equals(bytes)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test('is written degraded while the floor holds, whatever way M nodes fail, and reads back', async () => {
    const faults = fc.constantFrom<object>(
      { down: true },
      { refuses: true },
      { breaksAfterBytes: 70_000 },
      { stallsWrites: true },
      { stallsCommit: true },
      { full: true },
    );
    const cases = fc.record({
      coding: fc.constantFrom([2, 1], [3, 2]),
      size: sizes,
      fault: faults,
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ coding: [k = 1, m = 0], size, fault, seed }) => {
        const shards = new MemoryShards(k + m, 1 + (seed % (k + m)));
        const context = contextOf(shards, k, m);
        for (let lost = 0; lost < m; lost += 1) shards.fault(1 + ((seed + lost) % (k + m)), fault);
        const bytes = randomBytes(size);
        const written = await write(context, bodyOf(bytes));
        expect((await read(context, written, { start: 0, end: size })).equals(bytes)).toBe(true);
        for (const index of written.blob.missing ?? []) {
          const node = written.blob.nodes[index]!;
          expect(shards.stored.get(node)!.has(`${written.blob.write}/${index}`)).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('with spare nodes is written whole although a chosen node refuses', async () => {
    const shards = new MemoryShards(5);
    const context = contextOf(shards, 2, 1);
    shards.fault(2, { refuses: true });
    shards.fault(4, { refuses: true });
    const written = await write(context, bodyOf(randomBytes(300_000)));
    expect(written.blob.missing).toBeUndefined();
    expect(shards.shardCount()).toBe(3);
  });

  test('is refused below the floor, and nothing stays behind', async () => {
    const shards = new MemoryShards(5);
    const context = contextOf(shards, 3, 2, 4);
    shards.fault(1, { refuses: true });
    shards.fault(2, { refuses: true });
    await expect(write(context, bodyOf(randomBytes(300_000)))).rejects.toMatchObject({
      code: 'shards-unavailable',
    });
    shards.faults.clear();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(shards.shardCount()).toBe(0);
  });

  test('says that the disk is full when that is why the floor does not hold', async () => {
    const shards = new MemoryShards(3);
    shards.fault(1, { full: true });
    shards.fault(2, { full: true });
    await expect(write(contextOf(shards, 2, 1), bodyOf(randomBytes(300_000)))).rejects.toMatchObject({
      code: 'store-full',
    });
  });

  test('says that nodes cannot be reached when a full disk alone is not why', async () => {
    const shards = new MemoryShards(3);
    shards.fault(1, { full: true });
    shards.fault(2, { refuses: true });
    await expect(write(contextOf(shards, 2, 1), bodyOf(randomBytes(300_000)))).rejects.toMatchObject({
      code: 'shards-unavailable',
    });
  });

  test.each([
    ['ends early', 'body-incomplete', -1],
    ['goes on', 'body-too-long', 1],
  ])('whose body %s is refused and leaves nothing behind', async (_what, code, difference) => {
    const shards = new MemoryShards(3);
    const bytes = randomBytes(300_000);
    const body = { ...bodyOf(bytes), lengthBytes: bytes.length - difference };
    const outcome = await write(contextOf(shards, 2, 1), body).catch(errorCodeOf);
    expect(outcome).toBe(code);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(shards.shardCount()).toBe(0);
  });

  test.each([
    [{ algorithm: 'md5' as const, digest: Buffer.alloc(16) }, 'body-digest-mismatch'],
    [{ algorithm: 'crc32c' as const, digest: Buffer.alloc(4) }, 'body-digest-mismatch'],
    [{ algorithm: 'sha256' as const, digest: Buffer.alloc(32), signedPayload: true }, 'body-sha256-mismatch'],
  ])('whose digest is not the one claimed (%j) is refused', async (claim, code) => {
    const shards = new MemoryShards(3);
    const body = { ...bodyOf(randomBytes(100_000)), announced: [claim.algorithm], claims: () => [claim] };
    expect(await write(contextOf(shards, 2, 1), body).catch(errorCodeOf)).toBe(code);
  });

  test('whose shards are all gone is reported as gone, not as empty', async () => {
    const shards = new MemoryShards(3);
    const context = contextOf(shards, 2, 1);
    const written = await write(context, bodyOf(randomBytes(100_000)));
    shards.stored.forEach((map) => map.clear());
    expect((await openBlob(context, written.blob, { start: 0, end: 10 })).kind).toBe('gone');
  });

  test('a small range touches one shard, a whole read prefers the shards of its own node', async () => {
    const shards = new MemoryShards(3);
    const context = contextOf(shards, 2, 1);
    const written = await write(context, bodyOf(randomBytes(1_048_576)));
    await read(context, written, { start: 70_000, end: 74_096 });
    expect(shards.reads).toHaveLength(1);
    shards.reads.length = 0;
    await read(context, written, { start: 0, end: 1_048_576 });
    expect(shards.reads).toHaveLength(2);
    expect(shards.reads.some((entry) => entry.node === nodeId(1))).toBe(true);
  });
});
