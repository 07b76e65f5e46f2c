// What the listings of a bucket (objects, versions, uploads) have in common: which names they ask for, and how names are written.

import type { ListObjectsV2Reply } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { given } from '../header-text.ts';
import type { GatewayRequest } from '../operation.ts';
import { element, leaf } from '../xml.ts';
import { bucketParameters, type BucketParameters } from './bucket-parameters.ts';

export interface ListedNames extends BucketParameters {
  readonly Prefix?: string;
  readonly Delimiter?: string;
}

export type ListedObject = NonNullable<ListObjectsV2Reply['Contents']>[number];

/** Writes names into a document as the client asked for them. */
export class NameEncoding {
  readonly requested: 'url' | undefined;

  constructor(query: ReadonlyMap<string, string>) {
    const value = query.get('encoding-type');
    if (value !== undefined && value !== '' && value !== 'url') {
      throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
        fields: { ArgumentName: 'encoding-type', ArgumentValue: value },
      });
    }
    this.requested = value === 'url' ? 'url' : undefined;
  }

  leaf(name: string, value: string | undefined): string {
    return leaf(name, value !== undefined && this.requested === 'url' ? urlEncoded(value) : value);
  }
}

/** Percent-encoding with slashes left alone; a lone surrogate cannot occur, because keys are UTF-8. */
export function urlEncoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The parameters that every listing has: a bucket, and which of its names. */
export function listedNames(request: GatewayRequest): ListedNames {
  return {
    ...bucketParameters(request),
    ...given({ Prefix: nonEmpty(request, 'prefix'), Delimiter: nonEmpty(request, 'delimiter') }),
  };
}

/** A query parameter for which empty and absent are the same. */
export function nonEmpty(request: GatewayRequest, name: string): string | undefined {
  const value = request.query.get(name);
  return value === '' ? undefined : value;
}

/** An account as an element of a document. */
export function renderIdentity(name: 'Owner' | 'Initiator', identity: ListedObject['Owner']): string {
  return identity === undefined
    ? ''
    : element(name, leaf('ID', identity.ID), leaf('DisplayName', identity.DisplayName));
}

export function renderContents(objects: readonly ListedObject[] | undefined, names: NameEncoding): string {
  let out = '';
  for (const object of objects ?? []) {
    out += `<Contents>${names.leaf('Key', object.Key)}${renderObject(object)}${renderIdentity('Owner', object.Owner)}</Contents>`;
  }
  return out;
}

/** Everything about an object but its name and owner. */
export function renderObject(object: ListedObject): string {
  const algorithms = (object.ChecksumAlgorithm ?? []).map((name) => leaf('ChecksumAlgorithm', name)).join('');
  return (
    leaf('LastModified', object.LastModified) +
    leaf('ETag', object.ETag) +
    algorithms +
    leaf('ChecksumType', object.ChecksumType) +
    leaf('Size', object.Size) +
    leaf('StorageClass', object.StorageClass)
  );
}

export function renderPrefixes(
  prefixes: readonly { readonly Prefix: string }[] | undefined,
  names: NameEncoding,
): string {
  return (prefixes ?? [])
    .map(({ Prefix }) => element('CommonPrefixes', names.leaf('Prefix', Prefix)))
    .join('');
}
