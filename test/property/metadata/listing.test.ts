// Listing pages against a model that sorts and groups everything in memory.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { ListPage, ListQuery } from '../../../src/metadata/metadata-store.ts';
import { encodeObject } from '../../../src/metadata/record-codec.ts';
import { objectSubject } from '../../../src/metadata/subjects.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { someObject } from '../../support/metadata-planes.ts';

let directory: string;
let view: View;
let sequence = 0;
const payload = encodeObject(someObject({ blobs: [] }));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'predastore-test-listing-'));
  view = await View.open({ directory, clock: systemClock, logger: silentLogger });
});
afterAll(async () => {
  await view.close();
  await rm(directory, { recursive: true, force: true });
});

async function store(bucketId: string, keys: readonly string[]): Promise<void> {
  const messages = keys.map((key) => {
    sequence += 1;
    return { subject: objectSubject(bucketId, key), payload, sequence };
  });
  await view.apply({ messages, applied: sequence, safe: sequence });
}

const compare = (a: string, b: string): number => Buffer.from(a).compare(Buffer.from(b));

/** Every entry of a query without limit, as S3 describes them. */
function model(keys: readonly string[], query: Omit<ListQuery, 'limit'>): string[] {
  const groupOf = (text: string): string | undefined => {
    if (query.delimiter === '' || !text.startsWith(query.prefix)) return undefined;
    const at = text.indexOf(query.delimiter, query.prefix.length);
    return at < 0 ? undefined : text.slice(0, at + query.delimiter.length);
  };
  const afterIsGroup = query.after !== '' && groupOf(query.after) === query.after;
  const entries = new Set<string>();
  for (const key of [...new Set(keys)].sort(compare)) {
    if (!key.startsWith(query.prefix)) continue;
    if (compare(key, query.after) <= 0) continue;
    if (afterIsGroup && key.startsWith(query.after)) continue;
    entries.add(groupOf(key) ?? key);
  }
  return [...entries].sort(compare);
}

const names = (page: ListPage): string[] =>
  page.entries.map((entry) => (entry.kind === 'object' ? entry.object.key : entry.prefix));

const piece = fc.constantFrom('a', 'b', '/', '/', '//', 'ü', '🎉', '.', '-', '\0', '\x7f', '\uffff', 'ab');
const text = (minLength: number) =>
  fc.array(piece, { minLength, maxLength: minLength === 0 ? 3 : 5 }).map((parts) => parts.join(''));
const delimiters = fc.constantFrom('', '/', '/', 'b', 'a/', 'ü', '//', '🎉');
let buckets = 0;

describe('listing', () => {
  test('paging to the end gives every entry of the model once, in order, whatever the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text(1), { maxLength: 40 }),
        fc.record({ prefix: text(0), delimiter: delimiters, after: text(0) }),
        fc.integer({ min: 1, max: 7 }),
        async (keys, { prefix, delimiter, after }, limit) => {
          buckets += 1;
          const bucketId = `b${buckets}`;
          await store(bucketId, keys);
          const query = { bucketId, prefix, delimiter, after };
          const listed: string[] = [];
          let next = after;
          for (;;) {
            const page = view.list({ ...query, after: next, limit });
            listed.push(...names(page));
            expect(page.entries.length).toBeLessThanOrEqual(limit);
            if (!page.truncated) break;
            expect(page.entries).toHaveLength(limit);
            next = listed.at(-1)!;
          }
          expect(listed).toEqual(model(keys, query));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('neighbouring buckets do not see each other', async () => {
    await store('n', ['x']);
    await store('n1', ['y']);
    await store('n-', ['z']);
    const all = { prefix: '', delimiter: '', after: '', limit: 10 };
    expect(names(view.list({ ...all, bucketId: 'n' }))).toEqual(['x']);
    expect(names(view.list({ ...all, bucketId: 'n1' }))).toEqual(['y']);
  });

  test('a page that holds the last entry exactly is not truncated, an empty page neither', async () => {
    await store('exact', ['a', 'b', 'd/1', 'd/2']);
    const query = { bucketId: 'exact', prefix: '', delimiter: '/', after: '' };
    expect(view.list({ ...query, limit: 3 })).toMatchObject({ truncated: false });
    expect(view.list({ ...query, limit: 2 })).toMatchObject({ truncated: true });
    expect(view.list({ ...query, limit: 0 })).toEqual({ entries: [], truncated: false });
  });

  test('start-after inside a group lists the group if it has a later key; the group itself as marker skips it', async () => {
    await store('aws', ['a/b', 'a/c', 'b/1', 'c']);
    const query = { bucketId: 'aws', prefix: '', delimiter: '/', limit: 10 };
    expect(names(view.list({ ...query, after: 'a/b' }))).toEqual(['a/', 'b/', 'c']);
    expect(names(view.list({ ...query, after: 'a/c' }))).toEqual(['b/', 'c']);
    expect(names(view.list({ ...query, after: 'a/' }))).toEqual(['b/', 'c']);
    expect(names(view.list({ ...query, after: 'a' }))).toEqual(['a/', 'b/', 'c']);
  });

  test('a key that equals the prefix, or is a directory marker, is an object', async () => {
    await store('marker', ['a/', 'a/b', 'a/c/d']);
    const query = { bucketId: 'marker', prefix: 'a/', delimiter: '/', limit: 10 };
    expect(names(view.list({ ...query, after: '' }))).toEqual(['a/', 'a/b', 'a/c/']);
    expect(names(view.list({ ...query, after: 'a/' }))).toEqual(['a/b', 'a/c/']);
  });
});

test('applying a batch twice changes nothing, and an older revision never replaces a newer one', async () => {
  const message = (at: number, text: string) => ({
    subject: objectSubject('twice', 'k'),
    payload: encodeObject(someObject({ etag: text, blobs: [] })),
    sequence: at,
  });
  const [old, recent] = [message(sequence + 1, 'old'), message(sequence + 2, 'recent')];
  sequence += 2;
  const position = { applied: sequence, safe: sequence };
  const etag = (): string => {
    const [entry] = view.list({ bucketId: 'twice', prefix: '', delimiter: '', after: '', limit: 1 }).entries;
    return entry?.kind === 'object' ? entry.object.record.etag : '';
  };
  await view.apply({ messages: [old, recent], ...position });
  await view.apply({ messages: [old, recent], ...position });
  await view.apply({ messages: [old], ...position });
  expect(etag()).toBe('recent');
});
