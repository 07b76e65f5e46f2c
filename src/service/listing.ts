// One page of a bucket, as both versions of ListObjects show it.
//
// The size of a page is bounded by its entries (MaxKeys) and by its bytes: the reply is one NATS message, and a page may
// always be shorter than asked for. Pages of those with unlimited listing are the exception: cut short they would
// mislead the very programs they exist for, so they are whole or fail.

import type { OperationCall } from '../bus/operation.ts';
import type { ListObjectsV2Reply } from '../contracts/generated/messages.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { LIST_KEYS_MAX, LIST_KEYS_UNLIMITED_MAX, LIST_PAGE_BYTES_MAX } from '../core/limits.ts';
import type { ListEntry, ListPage } from '../objects/object-store.ts';
import { enterBucket, noSuchBucket } from './access.ts';
import { describeOwner, type AccountFields } from './account-fields.ts';
import { listedChecksumsOf } from './checksums.ts';
import type { ServiceParts } from './handler.ts';
import { quoted } from './object-reading.ts';
import { storageClassOf } from './object-properties.ts';

export interface ListingRequest {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly EncodingType?: 'url';
  readonly MaxKeys?: number;
}

/** The fields both versions answer. */
type ListingFields = Pick<
  ListObjectsV2Reply,
  'Name' | 'Prefix' | 'Delimiter' | 'MaxKeys' | 'EncodingType' | 'IsTruncated' | 'Contents' | 'CommonPrefixes'
>;

export interface Listing {
  readonly fields: ListingFields;
  readonly entryCount: number;
  /** The last key or common prefix; set when there is more. */
  readonly continueAfter?: string;
}

type Content = NonNullable<ListObjectsV2Reply['Contents']>[number];
type OwnerOf = (record: Pick<ObjectRecord, 'acl'>) => AccountFields;

/** JSON of one entry beside its name: tag, time, size, class, owner, checksum algorithms. */
const ENTRY_BYTES = 300;

/** Lists what comes after `after`. */
export async function listPage(
  parts: ServiceParts,
  call: OperationCall,
  request: ListingRequest,
  view: { readonly after: string; readonly withOwner: boolean },
): Promise<Listing> {
  const size = pageSize(parts, call, request.MaxKeys);
  const bucket = await enterBucket(parts, call, request, 's3:ListBucket');
  const { Prefix: prefix = '', Delimiter: delimiter = '' } = request;
  let page: ListPage = { entries: [], truncated: false };
  if (size.keys > 0) {
    const { after } = view;
    const outcome = await parts.objects.list({ bucket, prefix, delimiter, after, limit: size.keys });
    if (outcome.kind === 'no-such-bucket') throw noSuchBucket(request.Bucket);
    page = size.whole ? outcome.page : fitting(outcome.page);
    if (page.entries.length > LIST_KEYS_MAX) parts.unlimitedPages?.add(1);
  }
  const last = page.entries.at(-1);
  return {
    fields: fieldsOf(request, page, size.keys, view.withOwner ? ownerIn(parts, bucket) : undefined),
    entryCount: page.entries.length,
    ...(page.truncated && last !== undefined ? { continueAfter: nameOf(last) } : {}),
  };
}

export interface PageSize {
  readonly keys: number;
  /** Must not be cut short for its bytes. */
  readonly whole: boolean;
}

/** How much a page may hold. */
export function pageSize(parts: ServiceParts, call: OperationCall, asked: number | undefined): PageSize {
  if (asked === undefined) {
    const whole = isUnlimited(parts, call);
    return { keys: whole ? LIST_KEYS_UNLIMITED_MAX : LIST_KEYS_MAX, whole };
  }
  if (asked < 0) {
    const fields = { ArgumentName: 'max-keys', ArgumentValue: String(asked) };
    throw new S3Error('InvalidArgument', 'Argument max-keys must not be negative', { fields });
  }
  return { keys: Math.min(asked, LIST_KEYS_MAX), whole: false };
}

function isUnlimited(parts: ServiceParts, { context }: OperationCall): boolean {
  const { accountId, principalArn } = context;
  if (accountId !== undefined && parts.unlimitedListAccounts?.has(accountId) === true) return true;
  return principalArn !== undefined && parts.unlimitedListPrincipals?.has(principalArn) === true;
}

/** The page up to the entry that no longer fits one message. */
function fitting(page: ListPage): ListPage {
  const count = entriesThatFit(page.entries.map(nameOf));
  return count === page.entries.length ? page : { entries: page.entries.slice(0, count), truncated: true };
}

/** How many entries of these names fit one message. */
export function entriesThatFit(names: readonly string[]): number {
  let sizeBytes = 0;
  const end = names.findIndex((name) => {
    sizeBytes += ENTRY_BYTES + Buffer.byteLength(JSON.stringify(name));
    return sizeBytes > LIST_PAGE_BYTES_MAX;
  });
  return end < 0 ? names.length : end;
}

function fieldsOf(
  request: ListingRequest,
  page: ListPage,
  maxKeys: number,
  ownerOf: OwnerOf | undefined,
): ListingFields {
  const contents: Content[] = [];
  const prefixes: { Prefix: string }[] = [];
  for (const entry of page.entries) {
    if (entry.kind === 'prefix') prefixes.push({ Prefix: entry.prefix });
    else contents.push(contentOf(entry, ownerOf));
  }
  const { Bucket, Prefix = '', Delimiter = '', EncodingType } = request;
  return {
    Name: Bucket,
    Prefix,
    MaxKeys: maxKeys,
    IsTruncated: page.truncated,
    ...(Delimiter === '' ? {} : { Delimiter }),
    ...(EncodingType === undefined ? {} : { EncodingType }),
    ...(contents.length === 0 ? {} : { Contents: contents }),
    ...(prefixes.length === 0 ? {} : { CommonPrefixes: prefixes }),
  };
}

function contentOf(entry: ListEntry & { kind: 'object' }, ownerOf: OwnerOf | undefined): Content {
  const { key, record } = entry.object;
  const content: Content = {
    Key: key,
    LastModified: record.modified,
    ETag: quoted(record.etag),
    Size: record.size,
    StorageClass: storageClassOf(record),
  };
  Object.assign(content, listedChecksumsOf(record));
  if (ownerOf !== undefined) content.Owner = ownerOf(record);
  return content;
}

function ownerIn(parts: ServiceParts, bucket: BucketRecord): OwnerOf {
  return (record) => describeOwner(parts, bucket, record);
}

function nameOf(entry: ListEntry): string {
  return entry.kind === 'object' ? entry.object.key : entry.prefix;
}
