// Digests in AWS words: what a request claims of its body, its object or its parts, and what is told of what is stored.

import { S3Error } from '../contracts/s3-errors.ts';
import type { PutObjectRequest } from '../contracts/generated/messages.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { DigestAlgorithm, DigestClaim, IncomingBody } from '../core/body.ts';
import type { ChecksumDiffers, ClaimedChecksum } from '../objects/multipart-store.ts';

export type ChecksumAlgorithm = NonNullable<PutObjectRequest['ChecksumAlgorithm']>;
type ChecksumField = `Checksum${ChecksumAlgorithm}`;
export type ChecksumFields = Partial<Record<ChecksumField, string>>;
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** What a request may say of the digests of its body. */
export interface BodyClaims extends Readonly<ChecksumFields> {
  readonly ContentMD5?: string;
  readonly ChecksumAlgorithm?: ChecksumAlgorithm;
}

/** A record that keeps checksums. */
type Checked = Pick<ObjectRecord, 'checksums'>;

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
  SHA512: { field: 'ChecksumSHA512', digest: 'sha512', sizeBytes: 64 },
  MD5: { field: 'ChecksumMD5', digest: 'md5', sizeBytes: 16 },
  XXHASH64: { field: 'ChecksumXXHASH64', digest: 'xxhash64', sizeBytes: 8 },
  XXHASH3: { field: 'ChecksumXXHASH3', digest: 'xxhash3', sizeBytes: 8 },
  XXHASH128: { field: 'ChecksumXXHASH128', digest: 'xxhash128', sizeBytes: 16 },
};
const ALGORITHMS = Object.keys(CHECKSUMS) as readonly ChecksumAlgorithm[];
const MD5_BYTES = 16;
const COUNT_OF_PARTS = /-\d{1,5}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The body with the claims that came as parameters, beside those it brought itself. */
export function withClaims(body: IncomingBody, request: BodyClaims): IncomingBody {
  const claims = claimsOf(request);
  const algorithm = request.ChecksumAlgorithm;
  if (claims.length === 0 && algorithm === undefined) return body;
  const announced = new Set(body.announced);
  if (algorithm !== undefined) announced.add(CHECKSUMS[algorithm].digest);
  const given = givenAlgorithm(request);
  if (given !== undefined) announced.add(CHECKSUMS[given].digest);
  return {
    lengthBytes: body.lengthBytes,
    bytes: body.bytes,
    announced: [...announced],
    claims: () => [...body.claims(), ...claims],
  };
}

/** Whether a digest of its own comes with a body: the one that a signature covers is not meant. */
export function carriesDigest(request: BodyClaims, { announced }: IncomingBody): boolean {
  if ((request.ContentMD5 ?? request.ChecksumAlgorithm ?? givenAlgorithm(request)) !== undefined) return true;
  return announced.some((algorithm) => algorithm !== 'sha256');
}

function claimsOf(request: BodyClaims): DigestClaim[] {
  const claims: DigestClaim[] = [];
  if (request.ContentMD5 !== undefined) {
    const digest = decodeDigest(request.ContentMD5, MD5_BYTES);
    if (digest === undefined) throw new S3Error('InvalidDigest');
    claims.push({ algorithm: 'md5', digest });
  }
  const algorithm = givenAlgorithm(request);
  if (algorithm === undefined) return claims;
  const { field, digest: name, sizeBytes } = CHECKSUMS[algorithm];
  const digest = decodeDigest(request[field] ?? '', sizeBytes);
  const contradicted = request.ChecksumAlgorithm !== undefined && request.ChecksumAlgorithm !== algorithm;
  if (digest === undefined || contradicted) throw invalidChecksum(field);
  claims.push({ algorithm: name, digest, ofChecksum: true });
  return claims;
}

/** The one checksum that a completion claims of its object or of a part; a composite one may carry its number of parts. */
export function claimedChecksum(fields: Readonly<ChecksumFields>): ClaimedChecksum | undefined {
  const algorithm = givenAlgorithm(fields);
  if (algorithm === undefined) return undefined;
  const { field, digest: name, sizeBytes } = CHECKSUMS[algorithm];
  const text = fields[field] ?? '';
  if (decodeDigest(text.replace(COUNT_OF_PARTS, ''), sizeBytes) === undefined) throw invalidChecksum(field);
  return { algorithm: name, digest: text };
}

function givenAlgorithm(fields: Readonly<ChecksumFields>): ChecksumAlgorithm | undefined {
  const given = ALGORITHMS.filter((algorithm) => fields[CHECKSUMS[algorithm].field] !== undefined);
  if (given.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  return given[0];
}

function invalidChecksum(field: ChecksumField): S3Error {
  const header = `x-amz-checksum-${field.slice('Checksum'.length).toLowerCase()}`;
  return new S3Error('InvalidRequest', `Value for ${header} header is invalid.`);
}

function decodeDigest(text: string, sizeBytes: number): Buffer | undefined {
  if (!BASE64.test(text)) return undefined;
  const digest = Buffer.from(text, 'base64');
  return digest.length === sizeBytes ? digest : undefined;
}

/** The stored checksums of a record, as fields of a reply. */
export function checksumFieldsOf(record: Checked): ChecksumFields {
  const fields: ChecksumFields = {};
  for (const { field, digest } of Object.values(CHECKSUMS)) {
    const value = record.checksums?.[digest];
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

/** The same with the way the checksum was made; nothing when there is none. */
export function typedChecksumsOf(record: Checked): ChecksumFields & { ChecksumType?: ChecksumType } {
  if (record.checksums === undefined) return {};
  return { ...checksumFieldsOf(record), ChecksumType: checksumTypeOf(record) };
}

/**
 * As GetObjectAttributes tells them: a checksum of checksums without the number of parts, which stands beside it as
 * TotalPartsCount. Measured at AWS; its reference does not say so.
 */
export function attributeChecksumsOf(record: Checked): ChecksumFields & { ChecksumType?: ChecksumType } {
  if (record.checksums === undefined) return {};
  const bare: ChecksumFields = {};
  for (const { field, digest } of Object.values(CHECKSUMS)) {
    const value = record.checksums[digest]?.split('-', 1)[0];
    if (value !== undefined) bare[field] = value;
  }
  return { ...bare, ChecksumType: checksumTypeOf(record) };
}

/** A checksum of checksums carries the number of parts behind a hyphen, which base64 has no use for. */
function checksumTypeOf({ checksums = {} }: Checked): ChecksumType {
  return Object.values(checksums).some((value) => value.includes('-')) ? 'COMPOSITE' : 'FULL_OBJECT';
}

/**
 * What a read of one part tells: its checksum where the object's is one of checksums. Where it is of the whole, AWS
 * tells none, unless the part is the whole.
 */
export function readPartChecksumsOf(
  record: Checked,
  part: { readonly checksum?: string; readonly isWhole: boolean },
): ChecksumFields & { ChecksumType?: ChecksumType } {
  const type = checksumTypeOf(record);
  if (type === 'FULL_OBJECT') return part.isWhole ? typedChecksumsOf(record) : {};
  return { ...partChecksumFieldsOf(record, part.checksum), ChecksumType: type };
}

/** The checksum of one part of an object, as fields of a reply. */
export function partChecksumFieldsOf(record: Checked, checksum: string | undefined): ChecksumFields {
  const [algorithm] = checksumAlgorithmsOf(record);
  if (checksum === undefined || algorithm === undefined) return {};
  return { [CHECKSUMS[algorithm].field]: checksum };
}

/** The algorithms of the stored checksums, as listings name them. */
export function checksumAlgorithmsOf(record: Checked): ChecksumAlgorithm[] {
  if (record.checksums === undefined) return [];
  return ALGORITHMS.filter((algorithm) => record.checksums?.[CHECKSUMS[algorithm].digest] !== undefined);
}

/** The same with the way they were made, as entries of listings. */
export function listedChecksumsOf(record: Checked): {
  ChecksumAlgorithm?: ChecksumAlgorithm[];
  ChecksumType?: ChecksumType;
} {
  if (record.checksums === undefined) return {};
  return { ChecksumAlgorithm: checksumAlgorithmsOf(record), ChecksumType: checksumTypeOf(record) };
}

export function digestOf(algorithm: ChecksumAlgorithm): DigestAlgorithm {
  return CHECKSUMS[algorithm].digest;
}

/** S3's words for a checksum that is not the one of the upload. */
export function checksumDiffersError({ expected, actual }: ChecksumDiffers): S3Error {
  const came = actual === undefined ? undefined : algorithmOf(actual);
  return new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithmOf(expected) ?? expected}, actual checksum Type: ${came ?? 'null'}`,
  );
}

/** S3's words for a checksum of the whole that is not the one claimed. */
export function badChecksum(algorithm: DigestAlgorithm): S3Error {
  const name = algorithmOf(algorithm) ?? algorithm;
  return new S3Error('BadDigest', `The ${name} you specified did not match the calculated checksum.`);
}

/** The digest of the checksum that a body is sent with. */
export function sentDigest(request: BodyClaims): DigestAlgorithm | undefined {
  const algorithm = givenAlgorithm(request) ?? request.ChecksumAlgorithm;
  return algorithm && CHECKSUMS[algorithm].digest;
}

/** The AWS name of a digest. */
export function algorithmOf(digest: DigestAlgorithm): ChecksumAlgorithm | undefined {
  return ALGORITHMS.find((algorithm) => CHECKSUMS[algorithm].digest === digest);
}
