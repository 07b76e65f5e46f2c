import type { Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getObjectLockConfiguration: Operation = {
  name: 'GetObjectLockConfiguration',
  anonymous: false,
  async handle(request) {
    const { result } = await request.call('GetObjectLockConfiguration', bucketParameters(request));
    const { ObjectLockEnabled, Rule } = result.ObjectLockConfiguration;
    const { Mode, Days, Years } = Rule?.DefaultRetention ?? {};
    const retention = element(
      'DefaultRetention',
      leaf('Mode', Mode),
      leaf('Days', Days),
      leaf('Years', Years),
    );
    return {
      status: 200,
      xml: document(
        'ObjectLockConfiguration',
        leaf('ObjectLockEnabled', ObjectLockEnabled),
        Rule === undefined ? '' : element('Rule', retention),
      ),
    };
  },
};
