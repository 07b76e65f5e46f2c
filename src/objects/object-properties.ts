// What an object has beside bytes, headers and metadata, and how it travels from one record to another.

import type { ObjectProperties } from '../contracts/records.ts';

/** The properties of a record, without those that are absent. */
export function propertiesOf(record: ObjectProperties): ObjectProperties {
  const { tags, acl, customerKey, storageClass, websiteRedirect, retention, legalHold } = record;
  return {
    ...(tags && { tags }),
    ...(acl && { acl }),
    ...(customerKey && { customerKey }),
    ...(storageClass !== undefined && { storageClass }),
    ...(websiteRedirect !== undefined && { websiteRedirect }),
    ...(retention && { retention }),
    ...(legalHold && { legalHold }),
  };
}
