// The bytes of a range of an object, from the blobs that hold it.

import type { Cipher } from 'node:crypto';
import { PredastoreError } from '../core/errors.ts';
import { once, releasing, type ByteRange } from '../core/body.ts';
import { openBlob } from './read-blob.ts';
import type { BlobRecord } from '../contracts/records.ts';
import type { BlobContext } from './blob-context.ts';
import type { ObjectCipher } from './customer-key.ts';
import type { FoundBody } from './object-store.ts';

/** `gone`: the first blob was reclaimed, so the object has been replaced. No byte has been delivered. */
export type OpenRange = ({ readonly kind: 'open' } & FoundBody) | { readonly kind: 'gone' };

/** Opens the shards of the first blob; those of the later ones are opened when their turn comes. */
export async function openRange(
  context: BlobContext,
  blobs: readonly BlobRecord[],
  range: ByteRange,
  cipher?: ObjectCipher,
): Promise<OpenRange> {
  const lengthBytes = range.end - range.start;
  const [first, ...others] = partsOf(blobs, range);
  if (first === undefined)
    return { kind: 'open', body: { lengthBytes, bytes: once(new Uint8Array(0)) }, degradedShards: 0 };
  const opened = await openBlob(context, first.blob, first.range);
  if (opened.kind === 'gone') return opened;
  const plain = deciphered(opened.bytes, first, cipher);
  const all = others.length === 0 ? plain : chain(context, plain, { others, cipher });
  const bytes = releasing(all, opened.close);
  return { kind: 'open', body: { lengthBytes, bytes }, degradedShards: opened.degradedShards };
}

interface BlobPart {
  readonly blob: BlobRecord;
  /** In bytes of the blob. */
  readonly range: ByteRange;
}

/** The blobs that a range of the object touches, in order. */
function partsOf(blobs: readonly BlobRecord[], range: ByteRange): BlobPart[] {
  const parts: BlobPart[] = [];
  let offset = 0;
  for (const blob of blobs) {
    const start = Math.max(0, range.start - offset);
    const end = Math.min(blob.size, range.end - offset);
    if (start < end) parts.push({ blob, range: { start, end } });
    offset += blob.size;
  }
  return parts;
}

async function* chain(
  context: BlobContext,
  first: AsyncIterable<Uint8Array>,
  { others, cipher }: { readonly others: readonly BlobPart[]; readonly cipher: ObjectCipher | undefined },
): AsyncGenerator<Uint8Array> {
  yield* first;
  for (const part of others) {
    const { blob, range } = part;
    const opened = await openBlob(context, blob, range);
    if (opened.kind === 'gone')
      throw new PredastoreError('shards-unavailable', 'a part of the object is gone');
    yield* deciphered(opened.bytes, part, cipher);
  }
}

function deciphered(
  bytes: AsyncGenerator<Uint8Array>,
  { blob, range }: BlobPart,
  cipher: ObjectCipher | undefined,
): AsyncGenerator<Uint8Array> {
  return cipher === undefined ? bytes : decipher(bytes, cipher.stream(blob.write, range.start));
}

async function* decipher(bytes: AsyncIterable<Uint8Array>, stream: Cipher): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) yield stream.update(chunk);
}
