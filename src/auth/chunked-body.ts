// The aws-chunked framing of request bodies: chunks with or without signatures, and trailers.
//
//   chunk      = hex-size [";chunk-signature=" 64 hex digits] [";" extension]* CRLF bytes CRLF
//   body       = chunk* last-chunk (size 0, without bytes) trailer* ["x-amz-trailer-signature:" sig CRLF] CRLF
//
// Owns the framing and the chain of signatures. Refuses to hold data back: bytes are handed on as they arrive, and a
// wrong signature fails the body at the end of its chunk, which is before anything can be committed.
//
// Invariants:
//  1. `finish()` succeeds only after exactly the declared number of bytes, the last chunk, every announced trailer and,
//     where the body is signed, a matching signature for each chunk and for the trailers.
//  2. Memory is bounded: one line of CHUNK_HEADER_BYTES_MAX or TRAILER_BYTES_MAX, whatever arrives. Payload is sliced, never copied.

import { createHash, createHmac, timingSafeEqual, type Hash } from 'node:crypto';
import { assert } from '../core/assert.ts';
import { S3_ERRORS } from '../contracts/s3-errors.ts';
import { PredastoreError } from '../core/errors.ts';
import { CHUNK_HEADER_BYTES_MAX, CHUNK_SURPLUS_BYTES_MAX, TRAILER_BYTES_MAX } from '../core/limits.ts';
import type { ChunkSigning } from './sigv4.ts';

export interface ChunkedFraming {
  /** `x-amz-decoded-content-length`. */
  readonly decodedLength: number;
  /** Present for the `STREAMING-AWS4-HMAC-SHA256-…` payloads. */
  readonly signing?: ChunkSigning;
  /** Lower-case names that `x-amz-trailer` announced; absent for payloads without trailers. */
  readonly trailerNames?: readonly string[];
}

type Stage = 'chunk-header' | 'payload' | 'payload-end' | 'trailer' | 'done';

const LF = 0x0a;
const CR = 0x0d;
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const CHUNK_SIZE_PATTERN = /^[0-9a-fA-F]{1,12}$/;
const CHUNK_SIGNATURE = 'chunk-signature=';
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';
const SIGNATURE_PATTERN = /^[0-9a-f]{64}$/;

export class AwsChunkedDecoder {
  readonly #framing: ChunkedFraming;
  readonly #trailers = new Map<string, string>();
  #stage: Stage = 'chunk-header';
  /** The beginning of a line whose end has not arrived. */
  #partialLine = '';
  #chunkRemaining = 0;
  #decoded = 0;
  #isLastChunk = false;
  /** The chunk goes on past the declared length: its bytes are no payload. */
  #isSurplus = false;
  #payloadHash: Hash | undefined;
  #chunkSignature = '';
  #previousSignature: string;
  #trailerSignature: string | undefined;
  #trailerBytes = 0;
  #bareLineFeed = false;

  constructor(framing: ChunkedFraming) {
    this.#framing = framing;
    this.#previousSignature = framing.signing?.seedSignature ?? '';
  }

  /** Trailers by lower-case name; complete once `finish()` returned. */
  get trailers(): ReadonlyMap<string, string> {
    return this.#trailers;
  }

  /** Takes bytes as they came and returns the payload among them, as slices. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const payload: Uint8Array[] = [];
    let at = 0;
    while (at < buffer.length) {
      at = this.#stage === 'payload' ? this.#takePayload(buffer, at, payload) : this.#takeLine(buffer, at);
    }
    return payload;
  }

  /** Call when no more bytes will come. */
  finish(): void {
    if (this.#stage === 'done') return;
    throw new PredastoreError(
      'body-incomplete',
      WORDS['body-malformed'],
      new Error('the body ended within its framing'),
    );
  }

  #takePayload(buffer: Buffer, at: number, payload: Uint8Array[]): number {
    const end = Math.min(buffer.length, at + this.#chunkRemaining);
    const slice = buffer.subarray(at, end);
    if (!this.#isSurplus) {
      this.#payloadHash?.update(slice);
      payload.push(slice);
    }
    this.#chunkRemaining -= slice.length;
    this.#decoded += slice.length;
    if (this.#chunkRemaining === 0) {
      if (!this.#isSurplus) this.#verifyChunk();
      this.#stage = 'payload-end';
    }
    return end;
  }

  /** Consumes up to and including a line feed, and acts on the line when it is complete. */
  #takeLine(buffer: Buffer, at: number): number {
    if (this.#stage === 'done') throw malformed('bytes follow the last chunk');
    const feed = buffer.indexOf(LF, at);
    const end = feed < 0 ? buffer.length : feed + 1;
    const limit = this.#stage === 'trailer' ? TRAILER_BYTES_MAX - this.#trailerBytes : CHUNK_HEADER_BYTES_MAX;
    if (this.#partialLine.length + (end - at) > limit) throw malformed('a line of the framing is too long');
    const text = this.#partialLine + buffer.toString('latin1', at, end);
    if (feed < 0) {
      this.#partialLine = text;
      return end;
    }
    this.#partialLine = '';
    const hasReturn = text.charCodeAt(text.length - 2) === CR;
    this.#onLine(text.slice(0, hasReturn ? -2 : -1), hasReturn);
    return end;
  }

  #onLine(line: string, hasReturn: boolean): void {
    if (this.#stage === 'trailer') {
      this.#onTrailerLine(line, hasReturn);
      return;
    }
    if (!hasReturn) throw malformed('a line of the framing ends without a carriage return');
    if (this.#stage === 'chunk-header') {
      this.#onChunkHeader(line);
    } else {
      if (line !== '') throw malformed('a chunk is longer than its size');
      if (this.#isSurplus) throw tooLong();
      this.#stage = 'chunk-header';
    }
  }

  #onChunkHeader(line: string): void {
    const [sizeText = '', ...extensions] = line.split(';');
    if (!CHUNK_SIZE_PATTERN.test(sizeText)) throw malformed('a chunk size is not a hexadecimal number');
    const size = parseInt(sizeText, 16);
    if (this.#framing.signing !== undefined) this.#expectSignature(extensions);
    this.#isSurplus = size > this.#framing.decodedLength - this.#decoded;
    if (this.#isSurplus && size > CHUNK_SURPLUS_BYTES_MAX) throw tooLong();
    this.#chunkRemaining = size;
    if (size > 0) {
      this.#stage = 'payload';
      return;
    }
    this.#isLastChunk = true;
    this.#verifyChunk();
    if (this.#decoded !== this.#framing.decodedLength) {
      throw broken('body-incomplete', 'the chunks are shorter than x-amz-decoded-content-length');
    }
    this.#stage = 'trailer';
  }

  #expectSignature(extensions: readonly string[]): void {
    const found = extensions.find((extension) => extension.startsWith(CHUNK_SIGNATURE));
    const signature = found?.slice(CHUNK_SIGNATURE.length) ?? '';
    if (!SIGNATURE_PATTERN.test(signature)) throw malformed('a chunk has no signature');
    this.#chunkSignature = signature;
    this.#payloadHash = createHash('sha256');
  }

  #verifyChunk(): void {
    const { signing } = this.#framing;
    if (signing === undefined) return;
    assert(this.#payloadHash !== undefined, 'a signed chunk is hashed');
    const digest = this.#payloadHash.digest('hex');
    this.#payloadHash = undefined;
    const { timestamp, scope } = signing;
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${timestamp}\n${scope}\n${this.#previousSignature}\n${EMPTY_SHA256}\n${digest}`;
    checkLink(signing, text, this.#chunkSignature);
    this.#previousSignature = this.#chunkSignature;
  }

  #onTrailerLine(line: string, hasReturn: boolean): void {
    this.#trailerBytes += line.length + 2;
    if (line === '') {
      if (!hasReturn) throw malformed('a line of the framing ends without a carriage return');
      // Some SDKs end a trailer with "\n\r\n", as the examples of the AWS documentation do.
      if (this.#bareLineFeed) this.#bareLineFeed = false;
      else this.#onEnd();
      return;
    }
    if (this.#bareLineFeed) throw malformed('a trailer ends without a carriage return');
    this.#bareLineFeed = !hasReturn;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (this.#trailerSignature !== undefined)
      throw malformedTrailer('a trailer follows the signature of the trailers');
    if (name === TRAILER_SIGNATURE && this.#framing.signing !== undefined) {
      this.#trailerSignature = value;
      return;
    }
    if (this.#framing.trailerNames?.includes(name) !== true) throw this.#unannounced();
    if (this.#trailers.has(name)) throw malformedTrailer('a trailer comes twice');
    this.#trailers.set(name, value);
  }

  /** Where the signature of the trailers has to come, anything else means that the body does not end as it should. */
  #unannounced(): PredastoreError {
    const { signing, trailerNames } = this.#framing;
    const count = this.#trailers.size;
    const signatureIsNext = signing !== undefined && count > 0 && count === trailerNames?.length;
    return signatureIsNext
      ? malformed('the trailers have no signature')
      : malformedTrailer('a trailer was not announced');
  }

  #onEnd(): void {
    const { signing, trailerNames } = this.#framing;
    assert(this.#isLastChunk, 'trailers follow the last chunk');
    if (trailerNames?.some((name) => !this.#trailers.has(name)) === true) {
      throw malformedTrailer('an announced trailer is missing');
    }
    if (signing !== undefined && trailerNames !== undefined) this.#verifyTrailers(signing);
    else if (this.#trailerSignature !== undefined) throw malformedTrailer('a trailer was not announced');
    this.#stage = 'done';
  }

  #verifyTrailers(signing: ChunkSigning): void {
    if (this.#trailerSignature === undefined || !SIGNATURE_PATTERN.test(this.#trailerSignature)) {
      throw malformed('the trailers have no signature');
    }
    let lines = '';
    for (const [name, value] of this.#trailers) lines += `${name}:${value}\n`;
    const digest = createHash('sha256').update(lines, 'latin1').digest('hex');
    const text = `AWS4-HMAC-SHA256-TRAILER\n${signing.timestamp}\n${signing.scope}\n${this.#previousSignature}\n${digest}`;
    checkLink(signing, text, this.#trailerSignature);
  }
}

/** Decodes a body as it streams through. */
export async function* decodeChunked(
  source: AsyncIterable<Uint8Array>,
  decoder: AwsChunkedDecoder,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) yield* decoder.push(bytes);
  decoder.finish();
}

function checkLink(signing: ChunkSigning, text: string, signature: string): void {
  const expected = createHmac('sha256', signing.signingKey).update(text).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw new PredastoreError('body-signature-mismatch', 'a signature within the body does not match');
  }
}

const TERMINATED = 'The request body terminated unexpectedly';
const MISCOUNTED = S3_ERRORS.IncompleteBody.message;

/** S3's words for what is wrong; ours, which say it exactly, go beneath them. */
const WORDS = {
  'body-incomplete': MISCOUNTED,
  'body-too-long': MISCOUNTED,
  'body-malformed': TERMINATED,
  'body-trailer-malformed':
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
} as const;

function tooLong(): PredastoreError {
  return broken('body-too-long', 'the chunks are longer than x-amz-decoded-content-length');
}

function malformed(detail: string): PredastoreError {
  return broken('body-malformed', detail);
}

function malformedTrailer(detail: string): PredastoreError {
  return broken('body-trailer-malformed', detail);
}

function broken(code: keyof typeof WORDS, detail: string): PredastoreError {
  return new PredastoreError(code, WORDS[code], new Error(detail));
}
