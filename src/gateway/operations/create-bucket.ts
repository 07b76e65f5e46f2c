import type { CreateBucketRequest } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { aclHeaders } from '../acl-parameters.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { parseTag } from '../tag-set-document.ts';
import { parseXml } from '../xml.ts';

export const createBucket: Operation = {
  name: 'CreateBucket',
  anonymous: false,
  async handle(request) {
    const configuration = parseConfiguration(await request.document());
    const { result } = await request.call('CreateBucket', {
      Bucket: request.bucket,
      ...aclHeaders(request.headers),
      ...objectOwnership(request.headers),
      ...objectLock(request.headers),
      ...(configuration && { CreateBucketConfiguration: configuration }),
    });
    return {
      status: 200,
      headers: { Location: result.Location, ...given({ 'x-amz-bucket-arn': result.BucketArn }) },
    };
  },
};

/** Undefined when the client asks for nothing. */
function parseConfiguration(text: string): CreateBucketRequest['CreateBucketConfiguration'] | undefined {
  if (text.trim() === '') return undefined;
  const root = parseXml(text, 'CreateBucketConfiguration');
  const other = root.names().find((name) => name !== 'LocationConstraint' && name !== 'Tags');
  if (other !== undefined)
    throw new S3Error('NotImplemented', `CreateBucketConfiguration: ${other} is not implemented.`);
  const constraint = root.child('LocationConstraint')?.text.trim() ?? '';
  const tags = root.child('Tags')?.children('Tag').map(parseTag);
  return {
    ...(constraint !== '' && { LocationConstraint: constraint }),
    ...(tags && { Tags: tags }),
  };
}

const LOCK_HEADER = 'x-amz-bucket-object-lock-enabled';
const OWNERSHIPS = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const;

function objectOwnership(headers: GatewayRequest['headers']): {
  ObjectOwnership?: (typeof OWNERSHIPS)[number];
} {
  const named = headerValue(headers, 'x-amz-object-ownership');
  if (named === undefined) return {};
  const ownership = OWNERSHIPS.find((one) => one === named);
  if (ownership !== undefined) return { ObjectOwnership: ownership };
  throw new S3Error('InvalidArgument', `Invalid x-amz-object-ownership header: ${named}`, {
    fields: { ArgumentName: 'x-amz-object-ownership', ArgumentValue: named },
  });
}

function objectLock(headers: GatewayRequest['headers']): { ObjectLockEnabledForBucket?: true } {
  const given = headerValue(headers, LOCK_HEADER);
  const enabled = given?.toLowerCase() ?? 'false';
  if (enabled === 'true') return { ObjectLockEnabledForBucket: true };
  if (enabled === 'false') return {};
  throw new S3Error('InvalidArgument', undefined, {
    fields: { ArgumentName: LOCK_HEADER, ArgumentValue: given ?? '' },
  });
}
