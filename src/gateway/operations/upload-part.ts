import { checksumHeaders, contentMd5 } from '../checksum-headers.ts';
import { encryptionHeaders, keyParameters } from '../customer-key-headers.ts';
import type { Operation } from '../operation.ts';
import { requiredPartNumber } from './part-number.ts';
import { uploadLocator } from './upload-locator.ts';

export const uploadPart: Operation = {
  name: 'UploadPart',
  anonymous: false,
  async handle(request) {
    const number = requiredPartNumber(request.query);
    const upload = request.upload();
    const { result } = await request.call(
      'UploadPart',
      {
        ...uploadLocator(request),
        PartNumber: number,
        ...keyParameters(request),
        ...contentMd5(request.headers),
        ContentLength: upload.lengthBytes,
        ...(upload.checksum === undefined ? {} : { ChecksumAlgorithm: upload.checksum.kind.name }),
      },
      upload,
    );
    return {
      status: 200,
      headers: { ETag: result.ETag, ...checksumHeaders(result), ...encryptionHeaders(result) },
    };
  },
};
