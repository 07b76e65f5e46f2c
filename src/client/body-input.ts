// What a program may give as a body, as a body on its way in. A CRC32C is computed on the way and claimed at the end, so that
// the node refuses what the wire changed.

import type { IncomingBody } from '../core/body.ts';
import { once } from '../core/body.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { createDigest, type Digest } from '../platform/digests.ts';

/** Text is UTF-8. A stream (Node's Readable is one) needs `ContentLength` among the parameters, and is read once. */
export type BodyInput = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface BodySource {
  /** Whether `open` may be called more than once. */
  readonly repeatable: boolean;
  open(): IncomingBody;
}

export function incomingBody(given: BodyInput, parameters: Readonly<Record<string, unknown>>): BodySource {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given;
  if (bytes instanceof Uint8Array) {
    return { repeatable: true, open: () => claimed(once(bytes), bytes.length) };
  }
  const length = parameters['ContentLength'];
  if (typeof length !== 'number')
    throw new S3Error('MissingContentLength', 'Give ContentLength together with a stream as Body.');
  return { repeatable: false, open: () => claimed(bytes, length) };
}

function claimed(bytes: AsyncIterable<Uint8Array>, lengthBytes: number): IncomingBody {
  let digest: Digest | undefined;
  async function* pass(): AsyncGenerator<Uint8Array> {
    digest = await createDigest('crc32c');
    for await (const piece of bytes) {
      digest.update(piece);
      yield piece;
    }
  }
  return {
    lengthBytes,
    bytes: pass(),
    announced: ['crc32c'],
    claims: () => (digest === undefined ? [] : [{ algorithm: 'crc32c', digest: digest.finish() }]),
  };
}
