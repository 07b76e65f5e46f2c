// A body from the store that survives the loss of its stream: what is missing is asked for with a range and the entity
// tag of the first answer, so that bytes of two versions are never joined.
//
//   1. Bytes come in order, each once. An object that changed meanwhile ends the body with the first failure.
//   2. A whole object is compared with its MD5 entity tag or full checksum, where it has one, before the end is reported.

import type { OutgoingBody } from '../core/body.ts';
import { collect } from '../core/body.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { createDigest, type Digest } from '../platform/digests.ts';
import type { CallReply } from './call.ts';
import type { Retry } from './retry.ts';

/** Iterate it, or take it whole. One or the other, once. */
export interface ReceivedBody extends AsyncIterable<Uint8Array> {
  readonly lengthBytes: number;
  /** Everything; refuses more than `limitBytes` (64 MiB unless said otherwise). */
  bytes(limitBytes?: number): Promise<Buffer>;
  text(limitBytes?: number): Promise<string>;
}

type BodyReply = CallReply & { readonly body: OutgoingBody };

export interface ResumeParts {
  readonly first: BodyReply;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly verify: boolean;
  readonly retry: Retry;
  /** The same request with more parameters. */
  readonly fetch: (more: Readonly<Record<string, unknown>>) => Promise<CallReply>;
}

const WHOLE_BYTES_MAX = 64 * 1024 * 1024;
const RANGE_PATTERN = /^bytes (\d+)-(\d+)\//;
const MD5_PATTERN = /^"([0-9a-f]{32})"$/;

export function resumingBody(parts: ResumeParts): ReceivedBody {
  const { lengthBytes } = parts.first.body;
  const whole = (limitBytes: number): Promise<Buffer> => collect(read(parts), limitBytes);
  return {
    lengthBytes,
    [Symbol.asyncIterator]: () => read(parts),
    bytes: (limitBytes = WHOLE_BYTES_MAX) => whole(limitBytes),
    text: async (limitBytes = WHOLE_BYTES_MAX) => (await whole(limitBytes)).toString('utf8'),
  };
}

async function* read(parts: ResumeParts): AsyncGenerator<Uint8Array> {
  const { first, retry } = parts;
  const expected = parts.verify ? await expectationOf(first.result) : undefined;
  let body = first.body;
  let received = 0;
  for (;;) {
    try {
      for await (const piece of body.bytes) {
        received += piece.length;
        retry.progressed();
        expected?.digest.update(piece);
        yield piece;
      }
      break;
    } catch (error) {
      await retry.again(s3ErrorOf(error), true);
      if (received === first.body.lengthBytes) break;
      body = await refetch(parts, received, error);
    }
  }
  if (expected === undefined || expected.digest.finish().equals(expected.value)) return;
  throw new S3Error(
    'BadDigest',
    'The object that arrived does not have the checksum of the object that was stored.',
  );
}

async function refetch(parts: ResumeParts, received: number, cause: unknown): Promise<OutgoingBody> {
  const { first, fetch, retry } = parts;
  const start = startOf(first.result) + received;
  const end = startOf(first.result) + first.body.lengthBytes - 1;
  const rest = { Range: `bytes=${start}-${end}`, IfMatch: first.result['ETag'] };
  let version = {};
  for (;;) {
    try {
      const { body } = await fetch({ ...rest, ...version });
      if (body?.lengthBytes === end - start + 1) return body;
      await body?.bytes[Symbol.asyncIterator]().return?.();
      throw s3ErrorOf(cause);
    } catch (error) {
      const failure = s3ErrorOf(error);
      if (failure.code !== 'PreconditionFailed' && failure.code !== 'NoSuchKey') {
        await retry.again(failure, true);
        continue;
      }
      // Another object is there now: ours may still be a version. In a bucket without versions what is missing of it is gone.
      const { VersionId } = first.result;
      if (VersionId === undefined || 'VersionId' in version) throw s3ErrorOf(cause);
      version = { VersionId };
    }
  }
}

/** Where in the object the body begins. */
function startOf(result: Readonly<Record<string, unknown>>): number {
  const { ContentRange: text } = result;
  const range = typeof text === 'string' ? RANGE_PATTERN.exec(text) : null;
  return range === null ? 0 : Number(range[1]);
}

/** The digest that a whole object must have, when the reply tells one. */
async function expectationOf(
  result: Readonly<Record<string, unknown>>,
): Promise<{ digest: Digest; value: Buffer } | undefined> {
  if (result['ContentRange'] !== undefined) return undefined;
  const crc = result['ChecksumCRC32C'];
  if (typeof crc === 'string' && result['ChecksumType'] === 'FULL_OBJECT')
    return { digest: await createDigest('crc32c'), value: Buffer.from(crc, 'base64') };
  // With encryption by the customer's key an entity tag is no MD5.
  const isPlain = result['SSECustomerAlgorithm'] === undefined;
  const md5 = isPlain ? MD5_PATTERN.exec(String(result['ETag']))?.[1] : undefined;
  return md5 === undefined
    ? undefined
    : { digest: await createDigest('md5'), value: Buffer.from(md5, 'hex') };
}
