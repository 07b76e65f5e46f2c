// Version ids in requests and replies.

import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { isVersionId, looksLikeVersionId, NULL_VERSION, UNKNOWN_VERSION } from '../core/ids.ts';
import { versionName, type DeletedHere } from '../objects/object-store.ts';
import { noSuchKey } from './object-key.ts';
import { invalidArgument } from './part-number.ts';

/** The version that a request names, as the object store wants it. What cannot be an id anywhere is refused; one never given out is not found. */
export function versionOf(
  versionId: string | undefined,
  argument = 'versionId',
): { readonly versionId?: string } {
  if (versionId === undefined) return {};
  if (versionId === '') throw invalidArgument('Version id cannot be the empty string', argument, versionId);
  if (versionId === NULL_VERSION || isVersionId(versionId)) return { versionId };
  if (looksLikeVersionId(versionId)) return { versionId: UNKNOWN_VERSION };
  throw invalidArgument('Invalid version id specified', argument, versionId);
}

/** What a reply says of the version: nothing in a bucket that was never versioned, unless the request named one. */
export function versionFieldOf(
  record: ObjectRecord,
  bucket: BucketRecord,
  asked?: string,
): { VersionId?: string } {
  const says = bucket.versioning ?? record.versionId ?? asked;
  return says === undefined ? {} : { VersionId: versionName(record) };
}

/** What the reply to a write says of the version it made: where versioning is suspended nothing, as AWS. */
export function writtenVersionOf(record: ObjectRecord): { VersionId?: string } {
  const name = versionName(record);
  return name === NULL_VERSION ? {} : { VersionId: name };
}

export function noSuchVersion(key: string, versionId: string | undefined): S3Error {
  return new S3Error('NoSuchVersion', undefined, { fields: { Key: key, VersionId: versionId ?? '' } });
}

/** AWS: a current delete marker is no object; one that is named by its version can only be deleted. */
export function deletedError({ marker, isNamed }: DeletedHere, key: string): S3Error {
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionName(marker) };
  if (!isNamed) return new S3Error('NoSuchKey', undefined, { fields: noSuchKey(key).fields, headers });
  return new S3Error('MethodNotAllowed', undefined, {
    fields: { ResourceType: 'DeleteMarker' },
    headers: { ...headers, 'Last-Modified': new Date(marker.modified).toUTCString(), Allow: 'DELETE' },
  });
}
