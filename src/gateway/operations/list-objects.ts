import { given } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';
import { NameEncoding, nonEmpty, renderContents, renderPrefixes } from './listing.ts';
import { pageArgument } from './page-argument.ts';

/** Version 1 of the listing. */
export const listObjects: Operation = {
  name: 'ListObjects',
  anonymous: true,
  async handle(request) {
    const names = new NameEncoding(request.query);
    const { result } = await request.call('ListObjects', {
      ...bucketParameters(request),
      ...given({
        Prefix: nonEmpty(request, 'prefix'),
        Delimiter: nonEmpty(request, 'delimiter'),
        Marker: nonEmpty(request, 'marker'),
        MaxKeys: pageArgument('max-keys', request.query.get('max-keys')),
      }),
    });
    return {
      status: 200,
      xml: document(
        'ListBucketResult',
        leaf('Name', result.Name),
        names.leaf('Prefix', result.Prefix),
        names.leaf('Marker', result.Marker),
        names.leaf('NextMarker', result.NextMarker),
        names.leaf('Delimiter', result.Delimiter),
        leaf('MaxKeys', result.MaxKeys),
        leaf('EncodingType', names.requested),
        leaf('IsTruncated', result.IsTruncated),
        renderContents(result.Contents, names),
        renderPrefixes(result.CommonPrefixes, names),
      ),
    };
  },
};
