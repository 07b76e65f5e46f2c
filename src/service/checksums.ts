// Digests in AWS words: what a PutObject claims of its body, and what is told of a stored object.

import { S3Error } from '../contracts/s3-errors.ts';
import type { PutObjectRequest } from '../contracts/generated/messages.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { DigestAlgorithm, DigestClaim, IncomingBody } from '../core/body.ts';

type ChecksumAlgorithm = NonNullable<PutObjectRequest['ChecksumAlgorithm']>;
type ChecksumField = `Checksum${ChecksumAlgorithm}`;
export type ChecksumFields = Partial<Record<ChecksumField, string>>;

interface Checksum {
  readonly field: ChecksumField;
  readonly digest: DigestAlgorithm;
  readonly sizeBytes: number;
}

const CHECKSUMS: Readonly<Record<ChecksumAlgorithm, Checksum>> = {
  CRC32: { field: 'ChecksumCRC32', digest: 'crc32', sizeBytes: 4 },
  CRC32C: { field: 'ChecksumCRC32C', digest: 'crc32c', sizeBytes: 4 },
  CRC64NVME: { field: 'ChecksumCRC64NVME', digest: 'crc64nvme', sizeBytes: 8 },
  SHA1: { field: 'ChecksumSHA1', digest: 'sha1', sizeBytes: 20 },
  SHA256: { field: 'ChecksumSHA256', digest: 'sha256', sizeBytes: 32 },
};
const ALGORITHMS = Object.keys(CHECKSUMS) as readonly ChecksumAlgorithm[];
const MD5_BYTES = 16;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The body with the claims that came as parameters, beside those it brought itself. */
export function withClaims(body: IncomingBody, request: Readonly<PutObjectRequest>): IncomingBody {
  const claims = claimsOf(request);
  const algorithm = request.ChecksumAlgorithm;
  if (claims.length === 0 && algorithm === undefined) return body;
  const announced = new Set(body.announced);
  if (algorithm !== undefined) announced.add(CHECKSUMS[algorithm].digest);
  for (const claim of claims) if (claim.algorithm !== 'md5') announced.add(claim.algorithm);
  return {
    lengthBytes: body.lengthBytes,
    bytes: body.bytes,
    announced: [...announced],
    claims: () => [...body.claims(), ...claims],
  };
}

function claimsOf(request: Readonly<PutObjectRequest>): DigestClaim[] {
  const claims: DigestClaim[] = [];
  if (request.ContentMD5 !== undefined) {
    const digest = decodeDigest(request.ContentMD5, MD5_BYTES);
    if (digest === undefined) throw new S3Error('InvalidDigest');
    claims.push({ algorithm: 'md5', digest });
  }
  const given = ALGORITHMS.filter((algorithm) => request[CHECKSUMS[algorithm].field] !== undefined);
  const [algorithm] = given;
  if (algorithm === undefined) return claims;
  if (given.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single checksum. Multiple checksum types are not allowed.',
    );
  }
  const { field, digest: name, sizeBytes } = CHECKSUMS[algorithm];
  const digest = decodeDigest(request[field] ?? '', sizeBytes);
  const contradicted = request.ChecksumAlgorithm !== undefined && request.ChecksumAlgorithm !== algorithm;
  if (digest === undefined || contradicted)
    throw new S3Error('InvalidRequest', `Value for ${field} is invalid.`);
  claims.push({ algorithm: name, digest });
  return claims;
}

function decodeDigest(text: string, sizeBytes: number): Buffer | undefined {
  if (!BASE64.test(text)) return undefined;
  const digest = Buffer.from(text, 'base64');
  return digest.length === sizeBytes ? digest : undefined;
}

/** The stored checksums of a record, as fields of a reply. */
export function checksumFieldsOf(record: ObjectRecord): ChecksumFields {
  const fields: ChecksumFields = {};
  for (const { field, digest } of Object.values(CHECKSUMS)) {
    const value = record.checksums?.[digest];
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

/** The algorithms of the stored checksums, as listings name them. */
export function checksumAlgorithmsOf(record: ObjectRecord): ChecksumAlgorithm[] {
  if (record.checksums === undefined) return [];
  return ALGORITHMS.filter((algorithm) => record.checksums?.[CHECKSUMS[algorithm].digest] !== undefined);
}
