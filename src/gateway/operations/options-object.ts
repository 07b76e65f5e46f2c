import { S3Error } from '../../contracts/s3-errors.ts';
import { crossOriginHeaders, requestedHeaders } from '../cross-origin.ts';
import { headerValue } from '../header-text.ts';
import type { Operation } from '../operation.ts';

export const optionsObject: Operation = {
  name: 'OptionsObject',
  anonymous: true,
  unsigned: true,
  async handle(request) {
    const { headers, bucket, key } = request;
    const origin = headerValue(headers, 'origin');
    if (origin === undefined)
      throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.');
    const method = headerValue(headers, 'access-control-request-method');
    if (method === undefined) throw new S3Error('BadRequest', 'Invalid Access-Control-Request-Method: null');
    const { result } = await request.call('OptionsObject', {
      Bucket: bucket,
      ...(key === '' ? {} : { Key: key }),
      Origin: origin,
      RequestMethod: method,
      RequestHeaders: [...requestedHeaders(headers)],
    });
    return { status: 200, headers: crossOriginHeaders(result) };
  },
};
