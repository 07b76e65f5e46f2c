// The parser of copies of the metadata, given what was compressed: a mutated gzip would never get to it.

import { gunzipSync } from 'node:zlib';
import { nodeId, parseWriteId } from '../../../src/core/ids.ts';
import { readPlainCopy, writeCopy } from '../../../src/metadata/metadata-copy.ts';
import type { ViewSnapshot } from '../../../src/metadata/view-snapshot.ts';
import type { OpenFile } from '../../../src/platform/files.ts';
import { Wrong, type FuzzTarget } from './target.ts';

const RECORDS = ['$KV.s3.b.bucket', '$KV.s3.o.id.some.key', '$KV.s3.n.1'].map((subject) => ({
  kind: 'object' as const,
  subject,
  payload: Buffer.from(`{"of":"${subject}"}`),
}));
const REPLACED = parseWriteId('7'.repeat(32));

async function plainCopy(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const file: Partial<OpenFile> = {
    pwrite: (bytes) => {
      chunks.push(Buffer.from(bytes));
      return Promise.resolve();
    },
  };
  const snapshot: Partial<ViewSnapshot> = {
    state: { stream: 's', position: { applied: 9, safe: 9 } },
    *records() {
      yield* RECORDS;
    },
    *replaced() {
      yield REPLACED;
    },
  };
  const pace = (): Promise<void> => Promise.resolve();
  const work = {
    snapshot: snapshot as ViewSnapshot,
    node: nodeId(1),
    takenMs: 5,
    file: file as OpenFile,
    pace,
  };
  await writeCopy(work);
  return gunzipSync(Buffer.concat(chunks));
}

const seed = await plainCopy();
const known = new Set([
  REPLACED,
  ...RECORDS.map(({ subject, payload }) => `${subject} ${payload.toString()}`),
]);

export const COPY_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'metadata-copy',
    seeds: [seed],
    parse: async (input, chance) => {
      const items: string[] = [];
      const reading = readPlainCopy(pieces(input, chance.integer(1, input.length + 1)), 'fuzzed');
      for (;;) {
        const next = await reading.next();
        if (next.done === true) break;
        const { value } = next;
        items.push(value.kind === 'replaced' ? value.write : `${value.subject} ${value.payload.toString()}`);
      }
      // The digest covers every byte: whatever is accepted is what was written.
      if (items.length !== known.size || !items.every((item) => known.has(item)))
        throw new Wrong('a copy that nobody made');
    },
  },
];

async function* pieces(input: Buffer, bytes: number): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let at = 0; at < input.length; at += bytes) yield input.subarray(at, at + bytes);
}
