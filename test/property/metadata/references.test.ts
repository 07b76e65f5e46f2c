// How blobs are counted: a view against a model that simply looks at every record there is.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { TailMessage } from '../../../src/bus/stream-session.ts';
import type { BlobRecord } from '../../../src/contracts/records.ts';
import type { WriteId } from '../../../src/core/ids.ts';
import { encodeObject, encodeRecord } from '../../../src/metadata/record-codec.ts';
import { objectSubject, partSubject, uploadSubject } from '../../../src/metadata/subjects.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { someBlob, someObject, somePart, someUpload } from '../../support/metadata-planes.ts';

const BUCKET = 'refs';
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true, force: true })));
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'predastore-test-references-'));
  directories.push(directory);
  return directory;
}

const openView = (directory: string): Promise<View> =>
  View.open({ directory, clock: systemClock, logger: silentLogger });

/** What the stream holds, as plain as can be; `live` is what a view should know of it. */
class Model {
  readonly messages: TailMessage[] = [];
  readonly objects = new Map<string, readonly BlobRecord[]>();
  readonly uploads = new Map<string, Map<number, readonly BlobRecord[]>>();
  readonly seen = new Map<WriteId, BlobRecord>();
  #uploads = 0;

  putObject(key: string, blobs: readonly BlobRecord[]): void {
    this.#see(blobs);
    this.objects.set(key, blobs);
    this.#append(objectSubject(BUCKET, key), encodeObject(someObject({ blobs })));
  }

  removeObject(key: string): void {
    this.objects.delete(key);
    this.#append(objectSubject(BUCKET, key));
  }

  createUpload(): string {
    this.#uploads += 1;
    const id = this.#uploads.toString(16).padStart(32, '0');
    this.uploads.set(id, new Map());
    this.#append(uploadSubject(BUCKET, id, 'k'), encodeRecord(someUpload({ id, key: 'k' })));
    return id;
  }

  putPart(id: string, number: number, blobs: readonly BlobRecord[]): void {
    this.#see(blobs);
    this.uploads.get(id)?.set(number, blobs);
    this.#append(partSubject(BUCKET, id, number), encodeRecord(somePart({ number, blobs })));
  }

  endUpload(id: string): void {
    this.uploads.delete(id);
    this.#append(uploadSubject(BUCKET, id, 'k'));
  }

  partBlobs(id: string): BlobRecord[] {
    return [...(this.uploads.get(id)?.values() ?? [])].flat();
  }

  /** What some record names. */
  named(): Set<WriteId> {
    const parts = [...this.uploads.keys()].flatMap((id) => this.partBlobs(id));
    return new Set([...[...this.objects.values()].flat(), ...parts].map(({ write }) => write));
  }

  #see(blobs: readonly BlobRecord[]): void {
    for (const blob of blobs) this.seen.set(blob.write, blob);
  }

  #append(subject: string, payload: Uint8Array = new Uint8Array(0)): void {
    this.messages.push({ subject, payload, sequence: this.messages.length + 1 });
  }
}

type Step =
  | { readonly kind: 'put' | 'copy' | 'remove'; readonly at: number; readonly from: number }
  | { readonly kind: 'create' | 'abort' | 'complete' | 'late'; readonly at: number }
  | { readonly kind: 'part'; readonly at: number; readonly number: number }
  | { readonly kind: 'apply' | 'restart' };

const at = fc.nat({ max: 4 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('put', 'copy', 'copy', 'remove'), at, from: at } as const),
  fc.record({ kind: fc.constantFrom('create', 'create', 'abort', 'complete', 'late'), at } as const),
  fc.record({ kind: fc.constant('part'), at, number: fc.integer({ min: 1, max: 4 }) } as const),
  fc.record({ kind: fc.constantFrom('apply', 'apply', 'apply', 'restart') } as const),
);

/** Carries a step out on the model; `ended` remembers uploads that are over. */
function take(model: Model, step: Step, ended: string[]): void {
  if (step.kind === 'put') model.putObject(`k${step.at}`, [someBlob(), someBlob()]);
  if (step.kind === 'copy') model.putObject(`k${step.at}`, model.objects.get(`k${step.from}`) ?? []);
  if (step.kind === 'remove') model.removeObject(`k${step.at}`);
  if (step.kind === 'create') model.createUpload();
  if (step.kind === 'late') {
    const id = ended[step.at % Math.max(1, ended.length)];
    if (id !== undefined) model.putPart(id, 1, [someBlob()]);
  }
  takeOnUpload(model, step, ended);
}

function takeOnUpload(model: Model, step: Step, ended: string[]): void {
  const open = [...model.uploads.keys()];
  const upload = 'at' in step ? open[step.at % Math.max(1, open.length)] : undefined;
  if (upload === undefined) return;
  if (step.kind === 'part') model.putPart(upload, step.number, [someBlob()]);
  if (step.kind === 'complete') model.putObject(`k${step.at}`, model.partBlobs(upload));
  if (step.kind !== 'complete' && step.kind !== 'abort') return;
  model.endUpload(upload);
  ended.push(upload);
}

/** Feeds a view what it has not seen yet. */
async function feed(view: View, messages: readonly TailMessage[]): Promise<void> {
  const { applied } = view.position;
  const rest = messages.filter(({ sequence }) => sequence > applied);
  const last = rest.at(-1)?.sequence ?? applied;
  await view.apply({ messages: rest, applied: last, safe: last });
}

const queued = (view: View): WriteId[] =>
  view.reclaim.ripe(systemClock.nowMs(), 10_000).map(({ blob }) => blob.write);

function expectExact(view: View, model: Model): void {
  const named = model.named();
  const unused = [...model.seen.keys()].filter((write) => !named.has(write));
  expect(queued(view).sort()).toEqual(unused.sort());
  expect(view.reclaim.length).toBe(unused.length);
  expect(view.referenceCount).toBe(model.seen.size);
}

describe('a blob', () => {
  test('is queued exactly while no record names it: copies, parts, completions, aborts, restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 60 }), async (walk) => {
        const directory = await newDirectory();
        const model = new Model();
        const ended: string[] = [];
        let view = await openView(directory);
        for (const step of walk) {
          take(model, step, ended);
          if (step.kind === 'apply') {
            await feed(view, model.messages);
            expectExact(view, model);
          }
          if (step.kind !== 'restart') continue;
          await view.close();
          view = await openView(directory);
        }
        await feed(view, model.messages);
        // Once more: what was applied is not applied again.
        await view.apply({ messages: model.messages, ...view.position });
        expectExact(view, model);
        for (const id of model.uploads.keys()) {
          const address = { bucketId: BUCKET, key: 'k', uploadId: id };
          const numbers = view.listParts(address, 0, 100).parts.map(({ record }) => record.number);
          expect(numbers).toEqual([...(model.uploads.get(id)?.keys() ?? [])].sort());
        }
        for (const id of ended) {
          const address = { bucketId: BUCKET, key: 'k', uploadId: id };
          expect(view.listParts(address, 0, 100).parts).toEqual([]);
        }
        await view.reset();
        expect(queued(view).sort()).toEqual(
          [...model.seen.keys()].filter((w) => !model.named().has(w)).sort(),
        );
        await feed(view, model.messages);
        expectExact(view, model);
        await view.close();
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('that was reclaimed is forgotten; one that is named again while it is taken out keeps its count', async () => {
    const view = await openView(await newDirectory());
    const model = new Model();
    const [gone, back] = [someBlob(), someBlob()];
    model.putObject('a', [gone, back]);
    model.removeObject('a');
    await feed(view, model.messages);
    const ids = view.reclaim.ripe(systemClock.nowMs(), 10).map(({ id }) => id);
    model.putObject('b', [back]);
    await Promise.all([feed(view, model.messages), view.reclaim.remove(ids)]);
    expect(view.reclaim.length).toBe(0);
    expect(view.referenceCount).toBe(1);
    model.removeObject('b');
    await feed(view, model.messages);
    expect(queued(view)).toEqual([back.write]);
    await view.close();
  });

  test('may be named by a record that cannot be read: nothing is handed out until that is gone', async () => {
    const view = await openView(await newDirectory());
    const model = new Model();
    model.putObject('a', [someBlob()]);
    model.removeObject('a');
    const strange = { subject: objectSubject(BUCKET, 'x'), payload: Buffer.from('{"v":9}'), sequence: 3 };
    model.messages.push(strange);
    await feed(view, model.messages);
    expect(queued(view)).toEqual([]);
    model.removeObject('x');
    await feed(view, model.messages);
    expect(queued(view)).toHaveLength(1);
    await view.close();
  });
});
