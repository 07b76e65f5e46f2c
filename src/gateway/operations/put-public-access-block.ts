import type { PutPublicAccessBlockRequest } from '../../contracts/generated/messages.ts';
import type { Operation } from '../operation.ts';
import { malformed, parseXml } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

type Block = PutPublicAccessBlockRequest['PublicAccessBlockConfiguration'];

const SWITCHES = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
] as const;

export const putPublicAccessBlock: Operation = {
  name: 'PutPublicAccessBlock',
  anonymous: true,
  async handle(request) {
    const block = readBlock(await request.document());
    await request.call('PutPublicAccessBlock', {
      ...bucketParameters(request),
      PublicAccessBlockConfiguration: block,
    });
    return { status: 200 };
  },
};

function readBlock(text: string): Block {
  const root = parseXml(text, 'PublicAccessBlockConfiguration');
  const block: Block = {};
  for (const name of SWITCHES) {
    const value = root.child(name)?.text.trim().toLowerCase();
    if (value === undefined) continue;
    if (value !== 'true' && value !== 'false') throw malformed();
    block[name] = value === 'true';
  }
  return block;
}
