// Request headers that ask for something this store does not do. They are refused, because a client that asks for a hold and gets a
// plain 200 would believe it has one.

import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from '../contracts/s3-errors.ts';

const EVENT_HOLD = 'x-amz-object-lock-event-hold';
const WRITE_RULES = [
  'x-amz-write-offset-bytes',
  EVENT_HOLD,
  `${EVENT_HOLD}-duration-days`,
  `${EVENT_HOLD}-duration-years`,
];

const RULES: Readonly<Record<'object' | 'copy' | 'delete', readonly string[]>> = {
  object: ['x-amz-copy-source', ...WRITE_RULES],
  copy: WRITE_RULES,
  delete: ['x-amz-mfa'],
};

/** Refuses a request whose headers ask for more than `kind` of operation does. */
export function refuseUnsupported(headers: IncomingHttpHeaders, kind: keyof typeof RULES): void {
  const header = RULES[kind].find((name) => headers[name] !== undefined);
  if (header !== undefined) throw new S3Error('NotImplemented', undefined, { fields: { Header: header } });
}
