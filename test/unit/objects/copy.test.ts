// Copies by reference: same bytes without moving one, and never a reference to blobs that may be gone.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { REFERENCE_COMMIT_LIMIT_MS } from '../../../src/core/limits.ts';
import type { CopyOutcome, CopyRequest } from '../../../src/objects/multipart-store.ts';
import { createDigest } from '../../../src/platform/digests.ts';
import { systemClock, type Clock } from '../../../src/platform/clock.ts';
import { ObjectBench } from '../../support/object-bench.ts';

/** The system's clock with another idea of how much time has passed. */
function clockAt(monotonicMs: () => number): Clock {
  return {
    monotonicMs,
    nowMs: () => systemClock.nowMs(),
    after: (delayMs, action) => systemClock.after(delayMs, action),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs, signal),
  };
}

function copy(
  bench: ObjectBench,
  from: string,
  to: string,
  options: Partial<CopyRequest> = {},
): Promise<CopyOutcome> {
  const source = { ...bench.at(from), conditions: {} };
  const request = { ...bench.at(to), source, conditions: {}, requestId: bench.requestId() };
  return bench.multipart.copy({ ...request, ...options }, bench.signal);
}

describe('a copy', () => {
  test('shares the blobs of its source and outlives it', async () => {
    const bench = new ObjectBench();
    const bytes = randomBytes(200_000);
    await bench.put('a', bytes, { colour: 'blue' });
    const shards = bench.shards.shardCount();
    const outcome = await copy(bench, 'a', 'b');
    const [a, b] = [bench.record('a')!, bench.record('b')!];
    expect(outcome).toMatchObject({ kind: 'copied', record: b });
    expect(bench.shards.shardCount()).toBe(shards);
    expect(b).toEqual({ ...a, modified: b.modified, request: b.request });
    await bench.objects.remove({ ...bench.at('a'), conditions: {}, requestId: 'r' });
    expect((await bench.read('b')).equals(bytes)).toBe(true);
  });

  test('carries new metadata where they are replaced, and keeps the bytes', async () => {
    const bench = new ObjectBench();
    await bench.put('a', 'text', { colour: 'blue' });
    await copy(bench, 'a', 'b', { replace: { headers: { expires: 'never' }, meta: { shape: 'round' } } });
    expect(bench.record('b')).toMatchObject({ headers: { expires: 'never' }, meta: { shape: 'round' } });
    expect(bench.record('b')?.meta).not.toHaveProperty('colour');
    expect((await bench.read('b')).toString()).toBe('text');
  });

  test('is not taken for the completion of the upload its source came from', async () => {
    const bench = new ObjectBench();
    await bench.put('a', 'text');
    const name = `${bench.bucket.id}\0a`;
    const held = bench.metadata.held.get(name)!;
    bench.metadata.held.set(name, { ...held, record: { ...held.record, upload: 'u' } });
    await copy(bench, 'a', 'b');
    expect(bench.record('b')).not.toHaveProperty('upload');
  });

  test('gets the checksum that is asked for', async () => {
    const bench = new ObjectBench();
    const bytes = randomBytes(300_000);
    await bench.put('a', bytes);
    const digest = await createDigest('sha256');
    digest.update(bytes);
    const outcome = await copy(bench, 'a', 'b', { checksum: 'sha256' });
    const checksums = { sha256: digest.finish().toString('base64') };
    expect(outcome).toMatchObject({ kind: 'copied', record: { checksums } });
    expect(bench.record('a')?.checksums).toBeUndefined();
  });

  test('onto itself needs a reason', async () => {
    const bench = new ObjectBench();
    await bench.put('a', 'text');
    expect(await copy(bench, 'a', 'a')).toEqual({ kind: 'pointless' });
    const outcome = await copy(bench, 'a', 'a', { replace: { headers: {}, meta: { shape: 'round' } } });
    expect(outcome).toMatchObject({ kind: 'copied', record: { meta: { shape: 'round' } } });
    expect((await bench.read('a')).toString()).toBe('text');
  });

  test('onto itself does not undo a PUT that comes between', async () => {
    const bench = new ObjectBench();
    await bench.put('a', 'old');
    bench.metadata.before = async (step) => {
      if (step !== 'object.put') return;
      bench.metadata.before = () => {};
      await bench.put('a', 'new');
    };
    await copy(bench, 'a', 'a', { replace: { headers: {}, meta: { shape: 'round' } } });
    expect((await bench.read('a')).toString()).toBe('new');
    expect(bench.record('a')?.meta).toEqual({ shape: 'round' });
  });
});

describe('a copy is refused', () => {
  test('and lets go of what it was going to read', async () => {
    const bench = new ObjectBench();
    await bench.put('a', randomBytes(300_000));
    const refused = { customerKey: { bytes: randomBytes(32) }, conditions: { ifMatch: 'other' } };
    expect(await copy(bench, 'a', 'b', refused)).toMatchObject({ kind: 'no-such-key' });
    expect(bench.shards.openDownloads).toBe(0);
  });

  test('when its source is absent or fails its condition', async () => {
    const bench = new ObjectBench();
    expect(await copy(bench, 'a', 'b')).toEqual({ kind: 'source', refusal: { kind: 'no-such-key' } });
    await bench.put('a', 'text');
    const gone = { ...bench.bucket, id: 'other', name: 'other' };
    const elsewhere = { bucket: gone, key: 'a', conditions: {} };
    expect(await copy(bench, 'a', 'b', { source: elsewhere })).toEqual({
      kind: 'source',
      refusal: { kind: 'no-such-bucket' },
    });
    const conditions = { ifNoneMatch: bench.record('a')!.etag };
    const source = { ...bench.at('a'), conditions };
    expect(await copy(bench, 'a', 'b', { source })).toEqual({
      kind: 'source',
      refusal: { kind: 'precondition-failed' },
    });
  });

  test('when its destination fails its condition', async () => {
    const bench = new ObjectBench();
    await bench.put('a', 'text');
    await bench.put('b', 'there');
    expect(await copy(bench, 'a', 'b', { conditions: { ifNoneMatch: '*' } })).toEqual({
      kind: 'precondition-failed',
    });
    expect(await copy(bench, 'a', 'c', { conditions: { ifMatch: 'x' } })).toEqual({ kind: 'no-such-key' });
    expect((await bench.read('b')).toString()).toBe('there');
  });

  test('rather than referencing blobs from a reading that is not fresh', async () => {
    let skewMs = 0;
    const bench = new ObjectBench(clockAt(() => skewMs));
    await bench.put('a', 'text');
    bench.metadata.before = (step) => {
      if (step === 'object.get') skewMs += REFERENCE_COMMIT_LIMIT_MS + 1;
    };
    await expect(copy(bench, 'a', 'b')).rejects.toMatchObject({ code: 'metadata-unavailable' });
    expect(bench.record('b')).toBeUndefined();
  });

  test('but read again and made when the slowness passes', async () => {
    let skewMs = 0;
    let slow = 2;
    const bench = new ObjectBench(clockAt(() => skewMs));
    await bench.put('a', 'old');
    bench.metadata.before = async (step) => {
      if (step !== 'object.get' || slow === 0) return;
      slow -= 1;
      skewMs += REFERENCE_COMMIT_LIMIT_MS + 1;
    };
    expect(await copy(bench, 'a', 'b')).toMatchObject({ kind: 'copied' });
    expect(slow).toBe(0);
  });
});
