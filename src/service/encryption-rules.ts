// What a bucket may say of encryption: AES256 under keys of the store, which is what happens to every object. There is no key
// management service, and a promise to use its keys is refused rather than forgotten.

import type { BucketSettings } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';

interface GivenRule {
  readonly ApplyServerSideEncryptionByDefault?: {
    readonly SSEAlgorithm: string;
    readonly KMSMasterKeyID?: string;
  };
  readonly BucketKeyEnabled?: boolean;
}

const STORE_KEYS = 'AES256';
const KMS: ReadonlySet<string> = new Set(['aws:kms', 'aws:kms:dsse']);

/** The configuration as it may be kept, or the error that AWS answers. */
export function checkedEncryption({
  Rules: rules,
}: {
  readonly Rules: readonly GivenRule[];
}): NonNullable<BucketSettings['encryption']> {
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) throw new S3Error('MalformedXML');
  const { ApplyServerSideEncryptionByDefault: chosen, BucketKeyEnabled } = rule;
  if (chosen === undefined) throw new S3Error('MalformedXML');
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = chosen;
  if (KMS.has(algorithm)) throw withoutKms();
  if (algorithm !== STORE_KEYS) throw new S3Error('MalformedXML');
  if (key !== undefined)
    throw new S3Error(
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      { fields: { ArgumentName: 'ApplyServerSideEncryptionByDefault' } },
    );
  const kept = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: STORE_KEYS } } as const;
  return { Rules: [BucketKeyEnabled === undefined ? kept : { ...kept, BucketKeyEnabled }] };
}

/** The refusal of everything that would need a key management service. */
export function withoutKms(): S3Error {
  return new S3Error(
    'NotImplemented',
    'Server side encryption with AWS KMS keys is not implemented; every object is encrypted with AES256.',
  );
}
