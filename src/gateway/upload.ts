// The body of a PUT as the store sees it: its length, its bytes without framing, and what was claimed of them.
//
// How a body is framed is decided by the signed `x-amz-content-sha256` alone, never by Content-Encoding.

import { AwsChunkedDecoder, decodeChunked, type ChunkedFraming } from '../auth/chunked-body.ts';
import { invalidPayloadName, UNSIGNED_PAYLOAD, type Authentication } from '../auth/sigv4.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { DigestAlgorithm, DigestClaim, IncomingBody, OutgoingBody } from '../core/body.ts';
import { OBJECT_BYTES_MAX } from '../core/limits.ts';
import {
  announcedChecksum,
  parseContentMd5,
  trailerClaim,
  type AnnouncedChecksum,
  type Headers,
} from './checksum-headers.ts';

/** How the payload name frames the body. */
interface Framing {
  readonly chunked: boolean;
  readonly signed: boolean;
  readonly trailer: boolean;
  /** The signed digest of a body that comes in one piece. */
  readonly sha256?: Uint8Array;
}

const PLAIN: Framing = { chunked: false, signed: false, trailer: false };
const FRAMINGS: ReadonlyMap<string, Framing> = new Map([
  [UNSIGNED_PAYLOAD, PLAIN],
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { chunked: true, signed: false, trailer: true }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { chunked: true, signed: true, trailer: false }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { chunked: true, signed: true, trailer: true }],
]);
const SHA256_PATTERN = /^[0-9a-fA-F]{64}$/;

/** Describes the body of a request whose headers are verified. Nothing is read yet. */
export function describeUpload(
  headers: Headers,
  authentication: Authentication,
  bytes: AsyncIterable<Uint8Array>,
): IncomingBody & { readonly checksum?: AnnouncedChecksum } {
  const framing = framingOf(authentication.payload);
  if (framing.signed && authentication.kind !== 'signed') throw anonymousSigned();
  if (!framing.chunked && headers['transfer-encoding'] !== undefined) {
    // AWS's words for a stream whose length nobody tells.
    throw new S3Error('NotImplemented', undefined, { fields: { Header: 'Transfer-Encoding' } });
  }
  const lengthBytes = lengthOf(headers, framing);
  const checksum = announcedChecksum(headers);
  const claims = headerClaims(headers, framing, checksum);
  const announced = announcedDigests(framing, checksum);
  const common = { lengthBytes, announced, ...(checksum === undefined ? {} : { checksum }) };
  if (!framing.chunked) {
    if (checksum?.trailer !== undefined) {
      throw new S3Error('InvalidRequest', 'x-amz-trailer needs a streaming x-amz-content-sha256.');
    }
    return { ...common, bytes, claims: () => claims };
  }
  const decoder = new AwsChunkedDecoder(decoderFraming(framing, authentication, lengthBytes, checksum));
  return {
    ...common,
    bytes: decodeChunked(bytes, decoder),
    claims: () =>
      checksum?.trailer === undefined ? claims : [...claims, ...claimOfTrailer(checksum, decoder)],
  };
}

/** What has to be computed of a body beside its MD5: the digest that is signed, and the checksum. */
function announcedDigests(
  { sha256 }: Framing,
  checksum: AnnouncedChecksum | undefined,
): readonly DigestAlgorithm[] {
  const wanted: DigestAlgorithm[] = sha256 === undefined ? [] : ['sha256'];
  if (checksum !== undefined && !wanted.includes(checksum.kind.algorithm))
    wanted.push(checksum.kind.algorithm);
  return wanted;
}

/** The file of a form, with what the fields of the form (as headers) claim of it. */
export function describeFormFile(
  headers: Headers,
  file: OutgoingBody,
): IncomingBody & { readonly checksum?: AnnouncedChecksum } {
  if (file.lengthBytes > OBJECT_BYTES_MAX) throw tooLarge(String(file.lengthBytes));
  const checksum = announcedChecksum(headers);
  const claims = headerClaims(headers, PLAIN, checksum);
  const announced = checksum === undefined ? [] : [checksum.kind.algorithm];
  return { ...file, announced, claims: () => claims, ...(checksum === undefined ? {} : { checksum }) };
}

/** The bytes of a request, framing and all. */
export function requestLength(headers: Headers): number {
  return lengthOf(headers, PLAIN);
}

function anonymousSigned(): S3Error {
  return new S3Error(
    'InvalidRequest',
    "Anonymous requests don't support this x-amz-content-sha256 value. Please use UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER.",
  );
}

function claimOfTrailer(checksum: AnnouncedChecksum, decoder: AwsChunkedDecoder): readonly DigestClaim[] {
  const name = checksum.trailer ?? '';
  const value = decoder.trailers.get(name);
  return value === undefined ? [] : [trailerClaim(checksum.kind, name, value)];
}

function framingOf(payload: string): Framing {
  const known = FRAMINGS.get(payload);
  if (known !== undefined) return known;
  if (SHA256_PATTERN.test(payload)) return { ...PLAIN, sha256: Buffer.from(payload, 'hex') };
  if (payload.startsWith('STREAMING-AWS4-ECDSA-')) throw new S3Error('NotImplemented');
  throw invalidPayloadName(payload);
}

function lengthOf(headers: Headers, framing: Framing): number {
  const name = framing.chunked ? 'x-amz-decoded-content-length' : 'content-length';
  const text = headers[name];
  if (typeof text !== 'string' || !/^\d{1,16}$/.test(text)) throw new S3Error('MissingContentLength');
  const length = Number(text);
  if (length <= OBJECT_BYTES_MAX) return length;
  throw tooLarge(text);
}

function tooLarge(size: string): S3Error {
  return new S3Error('EntityTooLarge', undefined, {
    fields: { ProposedSize: size, MaxSizeAllowed: String(OBJECT_BYTES_MAX) },
  });
}

function headerClaims(
  headers: Headers,
  framing: Framing,
  checksum: AnnouncedChecksum | undefined,
): readonly DigestClaim[] {
  const claims: DigestClaim[] = [];
  const md5 = headers['content-md5'];
  if (typeof md5 === 'string') claims.push({ algorithm: 'md5', digest: parseContentMd5(md5) });
  if (framing.sha256 !== undefined) {
    claims.push({ algorithm: 'sha256', digest: framing.sha256, signedPayload: true });
  }
  if (checksum?.digest !== undefined) {
    claims.push({ algorithm: checksum.kind.algorithm, digest: checksum.digest, ofChecksum: true });
  }
  return claims;
}

function decoderFraming(
  framing: Framing,
  authentication: Authentication,
  decodedLength: number,
  checksum: AnnouncedChecksum | undefined,
): ChunkedFraming {
  const signing =
    framing.signed && authentication.kind === 'signed' ? authentication.chunkSigning : undefined;
  const trailerNames = checksum?.trailer === undefined ? [] : [checksum.trailer];
  return {
    decodedLength,
    ...(signing === undefined ? {} : { signing }),
    ...(framing.trailer ? { trailerNames } : {}),
  };
}
