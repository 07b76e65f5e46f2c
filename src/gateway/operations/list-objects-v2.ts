import { S3Error } from '../../contracts/s3-errors.ts';
import { given } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { NameEncoding, listedNames, nonEmpty, renderContents, renderPrefixes } from './listing.ts';
import { pageArgument } from './page-argument.ts';

export const listObjectsV2: Operation = {
  name: 'ListObjectsV2',
  anonymous: true,
  async handle(request) {
    const { query } = request;
    if (query.get('list-type') !== '2') throw new S3Error('InvalidArgument', 'Invalid List Type');
    const names = new NameEncoding(query);
    const { result } = await request.call('ListObjectsV2', {
      ...listedNames(request),
      ...given({
        StartAfter: nonEmpty(request, 'start-after'),
        ContinuationToken: nonEmpty(request, 'continuation-token'),
        MaxKeys: pageArgument('max-keys', query.get('max-keys')),
        FetchOwner: query.get('fetch-owner') === 'true' ? true : undefined,
      }),
    });
    return {
      status: 200,
      xml: document(
        'ListBucketResult',
        leaf('Name', result.Name),
        names.leaf('Prefix', result.Prefix),
        names.leaf('Delimiter', result.Delimiter),
        leaf('MaxKeys', result.MaxKeys),
        leaf('EncodingType', names.requested),
        leaf('KeyCount', result.KeyCount),
        leaf('IsTruncated', result.IsTruncated),
        leaf('ContinuationToken', query.get('continuation-token')),
        leaf('NextContinuationToken', result.NextContinuationToken),
        names.leaf('StartAfter', query.get('start-after')),
        renderContents(result.Contents, names),
        renderPrefixes(result.CommonPrefixes, names),
      ),
    };
  },
};
