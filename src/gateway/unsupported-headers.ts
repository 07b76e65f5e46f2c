// Request headers that ask for something this store does not do. They are refused, because a client that asks for a lock,
// a tag or a key of its own and gets a plain 200 would believe it has them.

import type { IncomingHttpHeaders } from 'node:http';
import { S3Error, type S3ErrorCode } from '../contracts/s3-errors.ts';

interface Rule {
  readonly header: string;
  /** Values that ask for nothing beyond what happens anyway. */
  readonly harmless: readonly string[];
  readonly code: S3ErrorCode;
}

const refused = (
  header: string,
  harmless: readonly string[] = [],
  code: S3ErrorCode = 'NotImplemented',
): Rule => ({
  header,
  harmless,
  code,
});

const OBJECT_RULES: readonly Rule[] = [
  refused('x-amz-copy-source'),
  refused('x-amz-object-lock-mode'),
  refused('x-amz-object-lock-retain-until-date'),
  refused('x-amz-object-lock-legal-hold', ['OFF']),
  refused('x-amz-write-offset-bytes'),
];

const COPY_RULES: readonly Rule[] = OBJECT_RULES.filter(({ header }) => header !== 'x-amz-copy-source');

const DELETE_RULES: readonly Rule[] = [refused('x-amz-mfa')];

const BUCKET_RULES: readonly Rule[] = [refused('x-amz-bucket-object-lock-enabled', ['false', 'False'])];

const RULES = {
  object: OBJECT_RULES,
  copy: COPY_RULES,
  delete: DELETE_RULES,
  bucket: BUCKET_RULES,
} as const;

/** Refuses a request whose headers ask for more than `kind` of operation does. */
export function refuseUnsupported(headers: IncomingHttpHeaders, kind: keyof typeof RULES): void {
  for (const rule of RULES[kind]) {
    const value = headers[rule.header];
    if (value === undefined || rule.harmless.includes(String(value))) continue;
    throw new S3Error(rule.code, undefined, { fields: { Header: rule.header } });
  }
}
