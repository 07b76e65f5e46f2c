// Copies of the metadata: one moment of the view, whole or refused, bounded in number, never at the cost of the last room on the disk.

import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { composeWriteId, nodeId } from '../../../src/core/ids.ts';
import { MetadataCopies, type CopyLimits } from '../../../src/maintenance/metadata-copies.ts';
import { CopyShelf } from '../../../src/metadata/copy-shelf.ts';
import {
  readCopy,
  verifyCopy,
  type CopyItem,
  type CopySummary,
} from '../../../src/metadata/metadata-copy.ts';
import { encodeObject, encodeRecord } from '../../../src/metadata/record-codec.ts';
import { bucketSubject, objectSubject } from '../../../src/metadata/subjects.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemFiles, type Files } from '../../../src/platform/files.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { someBlob, someBucket, someObject } from '../../support/metadata-planes.ts';

const SELF = nodeId(2);
const BUCKET = someBucket('copied');
const LIMITS: CopyLimits = {
  intervalMs: 3_600_000,
  keep: 2,
  bytesPerSecondMax: 1e9,
  freeMin: 0.1,
  share: 0.5,
};
let directory: string;
let copies: string;
let view: View;
let sequence: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'copies-'));
  copies = join(directory, 'copies');
  view = await View.open({ directory: join(directory, 'view'), clock: systemClock, logger: silentLogger });
  sequence = 0;
  await view.adopt('2026-01-01T00:00:00Z');
  await apply([bucketSubject(BUCKET.name), encodeRecord(BUCKET)]);
});
afterEach(async () => {
  await view.close();
  await rm(directory, { recursive: true });
});

async function apply(...records: readonly (readonly [string, Buffer])[]): Promise<void> {
  const messages = records.map(([subject, payload]) => ({ subject, payload, sequence: ++sequence }));
  const batch = { messages, applied: sequence, safe: sequence };
  view.anticipate(batch);
  await view.apply(batch);
}

function objects(from: number, count: number): (readonly [string, Buffer])[] {
  return Array.from({ length: count }, (_, at) => {
    const write = composeWriteId(1_700_000_000_000 + from + at, SELF, Buffer.alloc(8, at % 256));
    return [
      objectSubject(BUCKET.id, `key/${from + at}`),
      encodeObject(someObject({ blobs: [someBlob({ write })] })),
    ] as const;
  });
}

async function itemsIn(path: string): Promise<{ items: CopyItem[]; summary: CopySummary }> {
  const items: CopyItem[] = [];
  const reading = readCopy(path);
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { items, summary: next.value };
    items.push(next.value);
  }
}

function duty(more: Partial<CopyLimits> = {}, files: Files = systemFiles): Promise<MetadataCopies> {
  const metadata = { snapshot: () => Promise.resolve(view.snapshot()) };
  const sources = {
    self: SELF,
    metadata,
    directory: copies,
    files,
    logger: silentLogger,
    metrics: noMetrics,
  };
  return MetadataCopies.open({ ...sources, clock: systemClock }, { ...LIMITS, ...more });
}

const going = new AbortController().signal;

test('a copy is the view at one moment, whatever is applied while it is made; what was replaced is told', async () => {
  await apply(...objects(0, 600));
  await apply([objectSubject(BUCKET.id, 'key/7'), Buffer.alloc(0)]);
  const snapshot = view.snapshot();
  let meanwhile = 0;
  const pace = async (): Promise<void> => {
    meanwhile += 1;
    await apply(...objects(1_000 * meanwhile, 50), [
      objectSubject(BUCKET.id, `key/${meanwhile}`),
      Buffer.alloc(0),
    ]);
  };
  const made = await new CopyShelf(copies, systemFiles).add({ snapshot, node: SELF, takenMs: 5, pace });
  snapshot.close();
  expect(meanwhile).toBeGreaterThan(0);
  const { items, summary } = await itemsIn(made.path);
  expect(summary).toEqual({
    v: 1,
    node: SELF,
    stream: '2026-01-01T00:00:00Z',
    applied: 602,
    takenMs: 5,
    records: 600,
    replaced: 1,
  });
  expect(made).toMatchObject({ applied: 602, records: 600, takenMs: 5 });
  const subjects = items.flatMap((item) => (item.kind === 'record' ? [item.subject] : []));
  const expected = Array.from({ length: 600 }, (_, at) => objectSubject(BUCKET.id, `key/${at}`));
  expected.splice(7, 1);
  expect(subjects).toEqual([bucketSubject(BUCKET.name), ...expected.sort()]);
});

test('a copy that was cut off, or of which one bit flipped, is refused wherever that is', async () => {
  await apply(...objects(0, 40));
  await (await duty()).pass(going);
  const [path] = (await readdir(copies)).map((name) => join(copies, name)) as [string];
  const whole = await readFile(path);
  for (let at = 0; at < whole.length; at += 97) {
    await writeFile(path, whole.subarray(0, at));
    await expect(verifyCopy(path)).rejects.toMatchObject({ code: 'metadata-corrupt' });
    // Byte 4 to 9 of a gzip header carry no meaning.
    if (at < 10) continue;
    const bent = Buffer.from(whole);
    bent[at]! ^= 0x10;
    await writeFile(path, bent);
    await expect(verifyCopy(path)).rejects.toMatchObject({ code: 'metadata-corrupt' });
  }
  await writeFile(path, whole);
  await expect(verifyCopy(path)).resolves.toMatchObject({ records: 41 });
});

test('so many copies stay; the last large one also when the metadata was emptied; what was not finished goes', async () => {
  await apply(...objects(0, 30));
  const shelf = new CopyShelf(copies, systemFiles);
  await systemFiles.mkdir(copies);
  await (await open(join(copies, 'metadata-1.making'), 'w')).close();
  const add = async (takenMs: number): Promise<void> => {
    const snapshot = view.snapshot();
    await shelf.add({ snapshot, node: SELF, takenMs, pace: () => Promise.resolve() });
    snapshot.close();
    await shelf.prune(2);
  };
  for (const takenMs of [10, 20, 30]) await add(takenMs);
  expect((await shelf.copies()).map(({ takenMs }) => takenMs)).toEqual([30, 20]);
  await apply(...objects(0, 30).map(([subject]) => [subject, Buffer.alloc(0)] as const));
  for (const takenMs of [40, 50, 60, 70]) await add(takenMs);
  expect((await shelf.copies()).map(({ takenMs, records }) => [takenMs, records])).toEqual([
    [70, 1],
    [60, 1],
    [30, 31],
  ]);
  expect(await readdir(copies)).toHaveLength(3);
});

test('a disk that is nearly full, or breaks, costs a copy and says so; the older ones stay', async () => {
  await apply(...objects(0, 20));
  await (await duty()).pass(going);
  let left = 0.09;
  const files: Files = {
    ...filesOf(systemFiles),
    statfs: () => Promise.resolve({ totalBytes: 1e12, availableBytes: 1e12 * left }),
    open: async (path, mode) => {
      const file = await systemFiles.open(path, mode);
      return {
        pwrite: () => Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' })),
        pread: file.pread.bind(file),
        preadSync: file.preadSync.bind(file),
        datasync: file.datasync.bind(file),
        sizeBytes: file.sizeBytes.bind(file),
        close: file.close.bind(file),
      };
    },
  };
  const copying = await duty({}, files);
  expect(copying.report).toMatchObject({ kept: 1, held: '' });
  expect(copying.firstAfterMs).toBeGreaterThan(3_000_000);
  await copying.pass(going);
  expect(copying.report).toMatchObject({ kept: 1, failures: 1, held: 'less than 10 % of the disk are free' });
  left = 0.5;
  await copying.pass(going);
  expect(copying.report).toMatchObject({ kept: 1, failures: 2, held: 'i/o error', running: false });
  expect(copying.restMs()).toBe(600_000);
  expect(await readdir(copies)).toHaveLength(1);
});

/** Methods of a class instance, as properties. */
function filesOf(files: Files): Files {
  return {
    open: files.open.bind(files),
    rename: files.rename.bind(files),
    unlink: files.unlink.bind(files),
    readdir: files.readdir.bind(files),
    mkdir: files.mkdir.bind(files),
    syncDirectory: files.syncDirectory.bind(files),
    statfs: files.statfs.bind(files),
    identityOf: files.identityOf.bind(files),
  };
}
