import type { ListObjectVersionsReply } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { isLaterVersion, isVersionId } from '../../core/ids.ts';
import { given } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { document, element, leaf } from '../xml.ts';
import {
  NameEncoding,
  listedNames,
  nonEmpty,
  renderObject,
  renderIdentity,
  renderPrefixes,
} from './listing.ts';
import { pageArgument } from './page-argument.ts';

type Version = NonNullable<ListObjectVersionsReply['Versions']>[number];
type Marker = NonNullable<ListObjectVersionsReply['DeleteMarkers']>[number];

export const listObjectVersions: Operation = {
  name: 'ListObjectVersions',
  anonymous: true,
  async handle(request) {
    const names = new NameEncoding(request.query);
    const { result } = await request.call('ListObjectVersions', {
      ...listedNames(request),
      ...given({
        KeyMarker: nonEmpty(request, 'key-marker'),
        VersionIdMarker: versionIdMarker(request),
        MaxKeys: pageSize(request),
      }),
    });
    return {
      status: 200,
      xml: document(
        'ListVersionsResult',
        leaf('Name', result.Name),
        names.leaf('Prefix', result.Prefix),
        names.leaf('KeyMarker', result.KeyMarker),
        leaf('VersionIdMarker', result.VersionIdMarker),
        names.leaf('NextKeyMarker', result.NextKeyMarker),
        leaf('NextVersionIdMarker', result.NextVersionIdMarker),
        names.leaf('Delimiter', result.Delimiter),
        leaf('MaxKeys', result.MaxKeys),
        leaf('EncodingType', names.requested),
        leaf('IsTruncated', result.IsTruncated),
        ...inOrder(result, names),
        renderPrefixes(result.CommonPrefixes, names),
      ),
    };
  },
};

/** AWS has other words for this listing than for those of objects. */
function pageSize({ query }: GatewayRequest): number | undefined {
  const text = query.get('max-keys');
  if (text === undefined || !/^-0*[1-9]\d*$/.test(text)) return pageArgument('max-keys', text);
  throw new S3Error('InvalidArgument', 'max-keys cannot be negative', {
    fields: { ArgumentName: 'maxKeys', ArgumentValue: text },
  });
}

function versionIdMarker({ query }: GatewayRequest): string | undefined {
  const marker = query.get('version-id-marker');
  if (marker !== '') return marker;
  // Clients send both markers empty for the first page.
  if ((query.get('key-marker') ?? '') === '') return undefined;
  throw new S3Error('InvalidArgument', 'A version-id marker cannot be empty.', {
    fields: { ArgumentName: 'version-id-marker', ArgumentValue: '' },
  });
}

/** Versions and delete markers of a page in one order, as AWS writes them: by key, newest first. */
function* inOrder(
  { Versions = [], DeleteMarkers = [] }: ListObjectVersionsReply,
  names: NameEncoding,
): Generator<string> {
  let at = 0;
  for (const version of Versions) {
    for (; at < DeleteMarkers.length; at += 1) {
      const marker = DeleteMarkers[at];
      if (marker === undefined || !precedes(marker, version)) break;
      yield renderMarker(marker, names);
    }
    yield renderVersion(version, names);
  }
  for (const marker of DeleteMarkers.slice(at)) yield renderMarker(marker, names);
}

function precedes(marker: Marker, version: Version): boolean {
  const byKey = Buffer.from(marker.Key).compare(Buffer.from(version.Key));
  if (byKey !== 0) return byKey < 0;
  if (marker.IsLatest || version.IsLatest) return marker.IsLatest;
  // Ids ascend in the order in which versions became current; a body that came in slowly is older by its date than a deletion before it.
  if (isVersionId(marker.VersionId) && isVersionId(version.VersionId))
    return isLaterVersion(marker.VersionId, version.VersionId);
  return marker.LastModified > version.LastModified;
}

function renderVersion(version: Version, names: NameEncoding): string {
  return element(
    'Version',
    names.leaf('Key', version.Key),
    leaf('VersionId', version.VersionId),
    leaf('IsLatest', version.IsLatest),
    renderObject(version),
    renderIdentity('Owner', version.Owner),
  );
}

function renderMarker(marker: Marker, names: NameEncoding): string {
  return element(
    'DeleteMarker',
    names.leaf('Key', marker.Key),
    leaf('VersionId', marker.VersionId),
    leaf('IsLatest', marker.IsLatest),
    leaf('LastModified', marker.LastModified),
    renderIdentity('Owner', marker.Owner),
  );
}
