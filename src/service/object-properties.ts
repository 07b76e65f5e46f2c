// What a client asks for beside the bytes and headers of an object: the name of its storage class, and where a website would send
// those who ask for it.

import type { ObjectProperties } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { definedFields } from './handler.ts';

export interface PropertyFields {
  readonly StorageClass?: string;
  readonly WebsiteRedirectLocation?: string;
}

export const STORAGE_CLASS_DEFAULT = 'STANDARD';
/**
 * Classes of AWS whose objects can be read at once. They are kept by name and change nothing; the archive classes are refused, because
 * their clients wait for a restoration that never comes.
 */
const STORAGE_CLASSES: ReadonlySet<string> = new Set([
  STORAGE_CLASS_DEFAULT,
  ...['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'REDUCED_REDUNDANCY', 'GLACIER_IR'],
]);
const REDIRECT = /^(\/|https?:\/\/)/;

/** Throws what S3 answers to a class or a location that it does not know. */
export function requestedProperties(
  request: PropertyFields,
): Pick<ObjectProperties, 'storageClass' | 'websiteRedirect'> {
  const { StorageClass: storageClass, WebsiteRedirectLocation: websiteRedirect } = request;
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass))
    throw new S3Error('InvalidStorageClass', undefined, {
      fields: { StorageClassRequested: storageClass },
    });
  if (websiteRedirect !== undefined && !REDIRECT.test(websiteRedirect))
    throw new S3Error('InvalidRedirectLocation');
  return definedFields<Pick<ObjectProperties, 'storageClass' | 'websiteRedirect'>>({
    storageClass: storageClass === STORAGE_CLASS_DEFAULT ? undefined : storageClass,
    websiteRedirect,
  });
}

/** The class as listings name it. */
export function storageClassOf({ storageClass }: ObjectProperties): string {
  return storageClass ?? STORAGE_CLASS_DEFAULT;
}

/** As fields of a reply; S3 is silent about its default class. */
export function propertyFieldsOf({ storageClass, websiteRedirect }: ObjectProperties): PropertyFields {
  return definedFields<PropertyFields>({
    StorageClass: storageClass,
    WebsiteRedirectLocation: websiteRedirect,
  });
}
