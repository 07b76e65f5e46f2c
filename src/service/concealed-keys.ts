// Whether a key exists is told only to those who may list its bucket: for others a 404 becomes a 403, as at AWS.

import type { OperationCall, OperationHandler } from '../bus/operation.ts';
import type { OperationName } from '../contracts/operations.ts';
import { isS3Error } from '../contracts/s3-errors.ts';
import { concealed, type Hidden } from './access.ts';
import { parseCopySource } from './copy-source.ts';
import type { ServiceParts } from './handler.ts';

type Table = Readonly<Record<OperationName, OperationHandler>>;

const TELLING: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion']);

/** The key that an operation could give away. */
function toldKey({ parameters }: OperationCall): Hidden | undefined {
  const { Bucket: bucketName, Key: key, CopySource: source } = parameters;
  if (typeof source === 'string') return parseCopySource(source);
  if (typeof bucketName !== 'string') return undefined;
  return typeof key === 'string' ? { bucketName, key } : { bucketName };
}

/** The same operations, which give no key away. */
export function concealKeys(parts: ServiceParts, table: Table): Table {
  const guarded = Object.entries(table).map(([name, handler]): [string, OperationHandler] => [
    name,
    async (call) => {
      try {
        return await handler(call);
      } catch (error) {
        if (!isS3Error(error) || !TELLING.has(error.code)) throw error;
        const hidden = toldKey(call);
        throw hidden === undefined ? error : await concealed(parts, call, hidden, error);
      }
    },
  ]);
  return Object.fromEntries(guarded) as Table;
}
