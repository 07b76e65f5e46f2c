// Writes a golden store: a data directory that every later version has to read.
//
//   node --import ./test/support/typescript-hooks.js test/golden/segments/write-store.ts test/golden/segments/<name>
//
// Run once for a version of the format or of LMDB, then kept for ever; a golden store is never written again. Everything of the format
// occurs: shards of all shapes, a row without a shard, dead extents, moved extents, a replaced shard, a master key that was changed.

import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { bytesOf, hashOf, keyOf, openStore, recordOf, store } from '../../support/segment-stores.ts';

const [directory = ''] = process.argv.slice(2);
const FIRST_KEY = Buffer.alloc(32, 7);
const MASTER_KEY = Buffer.alloc(32, 8);
const OPTIONS = { segmentBytesMax: 4096 + 6 * 8240 };

async function replace(shards: ShardStore, number: number, lengthBytes: number): Promise<void> {
  const key = keyOf(number);
  const writer = await shards.append({ key, objectHash: hashOf(key), lengthBytes, replaces: true });
  await writer.write(bytesOf(key, lengthBytes));
  await writer.commit(recordOf(key));
}

await mkdir(directory);
const first = await openStore(directory, { ...OPTIONS, masterKey: FIRST_KEY });
const lengths = [0, 1, 100, 8191, 8192, 8193, 16_384, 20_000, 60_000, 5];
for (const [number, lengthBytes] of lengths.entries()) await store(first, keyOf(number, number % 3), lengthBytes);
await first.delete([keyOf(3, 0), keyOf(4, 1), keyOf(7, 1)]);
await first.compact();
await first.rotateMasterKey(MASTER_KEY);
await first.close();
const second = await openStore(directory, { ...OPTIONS, masterKey: MASTER_KEY });
await store(second, keyOf(20), 300);
await replace(second, 20, 300);
const shards = await Promise.all(
  (await second.list(undefined, 100)).map(async ({ key, lengthBytes }) => {
    const record = Buffer.from((await second.record(key)) ?? []).toString();
    const sha256 = createHash('sha256').update(bytesOf(key, lengthBytes)).digest('hex');
    return { ...key, lengthBytes, sha256, record };
  }),
);
await second.close();
await rm(join(directory, 'index', 'lock.mdb'), { force: true });
const manifest = {
  writtenWith: `Node ${process.version}, lmdb 3.5.6`,
  masterKey: MASTER_KEY.toString('hex'),
  shards,
};
await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n');
