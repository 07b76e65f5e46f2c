import type { ListMultipartUploadsReply } from '../../contracts/generated/messages.ts';
import { given } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import { NameEncoding, listedNames, nonEmpty, renderIdentity, renderPrefixes } from './listing.ts';
import { pageArgument } from './page-argument.ts';

export const listMultipartUploads: Operation = {
  name: 'ListMultipartUploads',
  anonymous: false,
  async handle(request) {
    const names = new NameEncoding(request.query);
    const { result } = await request.call('ListMultipartUploads', {
      ...listedNames(request),
      ...given({
        KeyMarker: nonEmpty(request, 'key-marker'),
        UploadIdMarker: nonEmpty(request, 'upload-id-marker'),
        MaxUploads: pageArgument('max-uploads', request.query.get('max-uploads')),
      }),
    });
    return {
      status: 200,
      xml: document(
        'ListMultipartUploadsResult',
        leaf('Bucket', result.Bucket),
        names.leaf('KeyMarker', result.KeyMarker),
        leaf('UploadIdMarker', result.UploadIdMarker),
        names.leaf('NextKeyMarker', result.NextKeyMarker),
        leaf('NextUploadIdMarker', result.NextUploadIdMarker),
        names.leaf('Prefix', result.Prefix),
        names.leaf('Delimiter', result.Delimiter),
        leaf('MaxUploads', result.MaxUploads),
        leaf('EncodingType', names.requested),
        leaf('IsTruncated', result.IsTruncated),
        ...(result.Uploads ?? []).map((upload) => renderUpload(upload, names)),
        renderPrefixes(result.CommonPrefixes, names),
      ),
    };
  },
};

function renderUpload(
  upload: NonNullable<ListMultipartUploadsReply['Uploads']>[number],
  names: NameEncoding,
): string {
  return element(
    'Upload',
    names.leaf('Key', upload.Key),
    leaf('UploadId', upload.UploadId),
    renderIdentity('Initiator', upload.Initiator),
    renderIdentity('Owner', upload.Owner),
    leaf('StorageClass', upload.StorageClass),
    leaf('Initiated', upload.Initiated),
    leaf('ChecksumAlgorithm', upload.ChecksumAlgorithm),
    leaf('ChecksumType', upload.ChecksumType),
  );
}
