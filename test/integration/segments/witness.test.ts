// A data directory that is an older copy of itself: noticed from outside, because it cannot be noticed from inside.

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Numbers } from '../../../src/segments/numbers.ts';
import { StateFile } from '../../../src/segments/state-file.ts';
import { StateWitness } from '../../../src/segments/state-witness.ts';
import { systemFiles } from '../../../src/platform/files.ts';
import { MemoryWitness } from '../../support/memory-witness.ts';
import {
  FAST_DISK,
  inTemporaryDirectory,
  keyOf,
  load,
  openStore,
  store,
} from '../../support/segment-stores.ts';

const WINDOW = 2 ** 20;

async function withCopies(work: (directory: string, copy: string) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(
    async (parent) => work(join(parent, 'original'), join(parent, 'copy')),
    FAST_DISK,
  );
}

test('a directory that was put back as a whole to an earlier day is refused, and says what to do', async () => {
  await withCopies(async (directory, copy) => {
    const witness = new MemoryWitness();
    const first = await openStore(directory, { witness });
    await store(first, keyOf(1), 10);
    await first.close();
    await cp(directory, copy, { recursive: true });
    const second = await openStore(directory, { witness });
    await store(second, keyOf(2), 10);
    await second.close();
    await expect(openStore(copy, { witness })).rejects.toMatchObject({
      code: 'store-rewound',
      message: expect.stringMatching(/older copy.*start with an empty one/),
    });
    // The directory itself goes on.
    const third = await openStore(directory, { witness });
    expect(await load(third, keyOf(2))).toHaveLength(10);
    await third.close();
    // Without a witness nobody notices: that is what it is for.
    await (await openStore(copy)).close();
  });
});

test('of two processes with copies of one directory one stops when it needs new numbers, and none is used twice', async () => {
  await withCopies(async (directory, copy) => {
    const witness = new MemoryWitness();
    await (await openStore(directory, { witness })).close();
    const begin = async (path: string) => {
      const state = (await StateFile.load(systemFiles, path))!;
      state.attach(await StateWitness.begin(witness, state.current, path));
      await state.updateWitnessed(() => ({}));
      return new Numbers(state);
    };
    const used = new Set<number>();
    const take = async (numbers: Numbers, fragments: number): Promise<void> => {
      const { firstFragment } = await numbers.take(fragments);
      for (const number of [firstFragment, firstFragment + fragments - 1]) {
        expect(used.has(number)).toBe(false);
        used.add(number);
      }
    };
    const ours = await begin(directory);
    await take(ours, 100);
    // The copy is made while we run, and knows as much as the witness.
    await cp(directory, copy, { recursive: true });
    const theirs = await begin(copy);
    await take(theirs, 100);
    await take(ours, 100);
    await take(theirs, WINDOW);
    await expect(take(ours, WINDOW)).rejects.toMatchObject({ code: 'store-rewound' });
    await expect(take(ours, WINDOW)).rejects.toMatchObject({ code: 'store-rewound' });
  });
});

test('two copies that start at the same moment: one is refused', async () => {
  await withCopies(async (directory, copy) => {
    const witness = new MemoryWitness();
    await (await openStore(directory, { witness })).close();
    await cp(directory, copy, { recursive: true });
    const starts = await Promise.allSettled([
      openStore(directory, { witness }),
      openStore(copy, { witness }),
    ]);
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const start of starts) {
      if (start.status === 'fulfilled') await start.value.close();
      else expect(start.reason).toMatchObject({ code: 'store-rewound' });
    }
  });
});

test('a witness out of reach stops the start, and an answer that was lost is not taken for somebody else', async () => {
  await withCopies(async (directory) => {
    const witness = new MemoryWitness();
    for (const trouble of ['unanswered', 'lost answer'] as const) {
      witness.trouble = trouble;
      await expect(openStore(directory, { witness })).rejects.toMatchObject({ code: 'metadata-unavailable' });
      witness.trouble = 'none';
      const shards = await openStore(directory, { witness });
      witness.trouble = trouble;
      await expect(store(shards, keyOf(1), 10)).rejects.toMatchObject({ code: 'metadata-unavailable' });
      witness.trouble = 'none';
      await store(shards, keyOf(1), 10);
      await shards.delete([keyOf(1)]);
      await shards.close();
    }
  });
});

test('the next window is reserved before the last one is used up: an outage of the witness stops nobody meanwhile', async () => {
  await withCopies(async (directory) => {
    const witness = new MemoryWitness();
    await (await openStore(directory, { witness })).close();
    const state = (await StateFile.load(systemFiles, directory))!;
    state.attach(await StateWitness.begin(witness, state.current, 'us'));
    const numbers = new Numbers(state);
    await numbers.take(1);
    witness.trouble = 'unanswered';
    const writesBefore = witness.writes;
    await numbers.take(WINDOW / 2 + 1);
    await numbers.take(WINDOW / 4);
    while (witness.writes === writesBefore) await new Promise((ready) => setTimeout(ready, 1));
    await expect(numbers.take(WINDOW)).rejects.toMatchObject({ code: 'metadata-unavailable' });
    witness.trouble = 'none';
    await numbers.take(WINDOW);
  });
});
