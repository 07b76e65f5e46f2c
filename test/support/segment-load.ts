// A process that stores and deletes shards until it is killed, and says what was acknowledged.
//
// Arguments: data directory, number of the first shard. A line `+ <number> <length>` follows every commit, `- <number>` announces
// a delete and `x <number>` follows it. Shards with an odd thousandth are begun and never committed.

import { writeSync } from 'node:fs';
import { bytesOf, hashOf, keyOf, openStore, recordOf } from './segment-stores.ts';

const WRITERS = 8;
const LENGTHS = [0, 1, 4096, 8192, 8193, 65_536, 300_000];

const [directory = '', first = '0'] = process.argv.slice(2);
const shards = await openStore(directory, { segmentBytesMax: 2_000_000 });
let next = Number(first);

async function oneShard(): Promise<void> {
  const number = next++;
  const key = keyOf(number);
  const lengthBytes = LENGTHS[number % LENGTHS.length] ?? 0;
  const writer = await shards.append({ key, objectHash: hashOf(key), lengthBytes });
  await writer.write(bytesOf(key, lengthBytes));
  if (number % 11 === 10) return;
  await writer.commit(recordOf(key));
  writeSync(1, `+ ${number} ${lengthBytes}\n`);
  if (number % 5 !== 4) return;
  writeSync(1, `- ${number}\n`);
  await shards.delete([key]);
  writeSync(1, `x ${number}\n`);
}

writeSync(1, 'ready\n');
await Promise.all(
  Array.from({ length: WRITERS }, async () => {
    for (;;) await oneShard();
  }),
);
