// A GET or HEAD answers from the local view where the leader confirms it; everything else the leader decides.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Step } from '../../support/memory-metadata.ts';
import { ObjectBench } from '../../support/object-bench.ts';

async function bench() {
  const objects = new ObjectBench();
  objects.metadata.viewIsCurrent = true;
  const steps: Step[] = [];
  objects.metadata.before = (step) => void steps.push(step);
  return { bench: objects, steps };
}

const nameOf = (objects: ObjectBench, key: string): string => `${objects.bucket.id}\0${key}`;

describe('a confirmed read', () => {
  test('does not ask the leader for the record', async () => {
    const { bench: objects, steps } = await bench();
    const bytes = randomBytes(300_000);
    await objects.put('a', bytes);
    steps.length = 0;
    expect((await objects.read('a')).equals(bytes)).toBe(true);
    expect(steps).not.toContain('object.get');
  });

  test('of a key that the view does not have asks the leader', async () => {
    const { bench: objects, steps } = await bench();
    await objects.put('a', randomBytes(10));
    objects.metadata.glimpsed = () => undefined;
    steps.length = 0;
    expect(await objects.read('a')).toHaveLength(10);
    expect(steps).toContain('object.get');
  });

  test('of what the view names wrongly ends with what the leader names', async () => {
    const { bench: objects } = await bench();
    const bytes = randomBytes(200_000);
    await objects.put('a', bytes);
    const held = objects.metadata.held.get(nameOf(objects, 'a'))!;
    const blobs = held.record.blobs.map((blob) => ({
      ...blob,
      write: blob.write.replace(/^./, 'f') as never,
    }));
    objects.metadata.glimpsed = () => ({ ...held, record: { ...held.record, blobs } });
    expect((await objects.read('a')).equals(bytes)).toBe(true);
  });
});
