import type { PutObjectRetentionRequest } from '../../contracts/generated/messages.ts';
import { given } from '../header-text.ts';
import { bypassParameter } from '../object-lock-headers.ts';
import type { Operation } from '../operation.ts';
import { requireOnly, textOf } from '../xml-fields.ts';
import { malformed, type XmlElement } from '../xml.ts';
import { lockDocument, lockedVersion } from './lock-parameters.ts';

type Mode = NonNullable<PutObjectRetentionRequest['Retention']['Mode']>;

export const putObjectRetention: Operation = {
  name: 'PutObjectRetention',
  anonymous: true,
  async handle(request) {
    const root = await lockDocument(request, 'Retention');
    requireOnly(root, 'Mode', 'RetainUntilDate');
    await request.call('PutObjectRetention', {
      ...lockedVersion(request),
      ...bypassParameter(request.headers),
      Retention: given({ Mode: lockModeOf(root), RetainUntilDate: textOf(root, 'RetainUntilDate')?.trim() }),
    });
    return { status: 200 };
  },
};

/** The mode of a retention, or of a default one. */
export function lockModeOf(retention: XmlElement): Mode | undefined {
  const mode = textOf(retention, 'Mode')?.trim();
  if (mode === undefined || mode === 'GOVERNANCE' || mode === 'COMPLIANCE') return mode;
  throw malformed();
}
