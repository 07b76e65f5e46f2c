// What one node knows of the shards it holds, as a file that can be carried to another machine: `s3d export-records`.
//
// gzip of lines of JSON: { "v": 1, "node": 2 }, then { "write", "index", "seal" } for every shard, then { "shards": <their number> }.
// Invariants:
//   1. A file that was cut off, or is not one, is refused as a whole: shards that are not in it would be taken for deleted.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { messageOf, PredastoreError } from '../../core/errors.ts';
import { nodeId, parseWriteId, type NodeId } from '../../core/ids.ts';
import type { FoundShard } from '../../metadata/gathered-seals.ts';

export const RECORD_FILE_END = '.records.gz';

export async function writeRecordFile(
  node: NodeId,
  shards: AsyncIterable<FoundShard>,
  to: Writable,
): Promise<number> {
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    yield `${JSON.stringify({ v: 1, node })}\n`;
    for await (const { write, index, seal } of shards) {
      count += 1;
      yield `${JSON.stringify({ write, index, seal: Buffer.from(seal).toString('utf8') })}\n`;
    }
    yield `${JSON.stringify({ shards: count })}\n`;
  }
  await pipeline(lines, createGzip(), to);
  return count;
}

export interface RecordFileHandlers {
  readonly node: (node: NodeId) => void;
  readonly shard: (shard: FoundShard) => void;
}

/** Throws `invalid-config` for a file that is not whole. */
export async function readRecordFile(path: string, handlers: RecordFileHandlers): Promise<void> {
  const input: Readable = createReadStream(path).pipe(createGunzip());
  let node: NodeId | undefined;
  let shards = 0;
  let isWhole = false;
  try {
    for await (const line of createInterface({ input })) {
      const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
      if (node === undefined) {
        if (fields['v'] !== 1) throw new Error('it is of an unknown version');
        node = nodeId(Number(fields['node']));
        handlers.node(node);
      } else if (fields['write'] === undefined) {
        isWhole = fields['shards'] === shards;
      } else {
        shards += 1;
        handlers.shard(shardOf(node, fields));
      }
    }
  } catch (error) {
    throw new PredastoreError('invalid-config', `${path} cannot be read: ${messageOf(error)}`, error);
  }
  if (!isWhole) throw new PredastoreError('invalid-config', `${path} was cut off: export it again`);
}

function shardOf(node: NodeId, { write, index, seal }: Readonly<Record<string, unknown>>): FoundShard {
  return {
    node,
    write: parseWriteId(String(write)),
    index: Number(index),
    seal: Buffer.from(String(seal), 'utf8'),
  };
}
