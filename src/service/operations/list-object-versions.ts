// ListObjectVersions: every version and delete marker, by key, newest first.

import type {
  ListObjectVersionsReply,
  ListObjectVersionsRequest,
} from '../../contracts/generated/messages.ts';
import type { ObjectRecord } from '../../contracts/records.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { LIST_KEYS_MAX } from '../../core/limits.ts';
import {
  versionName,
  type VersionEntry,
  type VersionPage,
  type VersionQuery,
} from '../../objects/object-store.ts';
import { enterBucket, noSuchBucket } from '../access.ts';
import { describeOwner, type AccountFields } from '../account-fields.ts';
import { listedChecksumsOf } from '../checksums.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { entriesThatFit, pageSize } from '../listing.ts';
import { quoted } from '../object-reading.ts';
import { storageClassOf } from '../object-properties.ts';
import { invalidArgument } from '../part-number.ts';
import { versionOf } from '../version-id.ts';

type Listed = VersionEntry & { readonly kind: 'version' };
type Versions = NonNullable<ListObjectVersionsReply['Versions']>;
type Markers = NonNullable<ListObjectVersionsReply['DeleteMarkers']>;

type OwnerOf = (record: Pick<ObjectRecord, 'acl'>) => AccountFields;

const ID_MARKER = 'version-id-marker';

export function listObjectVersions(parts: ServiceParts): TypedHandler<'ListObjectVersions'> {
  return async (request, call) => {
    const range = rangeOf(request);
    // Nobody who reads versions relies on one whole page, and cleaners delete a page in one request of at most 1000.
    const size = pageSize(parts, call, request.MaxKeys ?? LIST_KEYS_MAX);
    const bucket = await enterBucket(parts, call, request, 's3:ListBucketVersions');
    const query = { bucket, ...range, limit: size.keys };
    let page: VersionPage = { entries: [], truncated: false };
    if (size.keys > 0) {
      const outcome = await parts.objects.listVersions(query);
      if (outcome.kind === 'no-such-bucket') throw noSuchBucket(request.Bucket);
      page = fitting(outcome.page);
    }
    return {
      result: {
        ...echoOf(request, range),
        MaxKeys: size.keys,
        IsTruncated: page.truncated,
        ...(page.truncated ? nextMarkersOf(page.entries.at(-1)) : {}),
        ...contentsOf(page.entries, (record) => describeOwner(parts, bucket, record)),
      },
    };
  };
}

type Range = Pick<VersionQuery, 'prefix' | 'delimiter' | 'keyMarker' | 'versionMarker'>;

function rangeOf(request: ListObjectVersionsRequest): Range {
  const { Prefix: prefix = '', Delimiter: delimiter = '', KeyMarker: keyMarker = '' } = request;
  const { VersionIdMarker: versionMarker = '' } = request;
  if (versionMarker !== '' && keyMarker === '')
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      ID_MARKER,
      versionMarker,
    );
  const marked = versionMarker === '' ? undefined : versionOf(versionMarker, ID_MARKER).versionId;
  return { prefix, delimiter, keyMarker, versionMarker: marked ?? '' };
}

function echoOf(
  { Bucket, EncodingType, VersionIdMarker = '' }: ListObjectVersionsRequest,
  { prefix, delimiter, keyMarker }: Range,
): Pick<
  ListObjectVersionsReply,
  'Name' | 'Prefix' | 'Delimiter' | 'KeyMarker' | 'VersionIdMarker' | 'EncodingType'
> {
  return {
    Name: Bucket,
    Prefix: prefix,
    ...(delimiter === '' ? {} : { Delimiter: delimiter }),
    KeyMarker: keyMarker,
    VersionIdMarker,
    ...(EncodingType === undefined ? {} : { EncodingType }),
  };
}

/** The page up to the entry that no longer fits one message. */
function fitting(page: VersionPage): VersionPage {
  const count = entriesThatFit(
    page.entries.map((entry) => (entry.kind === 'prefix' ? entry.prefix : entry.version.key)),
  );
  return count === page.entries.length ? page : { entries: page.entries.slice(0, count), truncated: true };
}

function nextMarkersOf(last: VersionEntry | undefined): Partial<ListObjectVersionsReply> {
  if (last === undefined) throw new S3Error('InternalError');
  if (last.kind === 'prefix') return { NextKeyMarker: last.prefix };
  const { key, record } = last.version;
  return { NextKeyMarker: key, NextVersionIdMarker: versionName(record) };
}

function contentsOf(entries: readonly VersionEntry[], ownerOf: OwnerOf): Partial<ListObjectVersionsReply> {
  const versions: Versions = [];
  const markers: Markers = [];
  const prefixes: { Prefix: string }[] = [];
  for (const entry of entries) {
    if (entry.kind === 'prefix') prefixes.push({ Prefix: entry.prefix });
    else if (entry.version.record.deleteMarker === true) markers.push(markerOf(entry, ownerOf));
    else versions.push(contentOf(entry, ownerOf));
  }
  return {
    ...(versions.length === 0 ? {} : { Versions: versions }),
    ...(markers.length === 0 ? {} : { DeleteMarkers: markers }),
    ...(prefixes.length === 0 ? {} : { CommonPrefixes: prefixes }),
  };
}

function markerOf({ version }: Listed, ownerOf: OwnerOf): Markers[number] {
  const { key, record, isLatest } = version;
  return {
    Key: key,
    VersionId: versionName(record),
    IsLatest: isLatest,
    LastModified: record.modified,
    Owner: ownerOf(record),
  };
}

function contentOf(entry: Listed, ownerOf: OwnerOf): Versions[number] {
  const { record } = entry.version;
  const content: Versions[number] = {
    ...markerOf(entry, ownerOf),
    ETag: quoted(record.etag),
    Size: record.size,
    StorageClass: storageClassOf(record),
  };
  Object.assign(content, listedChecksumsOf(record));
  return content;
}
