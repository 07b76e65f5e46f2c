import { renderEncryption } from '../encryption-document.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketEncryption: Operation = {
  name: 'GetBucketEncryption',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetBucketEncryption', bucketParameters(request));
    return { status: 200, xml: renderEncryption(result.ServerSideEncryptionConfiguration) };
  },
};
