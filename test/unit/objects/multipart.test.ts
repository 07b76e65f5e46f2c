// Multipart uploads: parts become one object, and nothing acknowledged is mixed up or lost on the way.

import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bodyOf, type DigestAlgorithm } from '../../../src/core/body.ts';
import type { PartRecord } from '../../../src/contracts/records.ts';
import type {
  CompletedPart,
  CompleteUploadOutcome,
  CompleteUploadRequest,
  UploadPartRequest,
  UploadLocator,
} from '../../../src/objects/multipart-store.ts';
import { createDigest } from '../../../src/platform/digests.ts';
import { someBlob } from '../../support/metadata-planes.ts';
import { ObjectBench } from '../../support/object-bench.ts';

const MIB = 1024 * 1024;
const PART_BYTES = 5 * MIB;

interface Checksum {
  algorithm: DigestAlgorithm;
  type: 'COMPOSITE' | 'FULL_OBJECT';
}

async function begin(bench: ObjectBench, checksum?: Checksum): Promise<UploadLocator> {
  const outcome = await bench.multipart.create({
    ...bench.at('film'),
    headers: { 'content-type': 'video/mp4' },
    meta: { camera: 'x100' },
    account: '123456789012',
    ...(checksum === undefined ? {} : { checksum }),
    requestId: bench.requestId(),
  });
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return { ...bench.at('film'), uploadId: outcome.uploadId };
}

async function upload(
  bench: ObjectBench,
  locator: UploadLocator & Pick<UploadPartRequest, 'checksum'>,
  number: number,
  bytes: Uint8Array,
): Promise<PartRecord> {
  const request = { ...locator, number, requestId: bench.requestId() };
  const outcome = await bench.multipart.uploadPart(request, bodyOf(bytes), bench.signal);
  if (outcome.kind !== 'stored') throw new Error(outcome.kind);
  return outcome.part;
}

function complete(
  bench: ObjectBench,
  locator: UploadLocator,
  parts: readonly CompletedPart[],
  options: Partial<CompleteUploadRequest> = {},
): Promise<CompleteUploadOutcome> {
  const request = { ...locator, parts, conditions: {}, requestId: bench.requestId() };
  return bench.multipart.complete({ ...request, ...options });
}

function listed(...parts: readonly PartRecord[]): CompletedPart[] {
  return parts.map(({ number, etag, checksums = {} }) => {
    const [claim] = Object.entries(checksums) as [DigestAlgorithm, string][];
    return claim === undefined
      ? { number, etag }
      : { number, etag, checksum: { algorithm: claim[0], digest: claim[1] } };
  });
}

/** An upload with parts 1, 2 and 3, the last one small. */
async function threeParts(bench: ObjectBench, checksum?: Checksum) {
  const locator = await begin(bench, checksum);
  const bytes = [randomBytes(PART_BYTES), randomBytes(PART_BYTES + 7), randomBytes(1000)];
  const parts: PartRecord[] = [];
  for (const [index, part] of bytes.entries())
    parts.push(
      await upload(bench, { ...locator, ...(checksum && { checksum: checksum.algorithm }) }, index + 1, part),
    );
  return { locator, bytes, parts };
}

async function digest(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<Buffer> {
  const running = await createDigest(algorithm);
  running.update(bytes);
  return running.finish();
}

describe('a completed upload', () => {
  test('is the parts in order, with the tag, headers and parts of AWS', async () => {
    const bench = new ObjectBench();
    const { locator, bytes, parts } = await threeParts(bench);
    const outcome = await complete(bench, locator, listed(...parts));
    const md5s = Buffer.concat(bytes.map((part) => createHash('md5').update(part).digest()));
    expect(outcome).toMatchObject({
      kind: 'completed',
      record: {
        etag: `${createHash('md5').update(md5s).digest('hex')}-3`,
        headers: { 'content-type': 'video/mp4' },
        meta: { camera: 'x100' },
        parts: [
          { number: 1, size: PART_BYTES },
          { number: 2, size: PART_BYTES + 7 },
          { number: 3, size: 1000 },
        ],
      },
    });
    expect((await bench.read('film')).equals(Buffer.concat(bytes))).toBe(true);
    expect(bench.metadata.heldUploads.size).toBe(0);
  });

  test('is read by part number, and not beyond', async () => {
    const bench = new ObjectBench();
    const { locator, bytes, parts } = await threeParts(bench);
    await complete(bench, locator, listed(...parts));
    expect((await bench.read('film', { partNumber: 2 })).equals(bytes[1]!)).toBe(true);
    const request = { ...bench.at('film'), conditions: {}, partNumber: 4 };
    expect(await bench.objects.head(request)).toEqual({ kind: 'no-such-part' });
  });

  test('may leave parts out and take any ascending numbers', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    const first = await upload(bench, locator, 7, randomBytes(PART_BYTES));
    await upload(bench, locator, 8, randomBytes(3));
    const last = await upload(bench, locator, 10_000, Buffer.from('end'));
    const outcome = await complete(bench, locator, listed(first, last));
    expect(outcome).toMatchObject({ kind: 'completed', record: { size: PART_BYTES + 3 } });
    expect((await bench.read('film', { partNumber: 10_000 })).toString()).toBe('end');
  });

  test('takes the last writer of a part number', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    const before = await upload(bench, locator, 1, Buffer.from('before'));
    const after = await upload(bench, locator, 1, Buffer.from('after'));
    expect(await complete(bench, locator, listed(before))).toEqual({ kind: 'invalid-part', number: 1 });
    await complete(bench, locator, listed(after));
    expect((await bench.read('film')).toString()).toBe('after');
  });

  test('without a list has every part; with neither there is nothing to make', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    expect(await complete(bench, locator, [])).toEqual({ kind: 'no-parts' });
    await upload(bench, locator, 2, Buffer.from('two'));
    expect(await complete(bench, locator, [])).toMatchObject({ kind: 'completed', record: { size: 3 } });
  });

  test('may be empty', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    const part = await upload(bench, locator, 1, Buffer.alloc(0));
    expect(await complete(bench, locator, listed(part))).toMatchObject({
      kind: 'completed',
      record: { size: 0, blobs: [] },
    });
    expect(await bench.read('film', { partNumber: 1 })).toHaveLength(0);
  });
});

describe('a completion is refused', () => {
  test.each<[string, (parts: CompletedPart[]) => CompletedPart[], object]>([
    ['out of order', (parts) => [...parts].reverse(), { kind: 'invalid-part-order' }],
    ['with a part twice', ([a]) => [a!, a!], { kind: 'invalid-part-order' }],
    [
      'with a part nobody sent',
      (parts) => [...parts, { ...parts[0]!, number: 4 }],
      { kind: 'invalid-part', number: 4 },
    ],
    ['with another tag', ([a]) => [{ ...a!, etag: 'f'.repeat(32) }], { kind: 'invalid-part', number: 1 }],
    [
      'with another checksum',
      ([a]) => [{ ...a!, checksum: { algorithm: 'crc32', digest: 'AAAAAA==' } }],
      { kind: 'invalid-part', number: 1 },
    ],
    [
      'with a checksum of another algorithm',
      ([a]) => [{ ...a!, checksum: { algorithm: 'sha1', digest: 'x' } }],
      { kind: 'part-checksum-foreign', number: 1, algorithm: 'sha1' },
    ],
    [
      'without a checksum',
      ([a]) => [{ number: a!.number, etag: a!.etag }],
      { kind: 'part-checksum-missing', number: 1, algorithm: 'crc32' },
    ],
  ])('%s', async (_what, change, refusal) => {
    const bench = new ObjectBench();
    const { locator, parts } = await threeParts(bench, { algorithm: 'crc32', type: 'COMPOSITE' });
    expect(await complete(bench, locator, change(listed(...parts)))).toEqual(refusal);
    expect(bench.record('film')).toBeUndefined();
    expect(await complete(bench, locator, listed(...parts))).toMatchObject({ kind: 'completed' });
  });

  test('when a part that is not the last one is small', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    const small = await upload(bench, locator, 1, randomBytes(PART_BYTES - 1));
    const last = await upload(bench, locator, 2, randomBytes(1));
    const refusal = { kind: 'too-small', number: 1, sizeBytes: PART_BYTES - 1, etag: small.etag };
    expect(await complete(bench, locator, listed(small, last))).toEqual(refusal);
  });

  test('when the size or the condition does not hold', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    const parts = listed(await upload(bench, locator, 1, Buffer.from('four')));
    expect(await complete(bench, locator, parts, { sizeBytes: 5 })).toEqual({
      kind: 'size-mismatch',
      sizeBytes: 4,
    });
    await bench.put('film', 'there');
    const conditions = { ifNoneMatch: '*' };
    expect(await complete(bench, locator, parts, { conditions })).toEqual({ kind: 'precondition-failed' });
    expect((await bench.read('film')).toString()).toBe('there');
  });

  test('when there is no such upload', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    expect(await bench.multipart.abort(locator)).toEqual({ kind: 'aborted' });
    expect(await complete(bench, locator, [])).toEqual({ kind: 'no-such-upload' });
    expect(await bench.multipart.abort(locator)).toEqual({ kind: 'no-such-upload' });
    expect(await bench.multipart.listParts(locator, 0, 10)).toEqual({ kind: 'no-such-upload' });
  });
});

describe('the checksum of the object', () => {
  test.each<DigestAlgorithm>(['crc32', 'crc32c', 'crc64nvme'])(
    'is the %s of the whole body',
    async (algorithm) => {
      const bench = new ObjectBench();
      const { locator, bytes, parts } = await threeParts(bench, { algorithm, type: 'FULL_OBJECT' });
      const expected = (await digest(algorithm, Buffer.concat(bytes))).toString('base64');
      const wrong = { algorithm, digest: Buffer.alloc(expected.length > 8 ? 8 : 4).toString('base64') };
      expect(await complete(bench, locator, listed(...parts), { checksum: wrong })).toEqual({
        kind: 'checksum-mismatch',
        algorithm,
      });
      const checksum = { algorithm, digest: expected };
      const outcome = await complete(bench, locator, listed(...parts), { checksum });
      expect(outcome).toMatchObject({ kind: 'completed', record: { checksums: { [algorithm]: expected } } });
    },
  );

  test.each<DigestAlgorithm>([
    'crc32',
    'sha1',
    'sha256',
    'sha512',
    'md5',
    'xxhash64',
    'xxhash3',
    'xxhash128',
  ])('is the %s of the checksums', async (algorithm) => {
    const bench = new ObjectBench();
    const { locator, bytes, parts } = await threeParts(bench, { algorithm, type: 'COMPOSITE' });
    const each = await Promise.all(bytes.map((part) => digest(algorithm, part)));
    const expected = (await digest(algorithm, Buffer.concat(each))).toString('base64');
    const checksum = { algorithm, digest: expected };
    const outcome = await complete(bench, locator, listed(...parts), { checksum });
    expect(outcome).toMatchObject({
      kind: 'completed',
      record: {
        checksums: { [algorithm]: `${expected}-3` },
        parts: each.map((one) => ({ checksum: one.toString('base64') })),
      },
    });
  });

  test('cannot be claimed in another algorithm or type', async () => {
    const bench = new ObjectBench();
    const { locator, parts } = await threeParts(bench, { algorithm: 'crc32', type: 'COMPOSITE' });
    const checksum = { algorithm: 'sha1' as const, digest: 'x' };
    expect(await complete(bench, locator, listed(...parts), { checksum })).toEqual({
      kind: 'checksum-differs',
      expected: 'crc32',
      actual: 'sha1',
    });
    expect(await complete(bench, locator, listed(...parts), { checksumType: 'FULL_OBJECT' })).toEqual({
      kind: 'checksum-type-differs',
      expected: 'COMPOSITE',
    });
  });
});

describe('completing again', () => {
  test('answers the same as long as the object stands', async () => {
    const bench = new ObjectBench();
    const { locator, parts } = await threeParts(bench);
    const first = await complete(bench, locator, listed(...parts));
    expect(await complete(bench, locator, listed(...parts))).toEqual(first);
    await bench.put('film', 'newer');
    expect(await complete(bench, locator, listed(...parts))).toEqual({ kind: 'no-such-upload' });
    expect((await bench.read('film')).toString()).toBe('newer');
  });

  test('after a crash between commit and end only ends the upload', async () => {
    const bench = new ObjectBench();
    const { locator, parts } = await threeParts(bench);
    bench.metadata.before = (step) => {
      if (step === 'upload.remove') throw new Error('crash');
    };
    await expect(complete(bench, locator, listed(...parts))).rejects.toThrow('crash');
    bench.metadata.before = () => {};
    const committed = bench.record('film');
    expect(bench.metadata.heldUploads.size).toBe(1);
    // Its own object must not fail the condition of the one that made it.
    const conditions = { ifNoneMatch: '*' };
    expect(await complete(bench, locator, listed(...parts), { conditions })).toEqual({
      kind: 'completed',
      record: committed,
    });
    expect(bench.metadata.heldUploads.size).toBe(0);
  });

  test('at the same time makes one object', async () => {
    const bench = new ObjectBench();
    const { locator, bytes, parts } = await threeParts(bench);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => complete(bench, locator, listed(...parts))));
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(4).fill('completed'));
    expect((await bench.read('film')).equals(Buffer.concat(bytes))).toBe(true);
  });
});

describe('a part', () => {
  test('that comes after the end of its upload is taken back', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    bench.metadata.before = async (step) => {
      if (step === 'putPart') await bench.multipart.abort(locator);
    };
    const request = { ...locator, number: 1, requestId: 'late' };
    const late = await bench.multipart.uploadPart(request, bodyOf(randomBytes(100_000)), bench.signal);
    expect(late).toEqual({ kind: 'no-such-upload' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.shards.shardCount()).toBe(0);
  });

  test('of an unknown upload costs no shard', async () => {
    const bench = new ObjectBench();
    const request = { ...bench.at('film'), uploadId: '0'.repeat(32), number: 1, requestId: 'r' };
    const outcome = await bench.multipart.uploadPart(request, bodyOf(randomBytes(1000)), bench.signal);
    expect(outcome).toEqual({ kind: 'no-such-upload' });
    expect(bench.shards.shardCount()).toBe(0);
  });

  test('is listed with its neighbours in pages', async () => {
    const bench = new ObjectBench();
    const locator = await begin(bench);
    for (const number of [3, 1, 2]) await upload(bench, locator, number, Buffer.from(`part ${number}`));
    const outcome = await bench.multipart.listParts(locator, 1, 1);
    expect(outcome).toMatchObject({
      kind: 'page',
      page: { parts: [{ record: { number: 2 } }], truncated: true },
    });
  });

  test('can be a range of an object, and only of one that reaches so far', async () => {
    const bench = new ObjectBench();
    await bench.put('source', 'a long sentence');
    const locator = await begin(bench);
    const copy = (end: number) =>
      bench.multipart.uploadPartCopy(
        { ...locator, number: 1, requestId: bench.requestId() },
        { ...bench.at('source'), conditions: {}, range: { start: 2, end } },
        bench.signal,
      );
    expect(await copy(16)).toEqual({ kind: 'source', refusal: { kind: 'invalid-range', sizeBytes: 15 } });
    expect(await copy(6)).toMatchObject({ kind: 'stored', part: { size: 4 } });
    await complete(bench, locator, []);
    expect((await bench.read('film')).toString()).toBe('long');
  });

  test('lets go of its source when it cannot be stored', async () => {
    const bench = new ObjectBench();
    await bench.put('source', randomBytes(300_000));
    const locator = await begin(bench);
    bench.shards.put = () => Promise.reject(new Error('no node takes it'));
    const copied = bench.multipart.uploadPartCopy(
      { ...locator, number: 1, requestId: bench.requestId() },
      { ...bench.at('source'), conditions: {} },
      bench.signal,
    );
    await expect(copied).rejects.toThrow();
    expect(bench.shards.openDownloads).toBe(0);
  });
});

describe('an abort and a completion at the same moment', () => {
  test.each(['object.get', 'parts', 'object.put', 'upload.remove'] as const)(
    'leave the whole object or none, with the abort before %s',
    async (moment) => {
      const bench = new ObjectBench();
      const { locator, bytes, parts } = await threeParts(bench);
      bench.metadata.before = async (step) => {
        if (step !== moment) return;
        bench.metadata.before = () => {};
        await bench.multipart.abort(locator);
      };
      const outcome = await complete(bench, locator, listed(...parts));
      expect(bench.metadata.heldUploads.size).toBe(0);
      if (outcome.kind === 'completed') {
        expect((await bench.read('film')).equals(Buffer.concat(bytes))).toBe(true);
      } else {
        expect(['no-such-upload', 'invalid-part']).toContain(outcome.kind);
        expect(bench.record('film')).toBeUndefined();
      }
    },
  );

  test('an object in a bucket that was deleted meanwhile is undone; its shards are left to the reclaim queue', async () => {
    const bench = new ObjectBench();
    bench.metadata.before = (step) => {
      if (step === 'object.put') bench.metadata.heldBuckets.clear();
    };
    expect(await bench.put('film', 'text')).toEqual({ kind: 'no-such-bucket' });
    expect(bench.record('film')).toBeUndefined();
    await new Promise((resolve) => setImmediate(resolve));
    // A copy may have taken them over while the record was there.
    expect(bench.shards.shardCount()).toBeGreaterThanOrEqual(2);
  });

  test('an upload in a bucket that was deleted meanwhile is undone', async () => {
    const bench = new ObjectBench();
    bench.metadata.heldBuckets.clear();
    const creation = { ...bench.at('film'), headers: {}, meta: {}, account: 'a', requestId: 'r' };
    expect(await bench.multipart.create(creation)).toEqual({ kind: 'no-such-bucket' });
    expect(bench.metadata.heldUploads.size).toBe(0);
  });
});

test('ten thousand parts are completed in one commit', async () => {
  const bench = new ObjectBench();
  const locator = await begin(bench, { algorithm: 'crc64nvme', type: 'FULL_OBJECT' });
  const held = bench.metadata.heldUploads.get(locator.uploadId)!;
  const parts: PartRecord[] = Array.from({ length: 10_000 }, (_unused, index) => ({
    v: 1,
    number: index + 1,
    size: PART_BYTES,
    etag: randomBytes(16).toString('hex'),
    modified: '2026-11-22T10:00:00.500Z',
    checksums: { crc64nvme: randomBytes(8).toString('base64') },
    blobs: [someBlob({ size: PART_BYTES })],
    request: 'r',
  }));
  for (const record of parts) held.parts.set(record.number, { record, revision: 1 });
  const commits = bench.metadata.revision;
  const begun = performance.now();
  const outcome = await complete(bench, locator, listed(...parts));
  process.stdout.write(`completing 10 000 parts: ${(performance.now() - begun).toFixed(0)} ms\n`);
  expect(outcome).toMatchObject({ kind: 'completed', record: { size: 10_000 * PART_BYTES } });
  // The object, and the end of the upload.
  expect(bench.metadata.revision).toBe(commits + 2);
});
