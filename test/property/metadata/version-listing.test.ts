// Pages of versions against a model that keeps every version of every key in memory: histories of writes, deletions and promotions
// as the stream would carry them, listed by random prefixes, delimiters and page sizes, with deletions between the pages.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { ObjectRecord } from '../../../src/contracts/records.ts';
import { composeVersionId, NULL_VERSION } from '../../../src/core/ids.ts';
import { encodeObject } from '../../../src/metadata/record-codec.ts';
import { objectSubject, versionSubject } from '../../../src/metadata/subjects.ts';
import { versionName, type VersionPage, type VersionQuery } from '../../../src/metadata/version-table.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { someObject } from '../../support/metadata-planes.ts';

let directory: string;
let view: View;
let sequence = 0;
let buckets = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'predastore-test-versions-'));
  view = await View.open({ directory, clock: systemClock, logger: silentLogger });
});
afterAll(async () => {
  await view.close();
  await rm(directory, { recursive: true, force: true });
});

type Step = 'put' | 'put-null' | 'mark' | 'mark-null' | 'delete-newest' | 'delete-oldest';

/** The versions of a bucket as the objects room would make them, and the messages that say so. */
class Model {
  readonly bucketId: string;
  /** Newest first. */
  readonly keys = new Map<string, ObjectRecord[]>();

  constructor() {
    buckets += 1;
    this.bucketId = `b${buckets}`;
  }

  async apply(key: string, step: Step): Promise<void> {
    const versions = this.keys.get(key) ?? [];
    this.keys.set(key, versions);
    if (step === 'delete-newest') await this.remove(key, versions[0]);
    else if (step === 'delete-oldest') await this.remove(key, versions.at(-1));
    else await this.#write(key, versions, step);
  }

  async #write(key: string, versions: ObjectRecord[], step: Step): Promise<void> {
    // Clocks of nodes differ: ids ascend all the same.
    const timeMs = 1_700_000_000_000 + ((sequence * 7) % 3);
    const record = someObject({
      blobs: [],
      versionId: composeVersionId(timeMs, systemRandom.bytes(16), versions[0]?.versionId),
      ...(step.endsWith('null') && { nullVersion: true as const }),
      ...(step.startsWith('mark') && { deleteMarker: true as const }),
    });
    const [current] = versions;
    const name = versionName(record);
    const messages: [string, ObjectRecord | undefined][] = [];
    if (current !== undefined && (name !== NULL_VERSION || versionName(current) !== NULL_VERSION)) {
      messages.push([versionSubject(this.bucketId, versionName(current), key), current]);
    }
    messages.push([objectSubject(this.bucketId, key), record]);
    const replaced = name === NULL_VERSION ? versions.findIndex((old) => versionName(old) === name) : -1;
    if (replaced > 0) messages.push([versionSubject(this.bucketId, name, key), undefined]);
    if (replaced >= 0) versions.splice(replaced, 1);
    versions.unshift(record);
    await this.#send(messages);
  }

  async remove(key: string, record: ObjectRecord | undefined): Promise<void> {
    const versions = this.keys.get(key) ?? [];
    if (record === undefined) return;
    const at = versions.indexOf(record);
    versions.splice(at, 1);
    const head = objectSubject(this.bucketId, key);
    const next = versions[0];
    if (at > 0) await this.#send([[versionSubject(this.bucketId, versionName(record), key), undefined]]);
    else if (next === undefined) await this.#send([[head, undefined]]);
    else {
      await this.#send([
        [head, next],
        [versionSubject(this.bucketId, versionName(next), key), undefined],
      ]);
    }
  }

  /** Applies the messages one by one or together: half a batch must not show. */
  async #send(messages: readonly [string, ObjectRecord | undefined][]): Promise<void> {
    for (const [subject, record] of messages) {
      sequence += 1;
      const payload = record === undefined ? Buffer.alloc(0) : encodeObject(record);
      await view.apply({ messages: [{ subject, payload, sequence }], applied: sequence, safe: sequence });
      this.check();
    }
  }

  /** While half a batch is applied, a version is shown at most once. */
  check(): void {
    const names = namesOf(view.listVersions(this.query({ limit: 1000 })));
    expect(new Set(names).size).toBe(names.length);
  }

  query(overrides: Partial<VersionQuery>): VersionQuery {
    const all = { prefix: '', delimiter: '', keyMarker: '', versionMarker: '', limit: 1000 };
    return { bucketId: this.bucketId, ...all, ...overrides };
  }

  list({ prefix, delimiter }: Pick<VersionQuery, 'prefix' | 'delimiter'>): string[] {
    const entries = new Set<string>();
    for (const key of [...this.keys.keys()].sort((a, b) => Buffer.from(a).compare(Buffer.from(b)))) {
      if (!key.startsWith(prefix)) continue;
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      this.keys.get(key)?.forEach((record, index) => {
        const latest = index === 0 ? ' latest' : '';
        entries.add(at < 0 ? `${key} ${versionName(record)}${latest}` : key.slice(0, at + delimiter.length));
      });
    }
    return [...entries];
  }
}

function namesOf(page: VersionPage): string[] {
  return page.entries.map((entry) => {
    if (entry.kind === 'prefix') return entry.prefix;
    const { key, record, isLatest } = entry.version;
    return `${key} ${versionName(record)}${isLatest ? ' latest' : ''}`;
  });
}

function nextOf(page: VersionPage): { keyMarker: string; versionMarker: string } {
  const last = page.entries.at(-1);
  if (last?.kind === 'prefix') return { keyMarker: last.prefix, versionMarker: '' };
  return { keyMarker: last!.version.key, versionMarker: versionName(last!.version.record) };
}

const piece = fc.constantFrom('a', 'b', '/', '/', 'ü', '\0', '\x01', 'ab');
const text = (minLength: number) =>
  fc.array(piece, { minLength, maxLength: 3 }).map((parts) => parts.join(''));
const steps = fc.constantFrom<Step>(
  'put',
  'put',
  'put-null',
  'mark',
  'mark-null',
  'delete-newest',
  'delete-oldest',
);
const history = fc
  .array(text(1), { minLength: 1, maxLength: 5 })
  .chain((keys) => fc.array(fc.tuple(fc.constantFrom(...keys), steps), { maxLength: 30 }));
const question = fc.record({ prefix: text(0), delimiter: fc.constantFrom('', '/', '/', 'b', 'ü') });

describe('listing versions', () => {
  test('paging to the end gives every version of the model once, newest first, whatever the limit', async () => {
    await fc.assert(
      fc.asyncProperty(history, question, fc.integer({ min: 1, max: 5 }), async (writes, asked, limit) => {
        const model = new Model();
        for (const [key, step] of writes) await model.apply(key, step);
        const listed: string[] = [];
        let markers = { keyMarker: '', versionMarker: '' };
        for (;;) {
          const page = view.listVersions(model.query({ ...asked, ...markers, limit }));
          listed.push(...namesOf(page));
          if (!page.truncated) break;
          expect(page.entries).toHaveLength(limit);
          markers = nextOf(page);
        }
        expect(listed).toEqual(model.list(asked));
      }),
      { numRuns: 60 },
    );
  });

  test('deleting every page before asking for the next one empties a bucket', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 3 }), async (writes, limit) => {
        const model = new Model();
        for (const [key, step] of writes) await model.apply(key, step);
        let markers = { keyMarker: '', versionMarker: '' };
        for (;;) {
          const page = view.listVersions(model.query({ ...markers, limit }));
          for (const entry of page.entries) {
            if (entry.kind !== 'version') continue;
            const { key, record } = entry.version;
            const name = versionName(record);
            const found = model.keys.get(key)?.find((version) => versionName(version) === name);
            await model.remove(key, found);
          }
          if (!page.truncated) break;
          markers = nextOf(page);
        }
        expect(model.list({ prefix: '', delimiter: '' })).toEqual([]);
        expect(namesOf(view.listVersions(model.query({})))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
