import type { Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketOwnershipControls: Operation = {
  name: 'GetBucketOwnershipControls',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetBucketOwnershipControls', bucketParameters(request));
    const rules = result.OwnershipControls.Rules.map((rule) =>
      element('Rule', leaf('ObjectOwnership', rule.ObjectOwnership)),
    );
    return { status: 200, xml: document('OwnershipControls', ...rules) };
  },
};
