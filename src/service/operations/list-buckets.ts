// ListBuckets: the buckets of the calling account, or of the one that a credential for every account names.

import type { ListBucketsReply } from '../../contracts/generated/messages.ts';
import { BUCKETS_PER_PAGE_MAX } from '../../core/limits.ts';
import { accountAskedFor, requireAccount } from '../access.ts';
import { describeAccount } from '../account-fields.ts';
import { decodeToken, encodeToken } from '../continuation-token.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';

export function listBuckets(parts: ServiceParts): TypedHandler<'ListBuckets'> {
  return async (request, call) => {
    const own = await requireAccount(parts, call, 's3:ListAllMyBuckets');
    const account = accountAskedFor(parts, call, own, request.OwnerAccountId);
    const token = request.ContinuationToken ?? '';
    const page = await parts.buckets.list({
      account,
      prefix: request.Prefix ?? '',
      after: token === '' ? '' : decodeToken(token),
      limit: Math.min(request.MaxBuckets ?? BUCKETS_PER_PAGE_MAX, BUCKETS_PER_PAGE_MAX),
    });
    const last = page.truncated ? page.records.at(-1) : undefined;
    const region = request.BucketRegion;
    const shown = page.records.filter((record) => region === undefined || record.region === region);
    const result = definedFields<ListBucketsReply>({
      Buckets: shown.map(({ name, created, region }) => ({
        Name: name,
        CreationDate: created,
        BucketRegion: region,
      })),
      Owner: describeAccount(parts, account),
      Prefix: request.Prefix,
      ContinuationToken: last === undefined ? undefined : encodeToken(last.name),
    });
    return { result };
  };
}
