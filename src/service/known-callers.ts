// Operations that nobody does without an account, whatever a policy or an access control list allows: what they leave behind
// has an owner (buckets, copies, uploads), or says who may do what.
//
// The words are AWS's, which answers so before it looks at the request any further.

import type { OperationCall, OperationHandler } from '../bus/operation.ts';
import type { OperationName } from '../contracts/operations.ts';
import { S3Error } from '../contracts/s3-errors.ts';

type Table = Readonly<Record<OperationName, OperationHandler>>;

const NO_API = 'Anonymous users cannot invoke this API. Please authenticate.';
const WORDS: ReadonlyMap<string, string> = new Map<OperationName, string>([
  ['CopyObject', 'Anonymous users cannot copy objects. Please authenticate.'],
  ['CreateBucket', NO_API],
  ['CreateMultipartUpload', 'Anonymous users cannot initiate multipart uploads. Please authenticate.'],
  ['DeleteBucketOwnershipControls', ownershipWords('Put')],
  ['GetBucketOwnershipControls', ownershipWords('Get')],
  ['PutBucketAcl', NO_API],
  ['PutBucketOwnershipControls', ownershipWords('Put')],
  ['PutObjectAcl', NO_API],
]);

function ownershipWords(verb: 'Get' | 'Put'): string {
  return `s3:${verb}BucketOwnershipControls does not support Anonymous requests!`;
}

/** The same operations, closed to callers without an account where AWS closes them. */
export function requireCallers(table: Table): Table {
  const guarded = Object.entries(table).map(([name, handler]): [string, OperationHandler] => {
    const words = WORDS.get(name);
    return [name, words === undefined ? handler : (call) => forKnown(call, handler, words)];
  });
  return Object.fromEntries(guarded) as Table;
}

async function forKnown(
  call: OperationCall,
  handler: OperationHandler,
  words: string,
): ReturnType<OperationHandler> {
  const { accountId } = call.context;
  if (accountId === undefined || accountId === '') throw new S3Error('AccessDenied', words);
  return handler(call);
}
