// Objects of the fake store: how bodies come in, are checked, and go out again.

import { createHash } from 'node:crypto';
import { S3Error } from '../../src/contracts/s3-errors.ts';
import { s3ErrorOf } from '../../src/contracts/s3-error-of.ts';
import type { IncomingBody } from '../../src/core/body.ts';
import { PredastoreError } from '../../src/core/errors.ts';
import { createDigest } from '../../src/platform/digests.ts';

export interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: string;
  readonly parameters: Record<string, unknown>;
  readonly checksums: Record<string, string>;
  /** Sizes of the parts it was uploaded in. */
  readonly parts?: readonly number[];
}

const CHECKSUM_NAMES: Readonly<Record<string, string>> = {
  crc32: 'ChecksumCRC32',
  crc32c: 'ChecksumCRC32C',
  crc64nvme: 'ChecksumCRC64NVME',
  sha1: 'ChecksumSHA1',
  sha256: 'ChecksumSHA256',
};

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Takes a body in and checks it the way `objects/` does. */
export async function receive(
  body: IncomingBody,
): Promise<{ bytes: Buffer; md5: string; checksums: Record<string, string> }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of body.bytes) parts.push(part);
  } catch (error) {
    throw s3ErrorOf(error);
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length !== body.lengthBytes) throw s3ErrorOf(new PredastoreError('body-incomplete', 'too short'));
  const checksums: Record<string, string> = {};
  for (const claim of body.claims()) {
    const digest = await createDigest(claim.algorithm);
    digest.update(bytes);
    const actual = digest.finish();
    if (!actual.equals(claim.digest)) {
      throw new S3Error(claim.signedPayload === true ? 'XAmzContentSHA256Mismatch' : 'BadDigest');
    }
    const name = CHECKSUM_NAMES[claim.algorithm];
    if (name !== undefined && claim.signedPayload !== true) checksums[name] = actual.toString('base64');
  }
  return { bytes, md5: createHash('md5').update(bytes).digest('hex'), checksums };
}

export async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

export function rangeOf(header: unknown, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(typeof header === 'string' ? header : '');
  if (match === null) return undefined;
  const start = Number(match[1]);
  if (start >= size) {
    throw new S3Error('InvalidRange', undefined, { headers: { 'Content-Range': `bytes */${size}` } });
  }
  return { start, end: match[2] === '' ? size : Math.min(size, Number(match[2]) + 1) };
}
