import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { lockedVersion } from './lock-parameters.ts';

export const getObjectLegalHold: Operation = {
  name: 'GetObjectLegalHold',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetObjectLegalHold', lockedVersion(request));
    return { status: 200, xml: document('LegalHold', leaf('Status', result.LegalHold.Status)) };
  },
};
