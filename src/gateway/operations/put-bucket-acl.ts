import { aclDocument, aclHeaders } from '../acl-parameters.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketAcl: Operation = {
  name: 'PutBucketAcl',
  anonymous: true,
  async handle(request) {
    await request.call('PutBucketAcl', {
      ...bucketParameters(request),
      ...aclHeaders(request.headers),
      ...(await aclDocument(request)),
    });
    return { status: 200 };
  },
};
