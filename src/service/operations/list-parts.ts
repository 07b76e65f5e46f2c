// ListParts: the parts of an upload, a page at a time.

import type { ListPartsReply } from '../../contracts/generated/messages.ts';
import { checksumFieldsOf } from '../checksums.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { abortFieldsOf } from '../lifecycle-fields.ts';
import { quoted } from '../object-reading.ts';
import { partPagingOf } from '../part-number.ts';
import { locateUpload, noSuchUpload } from '../upload-locator.ts';
import { describeUpload } from '../upload-fields.ts';

type Part = NonNullable<ListPartsReply['Parts']>[number];

export function listParts(parts: ServiceParts): TypedHandler<'ListParts'> {
  return async (request, call) => {
    const { after, limit } = partPagingOf(request);
    const locator = await locateUpload(parts, call, request, 's3:ListMultipartUploadParts');
    const outcome = await parts.multipart.listParts(locator, after, limit);
    if (outcome.kind === 'no-such-upload') throw noSuchUpload(request.UploadId);
    const { upload, page } = outcome;
    const listed = page.parts.map(({ record }): Part => ({
      PartNumber: record.number,
      LastModified: record.modified,
      ETag: quoted(record.etag),
      Size: record.size,
      ...checksumFieldsOf(record),
    }));
    const last = listed.at(-1);
    const result: ListPartsReply = {
      Bucket: request.Bucket,
      Key: request.Key,
      UploadId: request.UploadId,
      PartNumberMarker: String(after),
      ...(last === undefined ? {} : { NextPartNumberMarker: String(last.PartNumber), Parts: listed }),
      MaxParts: limit,
      IsTruncated: page.truncated,
      ...describeUpload(parts, upload, locator.bucket),
      ...abortFieldsOf(locator.bucket, upload),
    };
    return { result };
  };
}
