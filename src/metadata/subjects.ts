// Names of records as NATS subjects, and back.
//
//   $KV.s3.b.<bucket name>                      $KV.s3.n.<node id>     $KV.s3._b.<node id>   $KV.s3._m.floor   $KV.s3._m.succession   $KV.s3._m.lifecycle   $KV.s3._w.<store id>
//   $KV.s3.o.<bucket id>.<key>                  $KV.s3.v.<bucket id>.<version id or `null`>.<key>
//   $KV.s3.u.<bucket id>.<upload id>.<key>      $KV.s3.p.<bucket id>.<upload id>.<part number>     $KV.s3._x.<write id>
//
// Names are encoded: '/' becomes '.', `[A-Za-z0-9_-]` stand for themselves, every other UTF-8 byte is `=HH`, an empty
// segment is `=`. The encoding is injective, keeps directories as subject prefixes, and turns 1024 bytes into at most 3072
// characters: below the 4096-byte control line, past which a server drops the whole connection.

import { isUtf8 } from 'node:buffer';
import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { isVersionId, NULL_VERSION, type NodeId, type WriteId } from '../core/ids.ts';
import { MULTIPART_PARTS_MAX, OBJECT_KEY_BYTES_MAX } from '../core/limits.ts';

export const METADATA_STREAM = 'KV_s3';
export const METADATA_SUBJECTS = '$KV.s3.>';
/** The sequence below which deletions may be gone from the stream (tombstone-collector.ts). */
export const FLOOR_SUBJECT = '$KV.s3._m.floor';
/** In a restored stream: which one it succeeds (stream-succession.ts). */
export const SUCCESSION_SUBJECT = '$KV.s3._m.succession';
/** Which node carries out lifecycle rules, and how far it is (lifecycle-table.ts). */
export const LIFECYCLE_SUBJECT = '$KV.s3._m.lifecycle';
/** Which nodes take new shards. */
export const RING_SUBJECT = '$KV.s3.c.ring';
export const REPAIR_STREAM = 'S3_REPAIR';
export const REPAIR_SUBJECTS = 's3.journal.repair.>';

const ROOT = '$KV.s3.';
const BUCKETS = `${ROOT}b.`;
const OBJECTS = `${ROOT}o.`;
const VERSIONS = `${ROOT}v.`;
const UPLOADS = `${ROOT}u.`;
const PARTS = `${ROOT}p.`;
const NODES = `${ROOT}n.`;
const BARRIERS = `${ROOT}_b.`;
const WITNESSES = `${ROOT}_w.`;
const CONDEMNED = `${ROOT}_x.`;

/** Barriers, witnesses, the floor, the succession, the lifecycle. */
const BOOKKEEPING = [BARRIERS, WITNESSES, `${ROOT}_m.`];

const BUCKET_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
const NODE_ID_PATTERN = /^[0-9]{1,10}$/;
const STORE_ID_PATTERN = /^[0-9a-f]{32}$/;
const UPLOAD_ID_PATTERN = /^[0-9a-f]{32}$/;
const PART_NUMBER_PATTERN = /^[1-9][0-9]{0,4}$/;
const PLAIN_SEGMENT = /^[A-Za-z0-9_-]+$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const SLASH = 0x2f;
const DOT = 0x2e;
const EQUALS = 0x3d;

/** How each byte is written; index by byte. */
const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (PLAIN_SEGMENT.test(character)) return character;
  return byte === SLASH ? '.' : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

export type RecordName =
  | { readonly kind: 'object'; readonly bucketId: string; readonly key: Buffer }
  | { readonly kind: 'version'; readonly bucketId: string; readonly version: string; readonly key: Buffer }
  | {
      readonly kind: 'upload';
      readonly bucketId: string;
      readonly uploadId: string;
      readonly key: Buffer;
    }
  | {
      readonly kind: 'part';
      readonly bucketId: string;
      readonly uploadId: string;
      readonly number: number;
    }
  | { readonly kind: 'bucket'; readonly name: string }
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'ring' }
  /** A write whose shards are given up because no record named it: a mark, which ends like a tombstone. */
  | { readonly kind: 'condemned' }
  /** Barriers, witnesses of stores, the floor: no record of the view. */
  | { readonly kind: 'bookkeeping' }
  /** Written by a later version or by hand; ignored by the view. */
  | { readonly kind: 'foreign' };

export function objectSubject(bucketId: string, key: string): string {
  assert(BUCKET_ID_PATTERN.test(bucketId), 'a bucket id is one subject token');
  return `${OBJECTS}${bucketId}.${encodeName(key)}`;
}

/** An archived version; `version` is its id or `null`. */
export function versionSubject(bucketId: string, version: string, key: string): string {
  assert(BUCKET_ID_PATTERN.test(bucketId), 'a bucket id is one subject token');
  assert(isVersionName(version), 'a version has a name');
  return `${VERSIONS}${bucketId}.${version}.${encodeName(key)}`;
}

/** Whether a text can name a version: an id, or `null`. */
export function isVersionName(text: string): boolean {
  return text === NULL_VERSION || isVersionId(text);
}

export function uploadSubject(bucketId: string, uploadId: string, key: string): string {
  return `${UPLOADS}${uploadTokens(bucketId, uploadId)}.${encodeName(key)}`;
}

export function partSubject(bucketId: string, uploadId: string, number: number): string {
  assert(Number.isInteger(number) && number >= 1 && number <= MULTIPART_PARTS_MAX, 'a part has a number');
  return `${PARTS}${uploadTokens(bucketId, uploadId)}.${number}`;
}

/** All parts of the upload whose own subject this is; `undefined` for any other subject. */
export function partsOfUpload(subject: string): string | undefined {
  const name = parseSubject(subject);
  return name.kind === 'upload' ? `${PARTS}${uploadTokens(name.bucketId, name.uploadId)}.*` : undefined;
}

/** Whether a text can be the id of an upload: whatever else a client sends names no upload. */
export function isUploadId(text: string): boolean {
  return UPLOAD_ID_PATTERN.test(text);
}

function uploadTokens(bucketId: string, uploadId: string): string {
  assert(BUCKET_ID_PATTERN.test(bucketId), 'a bucket id is one subject token');
  assert(isUploadId(uploadId), 'an upload id is 32 hex digits');
  return `${bucketId}.${uploadId}`;
}

export function bucketSubject(name: string): string {
  return BUCKETS + encodeName(name);
}

export function nodeSubject(id: NodeId): string {
  return NODES + String(id);
}

export function barrierSubject(id: NodeId): string {
  return BARRIERS + String(id);
}

export function witnessSubject(storeId: string): string {
  assert(STORE_ID_PATTERN.test(storeId), 'a store id is 32 hex digits');
  return WITNESSES + storeId;
}

/** Where a write is condemned (blob-ledger.ts). */
export function condemnedSubject(write: WriteId): string {
  return CONDEMNED + write;
}

export function repairSubject(id: NodeId): string {
  return `s3.journal.repair.${id}`;
}

/** What a subject of the metadata stream names. */
export function parseSubject(subject: string): RecordName {
  if (subject.startsWith(OBJECTS)) return parseObject(subject.slice(OBJECTS.length));
  if (subject.startsWith(BUCKETS)) return parseBucket(subject.slice(BUCKETS.length));
  if (subject.startsWith(VERSIONS)) return parseVersion(subject.slice(VERSIONS.length));
  if (subject.startsWith(UPLOADS)) return parseUpload(subject.slice(UPLOADS.length));
  if (subject.startsWith(PARTS)) return parsePart(subject.slice(PARTS.length));
  if (subject.startsWith(NODES)) return parseNode(subject.slice(NODES.length));
  if (subject === RING_SUBJECT) return { kind: 'ring' };
  if (subject.startsWith(CONDEMNED)) return { kind: 'condemned' };
  return { kind: BOOKKEEPING.some((start) => subject.startsWith(start)) ? 'bookkeeping' : 'foreign' };
}

function parseBucket(text: string): RecordName {
  const name = decodeName(text);
  if (name === undefined || !isUtf8(name)) return { kind: 'foreign' };
  return { kind: 'bucket', name: name.toString('utf8') };
}

function parseNode(id: string): RecordName {
  return NODE_ID_PATTERN.test(id) ? { kind: 'node', id } : { kind: 'foreign' };
}

function parseObject(rest: string): RecordName {
  const end = rest.indexOf('.');
  const bucketId = rest.slice(0, end);
  const key = end < 0 ? undefined : decodeName(rest.slice(end + 1));
  if (key === undefined || !BUCKET_ID_PATTERN.test(bucketId)) return { kind: 'foreign' };
  return { kind: 'object', bucketId, key };
}

function parseVersion(rest: string): RecordName {
  const [bucketId = '', version = ''] = rest.split('.', 2);
  const key = decodeName(rest.slice(bucketId.length + version.length + 2));
  if (key === undefined || !BUCKET_ID_PATTERN.test(bucketId) || !isVersionName(version)) {
    return { kind: 'foreign' };
  }
  return { kind: 'version', bucketId, version, key };
}

function parseUpload(rest: string): RecordName {
  const [bucketId = '', uploadId = ''] = rest.split('.', 2);
  const key = decodeName(rest.slice(bucketId.length + uploadId.length + 2));
  if (key === undefined || !BUCKET_ID_PATTERN.test(bucketId) || !isUploadId(uploadId)) {
    return { kind: 'foreign' };
  }
  return { kind: 'upload', bucketId, uploadId, key };
}

function parsePart(rest: string): RecordName {
  const [bucketId = '', uploadId = '', digits = '', ...more] = rest.split('.');
  const number = PART_NUMBER_PATTERN.test(digits) ? Number(digits) : 0;
  const inRange = number >= 1 && number <= MULTIPART_PARTS_MAX;
  if (more.length > 0 || !inRange || !BUCKET_ID_PATTERN.test(bucketId) || !isUploadId(uploadId)) {
    return { kind: 'foreign' };
  }
  return { kind: 'part', bucketId, uploadId, number };
}

/** Encodes an S3 name: any well-formed string of 1 … 1024 UTF-8 bytes. */
export function encodeName(name: string): string {
  if (LONE_SURROGATE.test(name)) throw new PredastoreError('internal', 'a name is not well-formed Unicode');
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > OBJECT_KEY_BYTES_MAX) {
    throw new PredastoreError(
      'internal',
      `a name must have 1 to ${OBJECT_KEY_BYTES_MAX} bytes, not ${bytes}`,
    );
  }
  return name.split('/').map(encodeSegment).join('.');
}

function encodeSegment(segment: string): string {
  if (segment === '') return '=';
  if (PLAIN_SEGMENT.test(segment)) return segment;
  let text = '';
  for (const byte of Buffer.from(segment, 'utf8')) text += BYTE_TEXT[byte] ?? '';
  return text;
}

/** The bytes of an encoded name; `undefined` for anything `encodeName` does not write. */
export function decodeName(text: string): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === EQUALS && isSegmentEnd(text, at + 1)) {
      if (!isSegmentEnd(text, at - 1)) return undefined;
      at += 1;
      continue;
    }
    const byte = code === EQUALS ? hexByte(text, at + 1) : plainByte(text, at);
    if (byte === undefined) return undefined;
    bytes[length] = byte;
    length += 1;
    at += code === EQUALS ? 3 : 1;
  }
  return length === 0 || length > OBJECT_KEY_BYTES_MAX ? undefined : bytes.subarray(0, length);
}

function isSegmentEnd(text: string, at: number): boolean {
  return at < 0 || at >= text.length || text.charCodeAt(at) === DOT;
}

function plainByte(text: string, at: number): number | undefined {
  const code = text.charCodeAt(at);
  // An empty segment is written as '=', so a dot never ends the text or follows another one.
  if (code === DOT) return isSegmentEnd(text, at - 1) || isSegmentEnd(text, at + 1) ? undefined : SLASH;
  return BYTE_TEXT[code] === text[at] ? code : undefined;
}

function hexByte(text: string, at: number): number | undefined {
  const byte = Number.parseInt(text.slice(at, at + 2), 16);
  return BYTE_TEXT[byte] === `=${text.slice(at, at + 2)}` ? byte : undefined;
}
