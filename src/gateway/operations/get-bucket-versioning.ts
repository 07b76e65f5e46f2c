import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketVersioning: Operation = {
  name: 'GetBucketVersioning',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetBucketVersioning', bucketParameters(request));
    return { status: 200, xml: document('VersioningConfiguration', leaf('Status', result.Status)) };
  },
};
