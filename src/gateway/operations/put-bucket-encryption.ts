import { parseEncryption } from '../encryption-document.ts';
import type { Operation } from '../operation.ts';
import { requestDocument } from '../xml-fields.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketEncryption: Operation = {
  name: 'PutBucketEncryption',
  anonymous: false,
  async handle(request) {
    const root = await requestDocument(request, 'ServerSideEncryptionConfiguration');
    await request.call('PutBucketEncryption', {
      ...bucketParameters(request),
      ServerSideEncryptionConfiguration: parseEncryption(root),
    });
    return { status: 200 };
  },
};
