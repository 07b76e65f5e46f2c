// Encryption as S3 says it: keys that the client brings (SSE-C), and the one kind of encryption that there is without them.
//
// The key itself goes to objects/ and nowhere else: it is in no reply, no error and no log.

import { createHash, timingSafeEqual } from 'node:crypto';
import { S3Error } from '../contracts/s3-errors.ts';
import type { CustomerKey } from '../objects/customer-key.ts';
import { withoutKms } from './encryption-rules.ts';
import { definedFields } from './handler.ts';

export interface KeyFields {
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKey?: string;
  readonly SSECustomerKeyMD5?: string;
}

export interface SourceKeyFields {
  readonly CopySourceSSECustomerAlgorithm?: string;
  readonly CopySourceSSECustomerKey?: string;
  readonly CopySourceSSECustomerKeyMD5?: string;
}

interface EncryptionFields extends KeyFields {
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
}

export interface EncryptionReply {
  SSECustomerAlgorithm?: 'AES256';
  SSECustomerKeyMD5?: string;
}

const ALGORITHM = 'AES256';
const KEY_BYTES = 32;
const KMS = /^aws:kms(:dsse)?$/;
const HEADER = 'x-amz-server-side-encryption';
const CUSTOMER = 'Requests specifying Server Side Encryption with Customer provided keys must provide';

/** The key of a request, spread into a question to objects/: nothing when it brings none. Throws what AWS answers to half a key. */
export function customerKeyOf(fields: KeyFields): { customerKey?: CustomerKey } {
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: key, SSECustomerKeyMD5: md5 } = fields;
  if (algorithm === undefined && key === undefined && md5 === undefined) return {};
  if (algorithm === undefined) throw invalid(`${CUSTOMER} a valid encryption algorithm.`, 'algorithm');
  if (algorithm !== ALGORITHM) {
    throw new S3Error(
      'InvalidEncryptionAlgorithmError',
      'The Encryption request you specified is not valid. Supported value: AES256.',
      { fields: { ArgumentName: `${HEADER}-customer-algorithm`, ArgumentValue: algorithm } },
    );
  }
  if (key === undefined) throw invalid(`${CUSTOMER} an appropriate secret key.`, 'key');
  if (md5 === undefined) throw invalid(`${CUSTOMER} the client calculated MD5 of the secret key.`, 'key-MD5');
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== KEY_BYTES)
    throw invalid('The secret key was invalid for the specified algorithm.', 'key');
  const actual = createHash('md5').update(bytes).digest();
  const claimed = Buffer.from(md5, 'base64');
  if (claimed.length !== actual.length || !timingSafeEqual(claimed, actual))
    throw invalid('The calculated MD5 hash of the key did not match the hash that was provided.', 'key-MD5');
  return { customerKey: { bytes } };
}

/** The same for the source of a copy. */
export function sourceKeyOf(fields: SourceKeyFields): { customerKey?: CustomerKey } {
  return customerKeyOf(
    definedFields<KeyFields>({
      SSECustomerAlgorithm: fields.CopySourceSSECustomerAlgorithm,
      SSECustomerKey: fields.CopySourceSSECustomerKey,
      SSECustomerKeyMD5: fields.CopySourceSSECustomerKeyMD5,
    }),
  );
}

/** The key of a request that stores something, once it is clear that it asks for nothing that does not exist. */
export function writeKeyOf(fields: EncryptionFields): { customerKey?: CustomerKey } {
  const { ServerSideEncryption: asked, SSEKMSKeyId: kmsKey } = fields;
  const own = customerKeyOf(fields);
  if (asked !== undefined) {
    if (own.customerKey !== undefined)
      throw new S3Error(
        'InvalidArgument',
        'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
        { fields: { ArgumentName: HEADER, ArgumentValue: asked } },
      );
    if (KMS.test(asked)) throw withoutKms();
    if (asked !== ALGORITHM)
      throw new S3Error('InvalidArgument', 'The encryption method specified is not supported', {
        fields: { ArgumentName: HEADER, ArgumentValue: asked },
      });
  }
  if (kmsKey !== undefined) {
    throw new S3Error(
      'InvalidArgument',
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
      { fields: { ArgumentName: HEADER, ArgumentValue: asked ?? 'null' } },
    );
  }
  return own;
}

/**
 * What a reply says of the key of an object. Whoever gets it has shown the key. That objects without one are encrypted too goes without
 * saying here; the gateway says it.
 */
export function encryptionOf(
  { customerKey }: { readonly customerKey?: unknown },
  { SSECustomerKeyMD5: md5 }: KeyFields,
): EncryptionReply {
  if (customerKey === undefined) return {};
  return { SSECustomerAlgorithm: ALGORITHM, ...(md5 !== undefined && { SSECustomerKeyMD5: md5 }) };
}

/** S3's words when the key of a request does not open an object. */
export function keyErrorOf(kind: 'key-needed' | 'key-unneeded' | 'key-wrong'): S3Error {
  switch (kind) {
    case 'key-needed':
      return new S3Error(
        'InvalidRequest',
        'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
      );
    case 'key-unneeded':
      return new S3Error('InvalidRequest', 'The encryption parameters are not applicable to this object.');
    case 'key-wrong':
      return new S3Error('AccessDenied');
  }
}

/** The same for the parts of an upload. */
export function partKeyErrorOf(kind: 'key-needed' | 'key-unneeded' | 'key-wrong'): S3Error {
  switch (kind) {
    case 'key-needed':
      return new S3Error(
        'InvalidRequest',
        'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.',
      );
    case 'key-unneeded':
      return new S3Error(
        'InvalidRequest',
        'The multipart upload initiate did not request encryption. Please resend the request without sending encryption parameters.',
      );
    case 'key-wrong':
      return new S3Error(
        'InvalidRequest',
        'The provided encryption parameters did not match the ones used originally.',
      );
  }
}

function invalid(words: string, header: 'algorithm' | 'key' | 'key-MD5'): S3Error {
  return new S3Error('InvalidArgument', words, {
    fields: { ArgumentName: `${HEADER}-customer-${header}`, ArgumentValue: 'null' },
  });
}
