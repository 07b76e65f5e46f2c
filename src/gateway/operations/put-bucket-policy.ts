import { S3Error } from '../../contracts/s3-errors.ts';
import { BUCKET_POLICY_BYTES_MAX } from '../../core/limits.ts';
import { headerValue } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketPolicy: Operation = {
  name: 'PutBucketPolicy',
  anonymous: true,
  async handle(request) {
    const text = await request.document();
    if (text === '')
      throw new S3Error('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'");
    if (Buffer.byteLength(text) > BUCKET_POLICY_BYTES_MAX) {
      throw new S3Error('MalformedPolicy', 'The policy exceeds the maximum allowed document size.');
    }
    const confirmed = headerValue(request.headers, 'x-amz-confirm-remove-self-bucket-access') === 'true';
    await request.call('PutBucketPolicy', {
      ...bucketParameters(request),
      Policy: text,
      ...(confirmed ? { ConfirmRemoveSelfBucketAccess: true } : {}),
    });
    return { status: 204 };
  },
};
