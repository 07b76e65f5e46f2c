import { checksumLeaves } from '../checksum-headers.ts';
import { given } from '../header-text.ts';
import { abortHeaders } from '../lifecycle-headers.ts';
import type { Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import { NameEncoding, renderIdentity } from './listing.ts';
import { pageArgument, partMarker } from './page-argument.ts';
import { uploadLocator } from './upload-locator.ts';

export const listParts: Operation = {
  name: 'ListParts',
  anonymous: false,
  async handle(request) {
    const { query } = request;
    const names = new NameEncoding(query);
    const { result } = await request.call('ListParts', {
      ...uploadLocator(request),
      ...given({
        MaxParts: pageArgument('max-parts', query.get('max-parts')),
        PartNumberMarker: partMarker('part-number-marker', query.get('part-number-marker')),
      }),
    });
    return {
      status: 200,
      headers: abortHeaders(result),
      xml: document(
        'ListPartsResult',
        leaf('Bucket', result.Bucket),
        names.leaf('Key', result.Key),
        leaf('UploadId', result.UploadId),
        renderIdentity('Initiator', result.Initiator),
        renderIdentity('Owner', result.Owner),
        leaf('StorageClass', result.StorageClass),
        leaf('PartNumberMarker', result.PartNumberMarker),
        leaf('NextPartNumberMarker', result.NextPartNumberMarker),
        leaf('MaxParts', result.MaxParts),
        leaf('EncodingType', names.requested),
        leaf('IsTruncated', result.IsTruncated),
        leaf('ChecksumAlgorithm', result.ChecksumAlgorithm),
        leaf('ChecksumType', result.ChecksumType),
        ...(result.Parts ?? []).map((part) =>
          element(
            'Part',
            leaf('PartNumber', part.PartNumber),
            leaf('LastModified', part.LastModified),
            leaf('ETag', part.ETag),
            leaf('Size', part.Size),
            checksumLeaves(part),
          ),
        ),
      ),
    };
  },
};
