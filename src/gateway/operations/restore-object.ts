import type { RestoreObjectRequest } from '../../contracts/generated/messages.ts';
import { given } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { integerOf, requireOnly, textOf } from '../xml-fields.ts';
import { malformed, type XmlElement } from '../xml.ts';
import { lockDocument, lockedVersion } from './lock-parameters.ts';

type Wish = NonNullable<RestoreObjectRequest['RestoreRequest']>;
type Tier = NonNullable<Wish['Tier']>;

const TIERS: readonly Tier[] = ['Standard', 'Bulk', 'Expedited'];

export const restoreObject: Operation = {
  name: 'RestoreObject',
  anonymous: true,
  async handle(request) {
    const root = await lockDocument(request, 'RestoreRequest');
    await request.call('RestoreObject', { ...lockedVersion(request), RestoreRequest: wishOf(root) });
    return { status: 202 };
  },
};

function wishOf(root: XmlElement): Wish {
  requireOnly(root, 'Days', 'GlacierJobParameters', 'Tier', 'Description');
  const days = integerOf(root, 'Days');
  if (days !== undefined && days < 1) throw malformed();
  const job = root.child('GlacierJobParameters');
  const tier = job === undefined ? undefined : tierOf(job);
  if (job !== undefined && tier === undefined) throw malformed();
  return given({
    Days: days,
    GlacierJobParameters: tier === undefined ? undefined : { Tier: tier },
    Tier: tierOf(root),
    Description: textOf(root, 'Description'),
  });
}

function tierOf(element: XmlElement): Tier | undefined {
  const text = textOf(element, 'Tier')?.trim();
  if (text === undefined) return undefined;
  const tier = TIERS.find((known) => known === text);
  if (tier === undefined) throw malformed();
  return tier;
}
