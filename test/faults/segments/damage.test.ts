// Files that rot, are cut short or go missing: always an error, never other bytes.

import { readFile, rm, stat, truncate, writeFile, appendFile, cp, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { unwrapWith } from '../../../src/segments/data-key.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { scanSidecar, type SidecarItem } from '../../../src/segments/sidecar.ts';
import { decodeState } from '../../../src/segments/state-file.ts';
import { systemFiles } from '../../../src/platform/files.ts';
import {
  MASTER_KEY,
  bytesOf,
  inTemporaryDirectory,
  keyOf,
  load,
  openStore,
  recordOf,
  store,
} from '../../support/segment-stores.ts';

const HEADER = 4096;
const FRAGMENT = 8240;
const SIZE = 3 * 8192 + 700;
const SEGMENT = 'segments/0000000000000001.seg';
const SIDECAR = 'segments/0000000000000001.idx';

/** A closed store with shards 1 … `count`. */
async function filled<T>(count: number, work: (directory: string) => Promise<T>): Promise<T> {
  return inTemporaryDirectory(async (directory) => {
    const shards = await openStore(directory);
    for (let number = 1; number <= count; number += 1) await store(shards, keyOf(number), SIZE);
    await shards.close();
    return work(directory);
  });
}

async function withStore<T>(directory: string, work: (shards: ShardStore) => Promise<T>): Promise<T> {
  const shards = await openStore(directory);
  try {
    return await work(shards);
  } finally {
    await shards.close();
  }
}

async function flip(path: string, at: number, bit: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte[0]! ^= 1 << bit;
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

async function sidecarItems(directory: string): Promise<SidecarItem[]> {
  const { storeId, keySlots } = decodeState(await readFile(join(directory, 'state')));
  const file = await systemFiles.open(join(directory, SIDECAR), 'read');
  try {
    const items: SidecarItem[] = [];
    const { keys } = unwrapWith([MASTER_KEY], storeId, keySlots);
    for await (const item of scanSidecar(file, keys, 1)) items.push(item);
    return items;
  } finally {
    await file.close();
  }
}

describe('a segment', () => {
  test('with any bit flipped answers shard-corrupt for the shard that lies there, and serves the others', async () => {
    await filled(2, async (directory) => {
      const path = join(directory, SEGMENT);
      const length = 2 * 4 * FRAGMENT;
      await withStore(directory, async (shards) => {
        // Every byte of a fragment's header and edges, and a walk over everything else.
        const positions = Array.from({ length: 40 }, (_, at) => at);
        for (let at = 40; at < length; at += 997) positions.push(at);
        for (let edge = FRAGMENT; edge <= length; edge += FRAGMENT)
          positions.push(edge - 1, edge - 16, edge - 17);
        for (const at of positions) {
          await flip(path, HEADER + at, at % 8);
          const damaged = at < 4 * FRAGMENT ? 1 : 2;
          await expect(load(shards, keyOf(damaged))).rejects.toMatchObject({ code: 'shard-corrupt' });
          const other = keyOf(3 - damaged);
          expect((await load(shards, other))?.equals(bytesOf(other, SIZE))).toBe(true);
          await flip(path, HEADER + at, at % 8);
        }
        expect((await load(shards, keyOf(1)))?.equals(bytesOf(keyOf(1), SIZE))).toBe(true);
      });
    });
  });

  test('serves the fragments before the damage, and nothing of the damaged one', async () => {
    await filled(1, async (directory) => {
      await flip(join(directory, SEGMENT), HEADER + 2 * FRAGMENT + 100, 0);
      await withStore(directory, async (shards) => {
        const range = { start: 0, end: 2 * 8192 };
        expect(await load(shards, keyOf(1), range)).toEqual(bytesOf(keyOf(1), SIZE).subarray(0, 2 * 8192));
        const beyond = { start: 0, end: 2 * 8192 + 1 };
        await expect(load(shards, keyOf(1), beyond)).rejects.toMatchObject({ code: 'shard-corrupt' });
      });
    });
  });

  test('with two fragments swapped, or one copied from another shard, is damaged', async () => {
    await filled(2, async (directory) => {
      const path = join(directory, SEGMENT);
      const sound = await readFile(path);
      const at = (fragment: number): number => HEADER + fragment * FRAGMENT;
      const swapped = Buffer.from(sound);
      sound.copy(swapped, at(0), at(1), at(2));
      sound.copy(swapped, at(1), at(0), at(1));
      sound.copy(swapped, at(4), at(0), at(1));
      await writeFile(path, swapped);
      await withStore(directory, async (shards) => {
        await expect(load(shards, keyOf(1))).rejects.toMatchObject({ code: 'shard-corrupt' });
        await expect(load(shards, keyOf(2))).rejects.toMatchObject({ code: 'shard-corrupt' });
      });
    });
  });

  test('cut short or missing answers shard-corrupt, and the store opens and goes on', async () => {
    await filled(2, async (directory) => {
      const path = join(directory, SEGMENT);
      await truncate(path, HEADER + 5 * FRAGMENT);
      await withStore(directory, async (shards) => {
        expect((await load(shards, keyOf(1)))?.equals(bytesOf(keyOf(1), SIZE))).toBe(true);
        await expect(load(shards, keyOf(2))).rejects.toMatchObject({ code: 'shard-corrupt' });
      });
      await rm(path);
      await withStore(directory, async (shards) => {
        await expect(load(shards, keyOf(1))).rejects.toMatchObject({ code: 'shard-corrupt' });
        await store(shards, keyOf(3), SIZE);
        expect(await shards.delete([keyOf(1), keyOf(2)])).toBe(2);
        expect(await shards.status()).toMatchObject({ shards: 1, segments: 1 });
      });
    });
  });

  test('with a damaged header still serves its shards', async () => {
    await filled(1, async (directory) => {
      await flip(join(directory, SEGMENT), 20, 3);
      await withStore(directory, async (shards) => {
        expect((await load(shards, keyOf(1)))?.equals(bytesOf(keyOf(1), SIZE))).toBe(true);
      });
    });
  });
});

describe('a sidecar', () => {
  test('names every committed shard with its record', async () => {
    await filled(5, async (directory) => {
      const items = await sidecarItems(directory);
      expect(items.map((item) => (item.kind === 'row' ? item.row.identity.key : item.kind))).toEqual(
        [1, 2, 3, 4, 5].map((number) => keyOf(number)),
      );
      for (const item of items) {
        if (item.kind === 'row') expect(item.row.record).toEqual(recordOf(item.row.identity.key));
      }
    });
  });

  test('torn in its last row loses that row only, at whatever byte it was torn', async () => {
    await filled(3, async (directory) => {
      const path = join(directory, SIDECAR);
      const { size } = await stat(path);
      const rows = await sidecarItems(directory);
      const lastAt = rows[2]!.offset;
      for (const cut of [size - 1 - 64, lastAt + 100, lastAt + 31, lastAt + 1]) {
        await truncate(path, cut);
        const items = await sidecarItems(directory);
        expect(items.map(({ kind }) => kind)).toEqual(['row', 'row', 'damage']);
      }
      await withStore(directory, async (shards) => {
        expect(Buffer.from((await shards.record(keyOf(2)))!)).toEqual(recordOf(keyOf(2)));
        await expect(shards.record(keyOf(3))).rejects.toMatchObject({ code: 'shard-corrupt' });
        expect((await load(shards, keyOf(3)))?.equals(bytesOf(keyOf(3), SIZE))).toBe(true);
        await store(shards, keyOf(4), SIZE);
      });
    });
  });

  test('with a damaged row in the middle, or garbage at its end, keeps the other rows', async () => {
    await filled(3, async (directory) => {
      const path = join(directory, SIDECAR);
      const [, second] = await sidecarItems(directory);
      // Length field, number, sealed bytes: whatever is hit, the next row is found again.
      for (const at of [5, 12, 40]) {
        await flip(path, second!.offset + at, 2);
        expect((await sidecarItems(directory)).map(({ kind }) => kind)).toEqual(['row', 'damage', 'row']);
        await flip(path, second!.offset + at, 2);
      }
      await appendFile(path, Buffer.alloc(1000, 0x55));
      expect((await sidecarItems(directory)).map(({ kind }) => kind)).toEqual([
        'row',
        'row',
        'row',
        'damage',
      ]);
    });
  });

  test('without its segment is removed at the next start', async () => {
    await filled(1, async (directory) => {
      await cp(join(directory, SIDECAR), join(directory, 'segments/0000000000000000.idx'));
      await withStore(directory, async (shards) => {
        expect((await shards.status()).segments).toBe(1);
      });
      await expect(stat(join(directory, 'segments/0000000000000000.idx'))).rejects.toMatchObject({
        code: 'ENOENT',
      });
    });
  });
});

describe('a state file', () => {
  test('that is damaged is refused', async () => {
    await filled(1, async (directory) => {
      await flip(join(directory, 'state'), 45, 1);
      await expect(openStore(directory)).rejects.toMatchObject({ code: 'store-damaged' });
      await flip(join(directory, 'state'), 45, 1);
      await withStore(directory, async (shards) => {
        expect(await shards.stat(keyOf(1))).toBeDefined();
      });
    });
  });

  test('from an earlier day is refused: its numbers were used since', async () => {
    await filled(1, async (directory) => {
      const path = join(directory, 'state');
      const old = await readFile(path);
      await withStore(directory, (shards) => store(shards, keyOf(2), 10));
      await writeFile(path, old);
      await expect(openStore(directory)).rejects.toMatchObject({ code: 'store-rewound' });
    });
  });

  test('from before the last start is refused even when nothing was written since', async () => {
    await filled(1, async (directory) => {
      const path = join(directory, 'state');
      const old = await readFile(path);
      await withStore(directory, (shards) => shards.status());
      await writeFile(path, old);
      await expect(openStore(directory)).rejects.toMatchObject({ code: 'store-rewound' });
    });
  });
});
