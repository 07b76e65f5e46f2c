import { given } from '../header-text.ts';
import type { Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';
import {
  NameEncoding,
  nonEmpty,
  renderObject,
  renderIdentity,
  renderPrefixes,
  type ListedObject,
} from './listing.ts';
import { NULL_VERSION } from './null-version.ts';
import { pageArgument } from './page-argument.ts';

/** In a bucket without versioning every object has one version, the null version; cleaning tools list it this way. */
export const listObjectVersions: Operation = {
  name: 'ListObjectVersions',
  anonymous: false,
  async handle(request) {
    const names = new NameEncoding(request.query);
    const { result } = await request.call('ListObjects', {
      ...bucketParameters(request),
      ...given({
        Prefix: nonEmpty(request, 'prefix'),
        Delimiter: nonEmpty(request, 'delimiter'),
        Marker: nonEmpty(request, 'key-marker'),
        MaxKeys: pageArgument('max-keys', request.query.get('max-keys')),
      }),
    });
    const next = result.IsTruncated ? (result.NextMarker ?? result.Contents?.at(-1)?.Key) : undefined;
    return {
      status: 200,
      xml: document(
        'ListVersionsResult',
        leaf('Name', result.Name),
        names.leaf('Prefix', result.Prefix),
        names.leaf('KeyMarker', result.Marker),
        leaf('VersionIdMarker', request.query.get('version-id-marker') ?? ''),
        names.leaf('NextKeyMarker', next),
        leaf('NextVersionIdMarker', next === undefined ? undefined : NULL_VERSION),
        names.leaf('Delimiter', result.Delimiter),
        leaf('MaxKeys', result.MaxKeys),
        leaf('EncodingType', names.requested),
        leaf('IsTruncated', result.IsTruncated),
        ...(result.Contents ?? []).map((object) => renderVersion(object, names)),
        renderPrefixes(result.CommonPrefixes, names),
      ),
    };
  },
};

function renderVersion(object: ListedObject, names: NameEncoding): string {
  return element(
    'Version',
    names.leaf('Key', object.Key),
    leaf('VersionId', NULL_VERSION),
    leaf('IsLatest', true),
    renderObject(object),
    renderIdentity('Owner', object.Owner),
  );
}
