// Headers about encryption, in and out. A client's key may come in over an encrypted connection only, unless the operator says otherwise.

import { S3Error } from '../contracts/s3-errors.ts';
import { given, headerValue } from './header-text.ts';
import type { GatewayRequest } from './operation.ts';

type Headers = GatewayRequest['headers'];

const ENCRYPTION = 'x-amz-server-side-encryption';
const CUSTOMER = `${ENCRYPTION}-customer`;
const STORE_ALGORITHM = 'AES256';
const SOURCE = 'x-amz-copy-source-server-side-encryption-customer';

interface KeyParameters {
  SSECustomerAlgorithm?: string;
  SSECustomerKey?: string;
  SSECustomerKeyMD5?: string;
}

interface SourceKeyParameters {
  CopySourceSSECustomerAlgorithm?: string;
  CopySourceSSECustomerKey?: string;
  CopySourceSSECustomerKeyMD5?: string;
}

/** The key of a request that reads. */
export function keyParameters(request: GatewayRequest, headers: Headers = request.headers): KeyParameters {
  const parameters = given({
    SSECustomerAlgorithm: headerValue(headers, `${CUSTOMER}-algorithm`),
    SSECustomerKey: headerValue(headers, `${CUSTOMER}-key`),
    SSECustomerKeyMD5: headerValue(headers, `${CUSTOMER}-key-md5`),
  });
  if (parameters.SSECustomerKey !== undefined) requireSecure(request);
  return parameters;
}

/** The key of the source of a copy. */
export function sourceKeyParameters(request: GatewayRequest): SourceKeyParameters {
  const { headers } = request;
  const parameters = given({
    CopySourceSSECustomerAlgorithm: headerValue(headers, `${SOURCE}-algorithm`),
    CopySourceSSECustomerKey: headerValue(headers, `${SOURCE}-key`),
    CopySourceSSECustomerKeyMD5: headerValue(headers, `${SOURCE}-key-md5`),
  });
  if (parameters.CopySourceSSECustomerKey !== undefined) requireSecure(request);
  return parameters;
}

/** What a request that stores something says of encryption; a form has fields instead of headers. */
export function encryptionParameters(
  request: GatewayRequest,
  headers: Headers = request.headers,
): KeyParameters & { ServerSideEncryption?: string; SSEKMSKeyId?: string } {
  return {
    ...keyParameters(request, headers),
    ...given({
      ServerSideEncryption: headerValue(headers, ENCRYPTION),
      SSEKMSKeyId: headerValue(headers, `${ENCRYPTION}-aws-kms-key-id`),
    }),
  };
}

/** How the object of a reply is encrypted: with the client's key, or with those of the store, which is AES-256 too. */
export function encryptionHeaders(result: {
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKeyMD5?: string;
}): Record<string, string> {
  const { SSECustomerAlgorithm: algorithm, SSECustomerKeyMD5: md5 } = result;
  if (algorithm === undefined) return { [ENCRYPTION]: STORE_ALGORITHM };
  return { [`${CUSTOMER}-algorithm`]: algorithm, ...(md5 !== undefined && { [`${CUSTOMER}-key-MD5`]: md5 }) };
}

/** A read says nothing of how an object is to be encrypted: AWS refuses the header there, and an SDK that sends it has mixed things up. */
export function refuseEncryptionOfRead(headers: Headers): void {
  const asked = headerValue(headers, ENCRYPTION);
  if (asked === undefined) return;
  throw new S3Error('InvalidArgument', `${ENCRYPTION} header is not supported for this operation.`, {
    fields: { ArgumentName: ENCRYPTION, ArgumentValue: asked },
  });
}

function requireSecure(request: GatewayRequest): void {
  if (request.isSecure || request.allowsPlainKeys) return;
  throw new S3Error(
    'InvalidRequest',
    'Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.',
  );
}
