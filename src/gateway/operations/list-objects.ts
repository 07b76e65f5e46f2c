import { given } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { document, leaf } from '../xml.ts';
import { NameEncoding, listedNames, nonEmpty, renderContents, renderPrefixes } from './listing.ts';
import { pageArgument } from './page-argument.ts';

// eslint-disable-next-line no-control-regex -- exactly those are meant: XML 1.0 has no way to write them
const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/**
 * boto3 asks for names to be encoded and decodes all but the prefix of this version, so that one is written as the client sent it
 * wherever a document can carry it.
 */
function prefixLeaf(prefix: string, names: NameEncoding): string {
  return NO_XML.test(prefix) ? names.leaf('Prefix', prefix) : leaf('Prefix', prefix);
}

/** Version 1 of the listing. */
export const listObjects: Operation = {
  name: 'ListObjects',
  anonymous: true,
  async handle(request) {
    const names = new NameEncoding(request.query);
    const { result } = await request.call('ListObjects', {
      ...listedNames(request),
      ...given({
        Marker: nonEmpty(request, 'marker'),
        MaxKeys: pageArgument('max-keys', request.query.get('max-keys')),
      }),
    });
    return {
      status: 200,
      xml: document(
        'ListBucketResult',
        leaf('Name', result.Name),
        prefixLeaf(result.Prefix, names),
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
