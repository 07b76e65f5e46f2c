// Writes into an LMDB of ours until the disk refuses, and then some: `full-disk-child.ts view|index DIRECTORY`. Says how far it came.
// A promise that nobody hears ends it, as it would end s3d.

import { randomBytes } from 'node:crypto';
import { View } from '../../src/metadata/view.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { parseWriteId } from '../../src/core/ids.ts';
import { openLmdbTables } from '../../src/segments/lmdb-tables.ts';
import { ShardIndex, type IndexEntry } from '../../src/segments/shard-index.ts';

const REFUSALS = 3;
const ROWS_PER_BATCH = 50;
/** The library tells of a failure in several turns of the event loop. */
const AFTERMATH_MS = 200;

type Write = (number: number) => Promise<void>;

async function viewWriter(directory: string): Promise<Write> {
  const view = await View.open({ directory, clock: systemClock, logger: silentLogger });
  const record = {
    v: 1,
    size: 0,
    etag: 'e'.repeat(500),
    modified: '',
    headers: {},
    meta: {},
    blobs: [],
    request: '',
  };
  const payload = Buffer.from(JSON.stringify(record));
  return async (number) => {
    const first = number * ROWS_PER_BATCH + 1;
    const messages = Array.from({ length: ROWS_PER_BATCH }, (_, at) => ({
      subject: `$KV.s3.o.bucket.key${first + at}`,
      sequence: first + at,
      payload,
    }));
    const applied = first + ROWS_PER_BATCH - 1;
    await view.apply({ messages, applied, safe: applied });
  };
}

function indexWriter(directory: string): Write {
  const index = ShardIndex.open(directory, openLmdbTables);
  return async () => {
    const put = Array.from({ length: ROWS_PER_BATCH }, anyEntry);
    await index.apply({ put, remove: [], totals: new Map() });
  };
}

function anyEntry(): IndexEntry {
  const numbers = { offset: 4096, firstFragment: 1, shardNumber: 1, lengthBytes: 1, keyEpoch: 1 };
  return {
    key: { writeId: parseWriteId(randomBytes(16).toString('hex')), index: 0 },
    objectHash: randomBytes(32),
    extent: { segment: 1, ...numbers },
    rowOffset: 4096,
    rowBytes: 128,
  };
}

const [what = '', directory = ''] = process.argv.slice(2);
const write = what === 'view' ? await viewWriter(directory) : indexWriter(directory);
let number = 0;
for (let refusals = 0; refusals < REFUSALS;) {
  try {
    await write(number);
    number += 1;
  } catch {
    refusals += 1; // what the test is about: the writer is told, and nothing else happens
  }
}
await systemClock.sleep(AFTERMATH_MS);
process.stdout.write(`${number * ROWS_PER_BATCH}\n`);
process.exit(0);
