// Metadata out of the shards of two stopped nodes on different machines: what one exports, the other rebuilds from.

import { createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RECORD_FILE_END, writeRecordFile } from '../../../src/bin/maintenance/record-file.ts';
import {
  metadataFromShards,
  shardsOf,
  type StoppedNode,
} from '../../../src/bin/maintenance/shard-metadata.ts';
import type { BlobRecord, ObjectRecord } from '../../../src/contracts/records.ts';
import { composeWriteId, nodeId } from '../../../src/core/ids.ts';
import { dataDirectoryOf } from '../../../src/host/data-directory.ts';
import { encodeSealedRecord, sealedBucketOf } from '../../../src/metadata/sealed-record.ts';
import { View } from '../../../src/metadata/view.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { someBucket } from '../../support/metadata-planes.ts';
import { MASTER_KEY, hashOf, openStore, temporaryDirectory } from '../../support/segment-stores.ts';

const NODES = [1, 2, 3].map(nodeId);
const BUCKET = someBucket('carried');
let base: string;
let first: StoppedNode;
let second: StoppedNode;

beforeEach(async () => {
  base = await temporaryDirectory();
  [first, second] = [1, 2].map((id) => ({
    id: nodeId(id),
    directory: dataDirectoryOf(base, nodeId(id)),
  })) as [StoppedNode, StoppedNode];
  for (const { directory } of [first, second]) await mkdir(directory.path, { recursive: true });
});
afterEach(() => rm(base, { recursive: true }));

function objectOf(salt: number): ObjectRecord {
  const write = composeWriteId(1_700_000_000_000 + salt, NODES[0]!, Buffer.alloc(8, salt));
  const blob: BlobRecord = { write, size: 20_000, k: 2, m: 1, cell: 65_536, epoch: 1, nodes: NODES };
  const modified = new Date(1_700_000_000_000 + salt).toISOString();
  return {
    v: 1,
    size: 20_000,
    etag: `${salt}`,
    modified,
    headers: {},
    meta: {},
    blobs: [blob],
    request: 'q',
  };
}

/** Stores shard `index` of every object; what is in `deleted` is taken away again. */
async function fill(
  node: StoppedNode,
  index: number,
  keys: readonly string[],
  deleted: string,
): Promise<void> {
  const store = await openStore(node.directory.segments);
  for (const [salt, name] of keys.entries()) {
    const record = objectOf(salt);
    const key = { writeId: record.blobs[0]!.write, index };
    const writer = await store.append({ key, objectHash: hashOf(key), lengthBytes: 100 });
    await writer.write(Buffer.alloc(100));
    const sealed = { bucket: BUCKET.id, key: name, in: sealedBucketOf(BUCKET), record };
    await writer.commit(encodeSealedRecord(sealed));
    if (name === deleted) await store.delete([key]);
  }
  await store.close();
}

async function exported(node: StoppedNode): Promise<string> {
  const directory = join(first.directory.path, 'rebuild');
  await mkdir(directory, { recursive: true });
  const file = join(directory, `node-${node.id}${RECORD_FILE_END}`);
  await writeRecordFile(
    node.id,
    shardsOf(node, KEYS, () => undefined),
    createWriteStream(file),
  );
  return file;
}

/** In the middle of a change of keys: the directories are still wrapped with the one before. */
const KEYS = { masterKey: Buffer.alloc(32, 0x5e), previousMasterKey: MASTER_KEY };

const plan = (applies: boolean) => ({
  nodes: [first],
  target: first,
  keys: KEYS,
  applies,
  completesUploads: false,
  fromCopies: false,
});

test('what node 2 exports comes back on node 1; what was deleted everywhere does not', async () => {
  await fill(first, 0, ['a', 'b', 'gone'], 'gone');
  await fill(second, 1, ['a', 'b', 'gone'], 'gone');
  await exported(second);
  const dry = await metadataFromShards(plan(false));
  expect(dry).toMatchObject({ nodes: [1, 2], shards: 4, buckets: 1, objects: 2, unreadable: 0 });
  expect(await readdir(first.directory.path)).not.toContain('view');
  await metadataFromShards(plan(true));
  const view = await View.open({ directory: first.directory.view, clock: systemClock, logger: silentLogger });
  const kinds = [...view.records()].map(({ kind }) => kind);
  expect(view.stream).toMatch(/^sealed records, /);
  await view.close();
  expect(kinds).toEqual(['bucket', 'object', 'object']);
  expect(await readdir(first.directory.path)).toContain('restore-metadata');
  // A view that knows more is not replaced by what shards know.
  await expect(metadataFromShards(plan(true))).rejects.toMatchObject({ code: 'invalid-config' });
});

test('a file that was cut off, or given twice, is refused: its shards would be taken for deleted', async () => {
  await fill(first, 0, ['a'], '');
  await fill(second, 1, ['a'], '');
  const file = await exported(second);
  const whole = await readFile(file);
  await writeFile(file, whole.subarray(0, whole.length - 12));
  await expect(metadataFromShards(plan(false))).rejects.toMatchObject({ code: 'invalid-config' });
  await writeFile(file, whole);
  await writeFile(file.replace('node-2', 'again'), whole);
  await expect(metadataFromShards(plan(false))).rejects.toThrow('which was read already');
});
