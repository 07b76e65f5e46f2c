import type { CompleteMultipartUploadRequest } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { MULTIPART_PARTS_MAX } from '../../core/limits.ts';
import {
  CHECKSUM_KINDS,
  checksumHeaders,
  checksumLeaves,
  claimedChecksums,
  wantedChecksumType,
  withoutChecksums,
} from '../checksum-headers.ts';
import { encryptionHeaders, keyParameters } from '../customer-key-headers.ts';
import { given, headerValue } from '../header-text.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { document, leaf, malformed, parseXml, type XmlElement } from '../xml.ts';
import { writeConditions } from './object-parameters.ts';
import { uploadLocator } from './upload-locator.ts';
import { versionHeaders } from './version-id.ts';

type Part = NonNullable<NonNullable<CompleteMultipartUploadRequest['MultipartUpload']>['Parts']>[number];

/** One metadata commit, so that the outcome is known before the answer begins; AWS may answer 200 and fail later. */
export const completeMultipartUpload: Operation = {
  name: 'CompleteMultipartUpload',
  anonymous: false,
  async handle(request) {
    const { headers } = request;
    const parameters = {
      ...uploadLocator(request),
      ...writeConditions(headers),
      ...keyParameters(request),
      ...claimedChecksums(headers),
      ...wantedChecksumType(headers),
      ...given({ MpuObjectSize: objectSize(headers) }),
    };
    const Parts = parseParts(await request.document(withoutChecksums(headers)));
    const { result } = await request.call('CompleteMultipartUpload', {
      ...parameters,
      MultipartUpload: { Parts },
    });
    return {
      status: 200,
      headers: {
        ...checksumHeaders(result),
        ...encryptionHeaders(result),
        ...versionHeaders(result),
        ...expirationHeaders(result),
      },
      xml: document(
        'CompleteMultipartUploadResult',
        leaf('Location', request.url),
        leaf('Bucket', result.Bucket),
        leaf('Key', result.Key),
        leaf('ETag', result.ETag),
        checksumLeaves(result),
      ),
    };
  },
};

function parseParts(text: string): Part[] {
  const parts = parseXml(text, 'CompleteMultipartUpload').children('Part');
  if (parts.length === 0 || parts.length > MULTIPART_PARTS_MAX) throw malformed();
  return parts.map(parsePart);
}

function parsePart(part: XmlElement): Part {
  const number = part.child('PartNumber')?.text.trim() ?? '';
  const etag = part.child('ETag')?.text.trim() ?? '';
  if (!/^-?\d{1,9}$/.test(number) || etag === '') throw malformed();
  const parsed: Part = { PartNumber: Number(number), ETag: etag };
  if (parsed.PartNumber < 1 || parsed.PartNumber > MULTIPART_PARTS_MAX) {
    throw new S3Error('InvalidArgument', 'PartNumber must be >= 1', {
      fields: { ArgumentName: 'PartNumber', ArgumentValue: number },
    });
  }
  for (const { name } of CHECKSUM_KINDS) {
    const checksum = part.child(`Checksum${name}`)?.text.trim();
    if (checksum !== undefined) parsed[`Checksum${name}`] = checksum;
  }
  return parsed;
}

function objectSize(headers: GatewayRequest['headers']): number | undefined {
  const text = headerValue(headers, 'x-amz-mp-object-size');
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const fault = /^-\d{1,15}$/.test(text) ? 'less than zero' : 'invalid';
  throw new S3Error('InvalidRequest', `Value for x-amz-mp-object-size header is ${fault}: '${text}'`);
}
