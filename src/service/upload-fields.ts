// What listings say of an upload.

import type { BucketRecord, UploadRecord } from '../contracts/records.ts';
import { storageClassOf } from './object-properties.ts';
import { algorithmOf, type ChecksumAlgorithm, type ChecksumType } from './checksums.ts';

interface Account {
  ID: string;
  DisplayName: string;
}

export interface UploadFields {
  Initiator: Account;
  Owner: Account;
  StorageClass: string;
  ChecksumAlgorithm?: ChecksumAlgorithm;
  ChecksumType?: ChecksumType;
}

export function describeUpload(upload: UploadRecord, bucket: BucketRecord): UploadFields {
  const fields: UploadFields = {
    Initiator: accountOf(upload.account),
    Owner: accountOf(bucket.account),
    StorageClass: storageClassOf(upload),
  };
  const { checksum } = upload;
  const algorithm = checksum === undefined ? undefined : algorithmOf(checksum.algorithm);
  if (checksum === undefined || algorithm === undefined) return fields;
  return { ...fields, ChecksumAlgorithm: algorithm, ChecksumType: checksum.type };
}

function accountOf(id: string): Account {
  return { ID: id, DisplayName: id };
}
