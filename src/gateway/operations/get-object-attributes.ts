import type {
  GetObjectAttributesReply,
  GetObjectAttributesRequest,
} from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { checksumLeaves } from '../checksum-headers.ts';
import { keyParameters } from '../customer-key-headers.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import { pageArgument, partMarker } from './page-argument.ts';
import { versionHeaders, versionParameter } from './version-id.ts';

type Attribute = GetObjectAttributesRequest['ObjectAttributes'][number];

const ATTRIBUTES: readonly Attribute[] = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

export const getObjectAttributes: Operation = {
  name: 'GetObjectAttributes',
  anonymous: false,
  async handle(request) {
    const { headers } = request;
    const { result } = await request.call('GetObjectAttributes', {
      Bucket: request.bucket,
      Key: request.key,
      ...versionParameter(request),
      ...keyParameters(request),
      ObjectAttributes: requestedAttributes(headers),
      ...given({
        MaxParts: pageArgument('x-amz-max-parts', headerValue(headers, 'x-amz-max-parts')),
        PartNumberMarker: partMarker(
          'x-amz-part-number-marker',
          headerValue(headers, 'x-amz-part-number-marker'),
        ),
        ExpectedBucketOwner: headerValue(headers, 'x-amz-expected-bucket-owner'),
      }),
    });
    return {
      status: 200,
      headers: {
        'Last-Modified': new Date(result.LastModified).toUTCString(),
        ...versionHeaders(result),
      },
      xml: render(result),
    };
  },
};

function requestedAttributes(headers: GatewayRequest['headers']): Attribute[] {
  const names = (headerValue(headers, 'x-amz-object-attributes') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const known = ATTRIBUTES.filter((attribute) => names.includes(attribute));
  if (names.length > 0 && names.every((name) => known.some((attribute) => attribute === name))) return known;
  if (names.length === 0)
    throw new S3Error(
      'InvalidRequest',
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    );
  throw new S3Error('InvalidArgument', 'Invalid attribute name specified.', {
    fields: { ArgumentName: 'x-amz-object-attributes', ArgumentValue: names.join(',') },
  });
}

function render(result: GetObjectAttributesReply): string {
  const { Checksum, ObjectParts } = result;
  return document(
    'GetObjectAttributesResponse',
    leaf('ETag', result.ETag),
    Checksum === undefined ? '' : element('Checksum', checksumLeaves(Checksum)),
    ObjectParts === undefined ? '' : renderParts(ObjectParts),
    leaf('StorageClass', result.StorageClass),
    leaf('ObjectSize', result.ObjectSize),
  );
}

function renderParts(parts: NonNullable<GetObjectAttributesReply['ObjectParts']>): string {
  return element(
    'ObjectParts',
    leaf('PartsCount', parts.TotalPartsCount),
    leaf('PartNumberMarker', parts.PartNumberMarker),
    leaf('NextPartNumberMarker', parts.NextPartNumberMarker),
    leaf('MaxParts', parts.MaxParts),
    leaf('IsTruncated', parts.IsTruncated),
    ...(parts.Parts ?? []).map((part) =>
      element('Part', leaf('PartNumber', part.PartNumber), leaf('Size', part.Size), checksumLeaves(part)),
    ),
  );
}
