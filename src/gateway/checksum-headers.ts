// Checksums as S3 names them: in headers, in trailers, in replies.

import { S3Error } from '../contracts/s3-errors.ts';
import type { DigestAlgorithm, DigestClaim } from '../core/body.ts';
import { leaf } from './xml.ts';

export type ChecksumName =
  | 'CRC32'
  | 'CRC32C'
  | 'CRC64NVME'
  | 'SHA1'
  | 'SHA256'
  | 'SHA512'
  | 'MD5'
  | 'XXHASH64'
  | 'XXHASH3'
  | 'XXHASH128';

interface ChecksumKind {
  readonly name: ChecksumName;
  readonly algorithm: DigestAlgorithm;
  readonly digestBytes: number;
}

export const CHECKSUM_KINDS: readonly ChecksumKind[] = [
  { name: 'CRC32', algorithm: 'crc32', digestBytes: 4 },
  { name: 'CRC32C', algorithm: 'crc32c', digestBytes: 4 },
  { name: 'CRC64NVME', algorithm: 'crc64nvme', digestBytes: 8 },
  { name: 'SHA1', algorithm: 'sha1', digestBytes: 20 },
  { name: 'SHA256', algorithm: 'sha256', digestBytes: 32 },
  { name: 'SHA512', algorithm: 'sha512', digestBytes: 64 },
  { name: 'MD5', algorithm: 'md5', digestBytes: 16 },
  { name: 'XXHASH64', algorithm: 'xxhash64', digestBytes: 8 },
  { name: 'XXHASH3', algorithm: 'xxhash3', digestBytes: 8 },
  { name: 'XXHASH128', algorithm: 'xxhash128', digestBytes: 16 },
];

const HEADER_PREFIX = 'x-amz-checksum-';
const KIND_OF_HEADER: ReadonlyMap<string, ChecksumKind> = new Map(
  CHECKSUM_KINDS.map((kind) => [HEADER_PREFIX + kind.algorithm, kind]),
);
/** Headers with the prefix that say something about checksums but carry none. */
const NOT_A_CHECKSUM: ReadonlySet<string> = new Set(
  ['algorithm', 'mode', 'type'].map((name) => HEADER_PREFIX + name),
);

export interface AnnouncedChecksum {
  readonly kind: ChecksumKind;
  /** The value from a header; absent when it comes in a trailer. */
  readonly digest?: Uint8Array;
  /** The trailer's name. */
  readonly trailer?: string;
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The one checksum that a request announces beside MD5, checked as AWS checks it. */
export function announcedChecksum(headers: Headers): AnnouncedChecksum | undefined {
  const [inHeader, inTrailer] = [checksumInHeader(headers), checksumInTrailer(headers)];
  if (inHeader !== undefined && inTrailer !== undefined) throw severalChecksums();
  const found = inHeader ?? inTrailer;
  const wanted = headers['x-amz-sdk-checksum-algorithm'];
  if (typeof wanted !== 'string') return found;
  if (!CHECKSUM_KINDS.some((kind) => kind.name === wanted.toUpperCase())) {
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  if (found === undefined) {
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (found.kind.name !== wanted.toUpperCase()) {
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  return found;
}

function checksumInHeader(headers: Headers): AnnouncedChecksum | undefined {
  let found: { readonly kind: ChecksumKind; readonly name: string } | undefined;
  for (const name in headers) {
    if (!name.startsWith(HEADER_PREFIX) || NOT_A_CHECKSUM.has(name)) continue;
    const kind = KIND_OF_HEADER.get(name);
    if (kind === undefined)
      throw new S3Error(
        'InvalidRequest',
        'The algorithm type you specified in x-amz-checksum- header is invalid.',
      );
    if (found !== undefined) throw severalChecksums();
    found = { kind, name };
  }
  if (found === undefined) return undefined;
  const { kind, name } = found;
  return { kind, digest: parseDigest(kind, name, String(headers[name])) };
}

function severalChecksums(): S3Error {
  return new S3Error(
    'InvalidRequest',
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  );
}

function checksumInTrailer(headers: Headers): AnnouncedChecksum | undefined {
  const trailer = headers['x-amz-trailer'];
  if (typeof trailer !== 'string') return undefined;
  const names = trailerNames(trailer);
  const kind = names.length === 1 ? KIND_OF_HEADER.get(names[0] ?? '') : undefined;
  if (kind === undefined) {
    throw new S3Error('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported');
  }
  return { kind, trailer: HEADER_PREFIX + kind.algorithm };
}

function trailerNames(value: string): readonly string[] {
  return value
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

/** The claim that a trailer makes once it has arrived. */
export function trailerClaim(kind: ChecksumKind, name: string, value: string): DigestClaim {
  return {
    algorithm: kind.algorithm,
    digest: parseDigest(kind, `${name} trailing`, value),
    ofChecksum: true,
  };
}

function parseDigest(kind: ChecksumKind, header: string, value: string): Uint8Array {
  const digest = strictBase64(value);
  if (digest?.length === kind.digestBytes) return digest;
  throw new S3Error('InvalidRequest', `Value for ${header} header is invalid.`);
}

const MD5_BASE64 = /^[A-Za-z0-9+/]{22}==$/;

/** The value of Content-MD5. As at AWS its last digit may have bits that stand for nothing. */
export function parseContentMd5(value: string): Uint8Array {
  if (MD5_BASE64.test(value)) return Buffer.from(value, 'base64');
  throw new S3Error('InvalidDigest', undefined, { fields: { 'Content-MD5': value } });
}

/** Content-MD5 as it is claimed besides in the body: locks of objects ask for it. */
export function contentMd5(headers: Headers): { ContentMD5?: string } {
  const value = headers['content-md5'];
  return typeof value === 'string' && value !== '' ? { ContentMD5: value } : {};
}

/** Node forgives anything in base64; a claim must be exactly what it stands for. */
function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT';

/** Checksums as messages carry them. */
export type Checksums = Readonly<
  Partial<Record<`Checksum${ChecksumName}`, string>> & { ChecksumType?: ChecksumType }
>;

/** `x-amz-checksum-algorithm`: the checksum that a client wants kept. */
export function wantedChecksum(headers: Headers): { ChecksumAlgorithm?: ChecksumName } {
  const value = headers['x-amz-checksum-algorithm'];
  if (typeof value !== 'string' || value === '') return {};
  const kind = CHECKSUM_KINDS.find(({ name }) => name === value.toUpperCase());
  if (kind !== undefined) return { ChecksumAlgorithm: kind.name };
  const names = CHECKSUM_KINDS.map(({ name }) => name)
    .sort()
    .join(', ');
  throw new S3Error(
    'InvalidRequest',
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${names}]`,
  );
}

/** `x-amz-checksum-type`: how the checksum of an object of several parts is made. */
export function wantedChecksumType(headers: Headers): { ChecksumType?: ChecksumType } {
  const value = headers['x-amz-checksum-type'];
  if (typeof value !== 'string' || value === '') return {};
  const type = value.toUpperCase();
  if (type === 'COMPOSITE' || type === 'FULL_OBJECT') return { ChecksumType: type };
  throw new S3Error('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.');
}

/** The checksums in headers that are claims about an object, not about the body of this request. */
export function claimedChecksums(headers: Headers): Partial<Record<`Checksum${ChecksumName}`, string>> {
  const claims: Partial<Record<`Checksum${ChecksumName}`, string>> = {};
  for (const { name, algorithm } of CHECKSUM_KINDS) {
    const value = headers[HEADER_PREFIX + algorithm];
    if (typeof value === 'string') claims[`Checksum${name}`] = value;
  }
  return claims;
}

/** The headers of a request whose checksums say nothing about its body. */
export function withoutChecksums(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !KIND_OF_HEADER.has(name)));
}

/** Checksums as elements of a document. */
export function checksumLeaves(result: Checksums): string {
  const leaves = CHECKSUM_KINDS.map(({ name }) => leaf(`Checksum${name}`, result[`Checksum${name}`]));
  return leaves.join('') + leaf('ChecksumType', result.ChecksumType);
}

/** The headers that give stored checksums back. */
export function checksumHeaders(result: Checksums): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const kind of CHECKSUM_KINDS) {
    const value = result[`Checksum${kind.name}`];
    if (value !== undefined) headers[HEADER_PREFIX + kind.algorithm] = value;
  }
  if (result.ChecksumType !== undefined) headers['x-amz-checksum-type'] = result.ChecksumType;
  return headers;
}
