// A body that is hashed on its way through: what tells a repetition from another request under the same key.

import { createHash } from 'node:crypto';
import type { IncomingBody } from '../../core/body.ts';

export interface HashedBody {
  readonly body: IncomingBody;
  /** SHA-256 in base64 of the whole body; undefined before its end. */
  sha256(): string | undefined;
}

export function hashedBody(body: IncomingBody): HashedBody {
  const hash = createHash('sha256');
  let digest: string | undefined;
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const piece of body.bytes) {
      hash.update(piece);
      yield piece;
    }
    digest = hash.digest('base64');
  }
  const { lengthBytes, announced } = body;
  const hashed = { lengthBytes, announced, bytes: pass(), claims: () => body.claims() };
  return { body: hashed, sha256: () => digest };
}

/** Reads a body to its end. */
export async function sha256Of(body: IncomingBody): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of body.bytes) hash.update(piece);
  return hash.digest('base64');
}
