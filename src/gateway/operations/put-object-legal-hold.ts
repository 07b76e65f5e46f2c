import type { Operation } from '../operation.ts';
import { requireOnly, textOf } from '../xml-fields.ts';
import { malformed } from '../xml.ts';
import { lockDocument, lockedVersion } from './lock-parameters.ts';

export const putObjectLegalHold: Operation = {
  name: 'PutObjectLegalHold',
  anonymous: true,
  async handle(request) {
    const root = await lockDocument(request, 'LegalHold');
    requireOnly(root, 'Status');
    const status = textOf(root, 'Status')?.trim();
    if (status !== 'ON' && status !== 'OFF') throw malformed();
    await request.call('PutObjectLegalHold', {
      ...lockedVersion(request),
      LegalHold: { Status: status },
    });
    return { status: 200 };
  },
};
