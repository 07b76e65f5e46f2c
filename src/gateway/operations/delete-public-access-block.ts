import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const deletePublicAccessBlock: Operation = {
  name: 'DeletePublicAccessBlock',
  anonymous: true,
  async handle(request) {
    await request.call('DeletePublicAccessBlock', bucketParameters(request));
    return { status: 204 };
  },
};
