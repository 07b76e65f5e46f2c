import { aclHeaders } from '../acl-parameters.ts';
import { checksumHeaders, contentMd5 } from '../checksum-headers.ts';
import { encryptionHeaders, encryptionParameters } from '../customer-key-headers.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import { lockParameters } from '../object-lock-headers.ts';
import type { Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { objectParameters, properties, tagging, writeConditions } from './object-parameters.ts';
import { versionHeaders } from './version-id.ts';

export const putObject: Operation = {
  name: 'PutObject',
  anonymous: false,
  async handle(request) {
    refuseUnsupported(request.headers, 'object');
    const upload = request.upload();
    const { result } = await request.call(
      'PutObject',
      {
        ...objectParameters(request),
        ...aclHeaders(request.headers),
        ...writeConditions(request.headers),
        ...tagging(request.headers),
        ...properties(request.headers),
        ...lockParameters(request.headers),
        ...contentMd5(request.headers),
        ...encryptionParameters(request),
        ContentLength: upload.lengthBytes,
        ...(upload.checksum === undefined ? {} : { ChecksumAlgorithm: upload.checksum.kind.name }),
      },
      upload,
    );
    return {
      status: 200,
      headers: {
        ETag: result.ETag,
        ...checksumHeaders(result),
        ...encryptionHeaders(result),
        ...versionHeaders(result),
        ...expirationHeaders(result),
        // AWS says it of appended objects; clients that look for it find it for every one.
        'x-amz-object-size': String(upload.lengthBytes),
      },
    };
  },
};
