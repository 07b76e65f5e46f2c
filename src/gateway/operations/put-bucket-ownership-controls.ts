import type { PutBucketOwnershipControlsRequest } from '../../contracts/generated/messages.ts';
import type { Operation } from '../operation.ts';
import { malformed, parseXml } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

type Ownership = PutBucketOwnershipControlsRequest['OwnershipControls']['Rules'][number]['ObjectOwnership'];

const OWNERSHIPS: readonly Ownership[] = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];

export const putBucketOwnershipControls: Operation = {
  name: 'PutBucketOwnershipControls',
  anonymous: true,
  async handle(request) {
    const rules = parseXml(await request.document(), 'OwnershipControls').children('Rule');
    const named = rules[0]?.child('ObjectOwnership')?.text.trim();
    const ownership = OWNERSHIPS.find((one) => one === named);
    if (rules.length !== 1 || ownership === undefined) throw malformed();
    await request.call('PutBucketOwnershipControls', {
      ...bucketParameters(request),
      OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] },
    });
    return { status: 200 };
  },
};
