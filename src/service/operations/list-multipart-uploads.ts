// ListMultipartUploads: the uploads of a bucket that are under way, a page at a time.

import type { ListMultipartUploadsReply } from '../../contracts/generated/messages.ts';
import type { BucketRecord } from '../../contracts/records.ts';
import { LIST_UPLOADS_MAX } from '../../core/limits.ts';
import type { UploadEntry, UploadPage } from '../../objects/multipart-store.ts';
import { enterBucket, noSuchBucket } from '../access.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';
import { entriesThatFit } from '../listing.ts';
import { invalidArgument, pageLimit } from '../part-number.ts';
import { describeUpload } from '../upload-fields.ts';
import { isUploadId } from '../upload-locator.ts';

type Upload = NonNullable<ListMultipartUploadsReply['Uploads']>[number];

export function listMultipartUploads(parts: ServiceParts): TypedHandler<'ListMultipartUploads'> {
  return async (request, call) => {
    const { Prefix: prefix = '', Delimiter: delimiter = '', KeyMarker: keyMarker = '' } = request;
    const { UploadIdMarker: asked = '' } = request;
    const limit = pageLimit(request.MaxUploads, LIST_UPLOADS_MAX, 'max-uploads');
    const bucket = await enterBucket(parts, call, request, 's3:ListBucketMultipartUploads');
    let page: UploadPage = { entries: [], truncated: false };
    const uploadIdMarker = keyMarker === '' ? '' : asked;
    if (uploadIdMarker !== '' && !isUploadId(uploadIdMarker))
      throw invalidArgument('Invalid uploadId marker', 'upload-id-marker', uploadIdMarker);
    if (limit > 0) {
      const query = { bucket, prefix, delimiter, keyMarker, uploadIdMarker, limit };
      const outcome = await parts.multipart.listUploads(query);
      if (outcome.kind === 'no-such-bucket') throw noSuchBucket(request.Bucket);
      page = fitting(outcome.page);
    }
    const result = definedFields<ListMultipartUploadsReply>({
      Bucket: request.Bucket,
      Prefix: prefix,
      Delimiter: delimiter === '' ? undefined : delimiter,
      KeyMarker: keyMarker,
      UploadIdMarker: asked,
      MaxUploads: limit,
      EncodingType: request.EncodingType,
      IsTruncated: page.truncated,
      ...entriesOf(parts, page, bucket),
      ...nextMarkers(page),
    });
    return { result };
  };
}

function fitting(page: UploadPage): UploadPage {
  const count = entriesThatFit(page.entries.map(nameOf));
  return count === page.entries.length ? page : { entries: page.entries.slice(0, count), truncated: true };
}

function nameOf(entry: UploadEntry): string {
  return entry.kind === 'upload' ? entry.upload.record.key : entry.prefix;
}

function entriesOf(
  parts: ServiceParts,
  page: UploadPage,
  bucket: BucketRecord,
): Pick<ListMultipartUploadsReply, 'Uploads' | 'CommonPrefixes'> {
  const uploads: Upload[] = [];
  const prefixes: { Prefix: string }[] = [];
  for (const entry of page.entries) {
    if (entry.kind === 'prefix') {
      prefixes.push({ Prefix: entry.prefix });
    } else {
      const { record } = entry.upload;
      const { key: Key, id: UploadId, initiated: Initiated } = record;
      uploads.push({ Key, UploadId, Initiated, ...describeUpload(parts, record, bucket) });
    }
  }
  return {
    ...(uploads.length === 0 ? {} : { Uploads: uploads }),
    ...(prefixes.length === 0 ? {} : { CommonPrefixes: prefixes }),
  };
}

function nextMarkers({
  entries,
  truncated,
}: UploadPage): Pick<ListMultipartUploadsReply, 'NextKeyMarker' | 'NextUploadIdMarker'> {
  const last = truncated ? entries.at(-1) : undefined;
  if (last === undefined) return {};
  return {
    NextKeyMarker: nameOf(last),
    NextUploadIdMarker: last.kind === 'upload' ? last.upload.record.id : '',
  };
}
