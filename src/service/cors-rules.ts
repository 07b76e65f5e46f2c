// What AWS accepts as CORS rules of a bucket.

import type { BucketSettings, CorsRule } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { CORS_RULES_MAX, RULE_ID_CHARACTERS_MAX } from '../core/limits.ts';

const METHODS: ReadonlySet<string> = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);

/** The configuration as it may be kept, or the error that AWS answers. */
export function checkedCors({
  CORSRules: rules,
}: {
  readonly CORSRules: readonly CorsRule[];
}): NonNullable<BucketSettings['cors']> {
  if (rules.length === 0) throw new S3Error('MalformedXML');
  if (rules.length > CORS_RULES_MAX)
    throw invalid(`The number of CORS rules should not exceed allowed limit of ${CORS_RULES_MAX} rules.`);
  for (const rule of rules) checkRule(rule);
  return { CORSRules: rules };
}

function checkRule(rule: CorsRule): void {
  if (rule.AllowedMethods.length === 0 || rule.AllowedOrigins.length === 0) throw new S3Error('MalformedXML');
  if ((rule.ID?.length ?? 0) > RULE_ID_CHARACTERS_MAX)
    throw invalid(`ID length should not exceed allowed limit of ${RULE_ID_CHARACTERS_MAX}`);
  const method = rule.AllowedMethods.find((one) => !METHODS.has(one));
  if (method !== undefined)
    throw invalid(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
  for (const origin of rule.AllowedOrigins) requireOneWildcard('AllowedOrigin', origin);
  checkHeaders(rule);
}

function checkHeaders(rule: CorsRule): void {
  for (const header of rule.AllowedHeaders ?? []) {
    requireOneWildcard('AllowedHeader', header);
    requireHeaderName('AllowedHeader', header);
  }
  for (const header of rule.ExposeHeaders ?? []) {
    if (header.includes('*'))
      throw invalid(
        `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      );
    requireHeaderName('ExposeHeader', header);
  }
}

function requireOneWildcard(what: string, pattern: string): void {
  if (pattern.indexOf('*') !== pattern.lastIndexOf('*'))
    throw invalid(`${what} "${pattern}" can not have more than one wildcard.`);
}

/** Names go into reply headers (RFC 9110, section 5.6.2: tokens; `*` is one of their characters). */
function requireHeaderName(what: string, name: string): void {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
    throw invalid(`${what} "${name}" contains invalid character.`);
}

function invalid(words: string): S3Error {
  return new S3Error('InvalidRequest', words);
}
