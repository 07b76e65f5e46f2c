import type { Operation } from '../operation.ts';
import { document, escapeXml } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketLocation: Operation = {
  name: 'GetBucketLocation',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetBucketLocation', bucketParameters(request));
    return { status: 200, xml: document('LocationConstraint', escapeXml(result.LocationConstraint ?? '')) };
  },
};
