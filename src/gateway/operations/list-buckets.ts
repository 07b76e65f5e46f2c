import { S3Error } from '../../contracts/s3-errors.ts';
import { BUCKETS_PER_ACCOUNT_MAX } from '../../core/limits.ts';
import { given } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';

/** Whose buckets; Spinifex sends it when it takes an account down. Only a signed request gets as far as this. */
const OWNER_HEADER = 'x-predastore-owner-account-id';

export const listBuckets: Operation = {
  name: 'ListBuckets',
  anonymous: false,
  async handle(request) {
    const { query, authentication } = request;
    const { result } = await request.call(
      'ListBuckets',
      given({
        Prefix: query.get('prefix'),
        ContinuationToken: query.get('continuation-token'),
        MaxBuckets: maxBuckets(query.get('max-buckets')),
        BucketRegion: query.get('bucket-region'),
        OwnerAccountId: ownerAccountId(request.headers[OWNER_HEADER]),
      }),
    );
    const isOwn = authentication.kind === 'signed' && authentication.credential.accountId === result.Owner.ID;
    const displayName = isOwn ? authentication.credential.displayName : undefined;
    const buckets = result.Buckets.map((bucket) =>
      element(
        'Bucket',
        leaf('Name', bucket.Name),
        leaf('CreationDate', bucket.CreationDate),
        leaf('BucketRegion', bucket.BucketRegion),
      ),
    );
    const owner = leaf('ID', result.Owner.ID) + leaf('DisplayName', displayName ?? result.Owner.DisplayName);
    return {
      status: 200,
      xml: document(
        'ListAllMyBucketsResult',
        element('Owner', owner),
        element('Buckets', ...buckets),
        leaf('ContinuationToken', result.ContinuationToken),
        leaf('Prefix', result.Prefix),
      ),
    };
  },
};

function ownerAccountId(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[0-9]{12}$/.test(header)) return header;
  throw new S3Error('InvalidArgument', `${OWNER_HEADER} must be twelve digits`, {
    fields: { ArgumentName: OWNER_HEADER, ArgumentValue: String(header) },
  });
}

function maxBuckets(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= BUCKETS_PER_ACCOUNT_MAX) return value;
  throw new S3Error(
    'InvalidArgument',
    `Argument max-buckets must be an integer between 1 and ${BUCKETS_PER_ACCOUNT_MAX}.`,
    {
      fields: { ArgumentName: 'max-buckets', ArgumentValue: text },
    },
  );
}
