import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { lockedVersion } from './lock-parameters.ts';

export const getObjectRetention: Operation = {
  name: 'GetObjectRetention',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetObjectRetention', lockedVersion(request));
    const { Mode, RetainUntilDate } = result.Retention;
    return {
      status: 200,
      xml: document('Retention', leaf('Mode', Mode), leaf('RetainUntilDate', RetainUntilDate)),
    };
  },
};
