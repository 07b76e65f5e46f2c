// Pages of open uploads against a model that sorts and groups everything in memory.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { encodeRecord } from '../../../src/metadata/record-codec.ts';
import { uploadSubject } from '../../../src/metadata/subjects.ts';
import type { UploadPage, UploadQuery } from '../../../src/metadata/upload-table.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { someUpload } from '../../support/metadata-planes.ts';

interface Upload {
  readonly key: string;
  readonly id: string;
}

let directory: string;
let view: View;
let sequence = 0;
let buckets = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'predastore-test-uploads-'));
  view = await View.open({ directory, clock: systemClock, logger: silentLogger });
});
afterAll(async () => {
  await view.close();
  await rm(directory, { recursive: true, force: true });
});

async function store(uploads: readonly Upload[]): Promise<string> {
  buckets += 1;
  const bucketId = `b${buckets}`;
  const messages = uploads.map(({ key, id }) => {
    sequence += 1;
    const payload = encodeRecord(someUpload({ id, key }));
    return { subject: uploadSubject(bucketId, id, key), payload, sequence };
  });
  await view.apply({ messages, applied: sequence, safe: sequence });
  return bucketId;
}

const compare = (a: string, b: string): number => Buffer.from(a).compare(Buffer.from(b));
const textOf = ({ key, id }: Upload): string => `${key} ${id}`;

/** Every entry of a query without limit, as AWS describes them. */
function model(uploads: readonly Upload[], query: Omit<UploadQuery, 'limit' | 'bucketId'>): string[] {
  const { prefix, delimiter, keyMarker, uploadIdMarker } = query;
  const groupOf = (text: string): string | undefined => {
    if (delimiter === '' || !text.startsWith(prefix)) return undefined;
    const at = text.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : text.slice(0, at + delimiter.length);
  };
  const isAhead = ({ key, id }: Upload): boolean => {
    if (keyMarker === '') return true;
    if (groupOf(keyMarker) === keyMarker && key.startsWith(keyMarker)) return false;
    const order = compare(key, keyMarker);
    return order > 0 || (order === 0 && uploadIdMarker !== '' && id > uploadIdMarker);
  };
  const sorted = [...uploads].sort((a, b) => compare(a.key, b.key) || compare(a.id, b.id));
  const matching = sorted.filter((upload) => upload.key.startsWith(prefix) && isAhead(upload));
  return [...new Set(matching.map((upload) => groupOf(upload.key) ?? textOf(upload)))];
}

const names = (page: UploadPage): string[] =>
  page.entries.map((entry) => (entry.kind === 'prefix' ? entry.prefix : textOf(entry.upload.record)));

const piece = fc.constantFrom('a', 'b', '/', '/', '//', 'ü', '🎉', '0', '\0', '\0', '\x7f', '\uffff', 'ab');
const text = (minLength: number) =>
  fc.array(piece, { minLength, maxLength: minLength === 0 ? 3 : 4 }).map((parts) => parts.join(''));
const id = fc.nat({ max: 200 }).map((number) => number.toString(16).padStart(32, '0'));
const delimiters = fc.constantFrom('', '/', '/', 'b', 'a/', 'ü', '0', '\0', '🎉');

describe('listing uploads', () => {
  test('paging to the end gives every entry of the model once, in order, whatever the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ key: text(1), id }), { maxLength: 40, selector: (upload) => upload.id }),
        fc.record({
          prefix: text(0),
          delimiter: delimiters,
          keyMarker: text(0),
          uploadIdMarker: fc.oneof(fc.constant(''), id),
        }),
        fc.integer({ min: 1, max: 7 }),
        async (uploads, query, limit) => {
          const bucketId = await store(uploads);
          const listed: string[] = [];
          let markers = { keyMarker: query.keyMarker, uploadIdMarker: query.uploadIdMarker };
          for (;;) {
            const page = view.listUploads({ ...query, ...markers, bucketId, limit });
            listed.push(...names(page));
            if (!page.truncated) break;
            expect(page.entries).toHaveLength(limit);
            const last = page.entries.at(-1)!;
            markers =
              last.kind === 'prefix'
                ? { keyMarker: last.prefix, uploadIdMarker: '' }
                : { keyMarker: last.upload.record.key, uploadIdMarker: last.upload.record.id };
          }
          expect(listed).toEqual(model(uploads, query));
        },
      ),
      { numRuns: 400 },
    );
  }, 30_000);

  test('a marker may be any text at all', async () => {
    const bucketId = await store([{ key: 'k', id: 'a'.repeat(32) }]);
    const query = { bucketId, prefix: '', delimiter: '/', limit: 10 };
    const list = (keyMarker: string, uploadIdMarker: string): string[] =>
      names(view.listUploads({ ...query, keyMarker, uploadIdMarker }));
    expect(list('k', 'z'.repeat(100_000))).toEqual([]);
    expect(list('k', '!')).toHaveLength(1);
    expect(list('j'.repeat(100_000), '')).toHaveLength(1);
    expect(list('l'.repeat(100_000), '')).toEqual([]);
    expect(
      view.listUploads({ ...query, prefix: 'x'.repeat(5_000), keyMarker: '', uploadIdMarker: '' }).entries,
    ).toEqual([]);
  });
});
