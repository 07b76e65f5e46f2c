// aws-chunked bodies: whatever the chunk sizes and however the network cuts them, the payload comes out, and a change
// anywhere in a signed body is noticed.

import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AwsChunkedDecoder, type ChunkedFraming } from '../../../src/auth/chunked-body.ts';
import type { ChunkSigning } from '../../../src/auth/sigv4.ts';
import { errorCodeOf } from '../../../src/core/errors.ts';

const signing: ChunkSigning = {
  signingKey: Buffer.alloc(32, 7),
  scope: '20261122/eu-central-1/s3/aws4_request',
  timestamp: '20261122T120000Z',
  seedSignature: 'a'.repeat(64),
};

type Mode = 'signed' | 'signed-trailer' | 'unsigned-trailer';
const TRAILER = 'x-amz-checksum-crc32';

/** Writes a body by the book, independently of the decoder. */
function encode(chunks: readonly Buffer[], mode: Mode, trailerEnd = '\r\n'): Buffer {
  const sha = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
  const link = (kind: string, rest: string): string => {
    const head = `AWS4-HMAC-SHA256-${kind}\n${signing.timestamp}\n${signing.scope}\n${previous}\n`;
    return createHmac('sha256', signing.signingKey)
      .update(head + rest)
      .digest('hex');
  };
  let previous = signing.seedSignature;
  const out: Buffer[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    let head = chunk.length.toString(16);
    if (mode !== 'unsigned-trailer') {
      previous = link('PAYLOAD', `${sha('')}\n${sha(chunk)}`);
      head += `;chunk-signature=${previous}`;
    }
    out.push(Buffer.from(`${head}\r\n`), chunk);
    if (chunk.length > 0) out.push(Buffer.from('\r\n'));
  }
  if (mode !== 'signed') out.push(Buffer.from(`${TRAILER}:AAAAAA==${trailerEnd}`));
  if (mode === 'signed-trailer') {
    out.push(Buffer.from(`x-amz-trailer-signature:${link('TRAILER', sha(`${TRAILER}:AAAAAA==\n`))}\r\n`));
  }
  out.push(Buffer.from('\r\n'));
  return Buffer.concat(out);
}

function framing(mode: Mode, decodedLength: number): ChunkedFraming {
  return {
    decodedLength,
    ...(mode === 'unsigned-trailer' ? {} : { signing }),
    ...(mode === 'signed' ? {} : { trailerNames: [TRAILER] }),
  };
}

/** Decodes a body that arrives cut at the given places. */
function decode(body: Buffer, decoder: AwsChunkedDecoder, cuts: readonly number[]): Buffer {
  const places = [...new Set(cuts.map((cut) => cut % (body.length + 1))), 0, body.length].sort(
    (a, b) => a - b,
  );
  const payload: Uint8Array[] = [];
  for (let i = 1; i < places.length; i += 1)
    payload.push(...decoder.push(body.subarray(places[i - 1], places[i])));
  decoder.finish();
  return Buffer.concat(payload);
}

const bodies = fc.record({
  chunks: fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 6 }),
  mode: fc.constantFrom<Mode>('signed', 'signed-trailer', 'unsigned-trailer'),
  cuts: fc.array(fc.nat({ max: 3000 }), { maxLength: 12 }),
});

describe('aws-chunked', () => {
  test('gives the payload back for every division into chunks and packets', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom('\r\n', '\n\r\n'), ({ chunks, mode, cuts }, trailerEnd) => {
        const buffers = chunks.map((chunk) => Buffer.from(chunk));
        const payload = Buffer.concat(buffers);
        const decoder = new AwsChunkedDecoder(framing(mode, payload.length));
        expect(decode(encode(buffers, mode, trailerEnd), decoder, cuts).equals(payload)).toBe(true);
        expect(decoder.trailers.get(TRAILER)).toBe(mode === 'signed' ? undefined : 'AAAAAA==');
      }),
      { numRuns: 500 },
    );
  });

  test('byte by byte is the same', () => {
    const body = encode([Buffer.from('hello'), Buffer.from('world')], 'signed-trailer');
    const decoder = new AwsChunkedDecoder(framing('signed-trailer', 10));
    const everywhere = Array.from({ length: body.length }, (_unused, index) => index);
    expect(decode(body, decoder, everywhere).toString()).toBe('helloworld');
  });

  test('no byte of a signed body may change', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ chunks, mode, cuts }, at, flip) => {
        const signedMode = mode === 'unsigned-trailer' ? 'signed-trailer' : mode;
        const buffers = chunks.map((chunk) => Buffer.from(chunk));
        const payload = Buffer.concat(buffers);
        const body = encode(buffers, signedMode);
        const index = at % body.length;
        body[index] = (body[index] ?? 0) ^ flip;
        let decoded: Buffer;
        try {
          decoded = decode(body, new AwsChunkedDecoder(framing(signedMode, payload.length)), cuts);
        } catch (error) {
          expect(errorCodeOf(error)).toMatch(/^body-/);
          return;
        }
        // What is not covered by a signature is framing: the case of a hexadecimal size or of a name.
        expect(decoded.equals(payload)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('a body that ends early is incomplete, wherever it ends', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), ({ chunks, mode, cuts }, at) => {
        const buffers = chunks.map((chunk) => Buffer.from(chunk));
        const body = encode(buffers, mode);
        const decoder = new AwsChunkedDecoder(framing(mode, Buffer.concat(buffers).length));
        let code = 'none';
        try {
          decode(body.subarray(0, at % body.length), decoder, cuts);
        } catch (error) {
          code = errorCodeOf(error);
        }
        expect(code).toBe('body-incomplete');
      }),
    );
  });

  test('another trailer where the signature of the trailers has to be is a body that ends wrong', () => {
    const body = encode([Buffer.from('hello')], 'signed-trailer').toString('latin1');
    const other = Buffer.from(body.replace('x-amz-trailer-signature', 'x-other'), 'latin1');
    const decoder = new AwsChunkedDecoder(framing('signed-trailer', 5));
    expect(() => decode(other, decoder, [])).toThrow('The request body terminated unexpectedly');
  });

  test.each([
    ['a size that is no number', 'xyz\r\n', 'body-malformed'],
    ['a size without its signature', '5\r\nhello\r\n', 'body-malformed', 'signed'],
    ['a line feed alone', '5\nhello', 'body-malformed'],
    ['a chunk that is longer than its size', '5\r\nhelloo\r\n', 'body-malformed'],
    ['an endless chunk header', `5;${'x'.repeat(2000)}`, 'body-malformed'],
    [
      'a chunk beyond what was declared, in a framing that is broken',
      '7\r\nhello\r\n0\r\n\r\n',
      'body-malformed',
    ],
    ['more than was declared', 'b\r\nhello world\r\n', 'body-too-long'],
    ['less than was declared', '1\r\nh\r\n0\r\n\r\n', 'body-incomplete'],
    ['a trailer that was not announced', '5\r\nhello\r\n0\r\nx-other:1\r\n\r\n', 'body-trailer-malformed'],
    ['no trailer where one was announced', '5\r\nhello\r\n0\r\n\r\n', 'body-trailer-malformed'],
    ['a trailer twice', `5\r\nhello\r\n0\r\n${TRAILER}:a\r\n${TRAILER}:b\r\n\r\n`, 'body-trailer-malformed'],
    ['endless trailers', `5\r\nhello\r\n0\r\n${TRAILER}:${'a'.repeat(9000)}`, 'body-malformed'],
    ['bytes after the end', `5\r\nhello\r\n0\r\n${TRAILER}:a\r\n\r\nmore`, 'body-malformed'],
  ] as [string, string, string, Mode?][])('%s', (_name, body, expected, mode = 'unsigned-trailer') => {
    const decoder = new AwsChunkedDecoder(framing(mode, 5));
    let code = 'none';
    try {
      decode(Buffer.from(body), decoder, []);
    } catch (error) {
      code = errorCodeOf(error);
    }
    expect(code).toBe(expected);
  });
});
