import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getPublicAccessBlock: Operation = {
  name: 'GetPublicAccessBlock',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetPublicAccessBlock', bucketParameters(request));
    const switches = Object.entries(result.PublicAccessBlockConfiguration);
    return {
      status: 200,
      xml: document('PublicAccessBlockConfiguration', ...switches.map(([name, on]) => leaf(name, on))),
    };
  },
};
