// What listings say of an upload.

import type { BucketRecord, UploadRecord } from '../contracts/records.ts';
import { describeAccount, describeOwner, type AccountFields } from './account-fields.ts';
import type { ServiceParts } from './handler.ts';
import { storageClassOf } from './object-properties.ts';
import { algorithmOf, type ChecksumAlgorithm, type ChecksumType } from './checksums.ts';

export interface UploadFields {
  Initiator: AccountFields;
  Owner: AccountFields;
  StorageClass: string;
  ChecksumAlgorithm?: ChecksumAlgorithm;
  ChecksumType?: ChecksumType;
}

export function describeUpload(
  parts: Pick<ServiceParts, 'accounts'>,
  upload: UploadRecord,
  bucket: BucketRecord,
): UploadFields {
  const fields: UploadFields = {
    Initiator: describeAccount(parts, upload.account),
    Owner: describeOwner(parts, bucket, upload),
    StorageClass: storageClassOf(upload),
  };
  const { checksum } = upload;
  const algorithm = checksum === undefined ? undefined : algorithmOf(checksum.algorithm);
  if (checksum === undefined || algorithm === undefined) return fields;
  return { ...fields, ChecksumAlgorithm: algorithm, ChecksumType: checksum.type };
}
