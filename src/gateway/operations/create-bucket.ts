import { S3Error } from '../../contracts/s3-errors.ts';
import { bucketAclHeaders } from '../acl-parameters.ts';
import { headerValue } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { parseXml } from '../xml.ts';

export const createBucket: Operation = {
  name: 'CreateBucket',
  anonymous: false,
  async handle(request) {
    refuseUnsupported(request.headers, 'bucket');
    const constraint = locationConstraint(await request.document());
    const { result } = await request.call('CreateBucket', {
      Bucket: request.bucket,
      ...bucketAclHeaders(request.headers),
      ...objectOwnership(request.headers),
      ...(constraint === '' ? {} : { CreateBucketConfiguration: { LocationConstraint: constraint } }),
    });
    return { status: 200, headers: { Location: result.Location } };
  },
};

/** Empty when the client names no region. */
function locationConstraint(text: string): string {
  if (text.trim() === '') return '';
  const root = parseXml(text, 'CreateBucketConfiguration');
  const other = root.names().find((name) => name !== 'LocationConstraint');
  if (other !== undefined)
    throw new S3Error('NotImplemented', `CreateBucketConfiguration: ${other} is not implemented.`);
  return root.child('LocationConstraint')?.text.trim() ?? '';
}

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
